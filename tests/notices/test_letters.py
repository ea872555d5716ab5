"""What is printed: values never become headings or styles, faults have their line, and nothing that matters is cut off."""

from __future__ import annotations

import dataclasses
import datetime
import shutil

import pytest

from casefile.errors import TemplateFaults
from notices import letters
from notices.letters import BACK, FRONT, LONG_FORM, Recipient
from notices.templates import Part, parse
from notices.values import case_values

SITE = "https://cartmanager-settlement.example"
NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)
ANN = Recipient(1, "Ann Sample", "12 Sample Street", "Provo, UT 84601", "K7M 2QX 9RT", "482 913", "Sunny Garden")


def blocks(text, **values):
    return letters.blocks(parse(text, file="t", part=Part.TEXT, faults=[]), values)


@pytest.fixture
def own_case(demo_case, tmp_path):
    """The demonstration case with a folder of texts that a test may change."""
    shutil.copytree(demo_case.notices_path / "class_notice", tmp_path / "notices" / "class_notice")
    return dataclasses.replace(demo_case, path=tmp_path)


def change(case, language, name, text):
    (case.notices_path / "class_notice" / language / name).write_text(text, encoding="utf-8")


def test_signs_of_the_text_are_read():
    found = blocks("# Title\n## Part\n### 1. What?\n- one\n| a | b |\n\nplain **bold** and *slanted* 2 * 3\n")
    assert [one["kind"] for one in found] == ["title", "section", "question", "item", "row", "paragraph"]
    assert found[4]["cells"] == [[("", "a")], [("", "b")]]
    assert found[5]["runs"] == [("", "plain "), ("strong", "bold"), ("", " and "), ("emph", "slanted"), ("", " 2 * 3")]


@pytest.mark.parametrize("value", ["# x", "**x**", "*x*", "| x | y |", "- x", "#let x = 1", "$x$ @y <z> \\ #panic()", "== x"])
def test_values_are_words_and_nothing_else(value):
    alone = blocks("{{ full_name }}", full_name=value)
    assert alone == [{"kind": "paragraph", "runs": [("", value)]}]
    assert blocks("**{{ full_name }}** b", full_name=value)[0]["runs"] == [("strong", value), ("", " b")]
    assert blocks("| a | {{ full_name }} |", full_name=value)[0]["cells"][1] == [("", value)]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_passage_that_the_court_asks_for_is_in_the_long_form(demo_case, language):
    long = letters.read(demo_case, kind="class_notice", language=language, name=LONG_FORM)
    assert {"nature-of-action", "class-definition", "claims-and-defenses", "appear-through-attorney", "exclusion-right",
            "exclusion-how", "binding-effect", "class-counsel", "settlement-benefits", "how-to-claim", "what-you-give-up",
            "do-nothing", "fees", "hearing", "objection", "website", "toll-free", "docket",
            "do-not-call-court"} == set(long.passages)  # fmt: skip


def test_no_field_is_left_open(demo_case):
    for language in demo_case.languages:
        values = case_values(demo_case, language=language, site_url=SITE)
        source = letters.read(demo_case, kind="class_notice", language=language, name=LONG_FORM)
        text = str(letters.blocks(source, values))
        assert "{{" not in text
        assert "{%" not in text
        assert values["hearing_place"] in text


def test_a_fault_has_its_line(own_case):
    change(own_case, "en", LONG_FORM, "# Fine\n{{ nothing_known }}\n{{ pin }}\n")
    with pytest.raises(TemplateFaults, match=r"en/long_form.txt:2: .*\n.*:3: pin cannot be printed here"):
        letters.read(own_case, kind="class_notice", language="en", name=LONG_FORM)
    (own_case.notices_path / "class_notice" / "en" / BACK).unlink()
    with pytest.raises(TemplateFaults, match="missing"):
        letters.read(own_case, kind="class_notice", language="en", name=BACK)


def card(case, *recipients):
    return letters.postcards(
        case,
        kind="class_notice",
        language="en",
        site_url=SITE,
        recipients=recipients,
        at=datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC),
    )


def test_a_text_that_does_not_fit_is_refused_and_not_cut(own_case):
    assert card(own_case, ANN).startswith(b"%PDF")
    for name, side in ((BACK, "back"), (FRONT, "front")):
        kept = (own_case.notices_path / "class_notice" / "en" / name).read_text()
        change(own_case, "en", name, kept + "A long sentence that fills the card.\n" * 400)
        with pytest.raises(TemplateFaults, match=f"the text of the {side} does not fit"):
            card(own_case, ANN)
        change(own_case, "en", name, kept)


def test_the_same_card_is_the_same_octets(own_case):
    hostile = dataclasses.replace(ANN, name='#panic("x") $ \\ <b> "', shop_name="🎁 #let x | ﷽ " * 5)
    assert card(own_case, ANN, hostile) == card(own_case, ANN, hostile)
