"""The comparison names what agrees and what differs, in words that follow the levels of the evidence."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.tables.people import ClassMember
from intake_api.console import comparison
from intake_api.console.comparison import Mark


def found(*, now, member, fields=(), merchant="unknown", at_purchase=(), shops=(), notice=None):
    one = SimpleNamespace(
        member=ClassMember(notice_id="222222222", **member),
        candidate=SimpleNamespace(evidence={"fields": list(fields), "merchant": merchant}),
    )
    answers = {"now": now, "at_purchase": list(at_purchase), "merchants": [{"name": shop} for shop in shops], "other_shop": ""}
    claim = SimpleNamespace(notice_member_id=notice)
    return SimpleNamespace(candidates=(one,), version=SimpleNamespace(answers=answers), claim=claim)


def row(label, **values):
    table = comparison.compare(found(**values))
    return next((one for one in table.rows if one.label == label), None)


def part(field, left, right, level, weight=1.0):
    return {"field": field, "left": left, "right": right, "level": level, "sentence": "s", "weight": weight}


@pytest.mark.parametrize(
    ("level", "weight", "mark"),
    [
        ("exact", 9.0, Mark.SAME),
        ("nickname", 2.0, Mark.SIMILAR),
        ("near", -1.0, Mark.SIMILAR),
        ("different", -5.0, Mark.DIFFERS),
        ("postcode", 3.0, Mark.PARTLY),
        ("elsewhere", 0.5, Mark.DIFFERS),
    ],
)
def test_the_mark_follows_the_level_and_not_the_weight(level, weight, mark):
    fields = [part("given", "Bill", "William", level, weight)]
    cell = row("First name", now={"given_name": "Bill"}, member={"given_name": "William"}, fields=fields).cells[0]
    assert (cell.mark, cell.sentence, cell.weight) == (mark, "s", weight)


@pytest.mark.parametrize(
    ("now", "member", "mark"),
    [
        ({}, {"suffix": "Jr"}, Mark.ONLY_LIST),
        ({"suffix": "Jr"}, {}, Mark.ONLY_CLAIM),
        ({"suffix": "jr."}, {"suffix": "JR"}, Mark.SAME),
        ({"suffix": "Jr"}, {"suffix": "Sr"}, Mark.DIFFERS),
    ],
)
def test_without_evidence_the_values_speak(now, member, mark):
    assert row("Suffix", now=now, member=member).cells[0].mark is mark


def test_a_field_of_which_nobody_says_anything_is_left_out():
    assert row("Suffix", now={"given_name": "Ann"}, member={"given_name": "Ann"}) is None


def test_words_that_the_claim_does_not_say_are_marked():
    fields = [part("address", "12 oak st", "12 oak st apt 4", "unit_one_side")]
    cell = row("Address", now={"street": "12 Oak St"}, member={"street": "12 Oak St", "unit": "Apt 4"}, fields=fields).cells[0]
    assert [piece.word for piece in cell.pieces if not piece.shared] == ["Apt", "4"]
    assert cell.also == ""


def test_another_value_that_was_compared_is_shown():
    fields = [part("address", "9 elm rd", "9 elm rd, reno", "exact")]
    cell = row("Address", now={"street": "9 Elm Rd"}, member={"street": "12 Oak St"}, fields=fields).cells[0]
    assert cell.also == "9 elm rd, reno"


def test_a_phone_is_written_so_that_it_can_be_read_and_is_no_other_value():
    fields = [part("phone", "8015550171", "8015550171", "exact")]
    shown = row("Phone", now={"phone": "8015550171"}, member={"phone": "8015550171"}, fields=fields)
    assert (shown.said[0].value, shown.cells[0].value, shown.cells[0].also) == ("801-555-0171", "801-555-0171", "")


def test_details_at_a_purchase_stand_beside_those_of_today():
    said = row(
        "Last name", now={"family_name": "New"}, member={}, at_purchase=[{"family_name": "Old"}, {"family_name": "New"}]
    ).said
    assert [(one.value, one.when) for one in said] == [("New", ""), ("Old", "when buying")]


@pytest.mark.parametrize(("word", "mark"), [("agrees", Mark.SAME), ("differs", Mark.DIFFERS), ("unknown", Mark.DIFFERS)])
def test_the_shop(word, mark):
    cell = row("Shop", now={}, member={"merchant": "Pixel Pets"}, shops=["Blue Kettle"], merchant=word).cells[0]
    assert cell.mark is mark


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["exact", "near", "different", "postcode", "no such level"]))
def test_nothing_typed_breaks_the_table(left, right, level):
    fields = [part("family", left, right, level)]
    cell = row("Last name", now={"family_name": left or "x"}, member={"family_name": right}, fields=fields).cells[0]
    assert isinstance(cell.mark, Mark)
