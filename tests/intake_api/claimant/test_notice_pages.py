"""A notice's ID and PIN: what they open, what stays masked, and how guessing ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from casefile import codes, database, rate_limits
from casefile.settings import Settings
from casefile.tables.claims import Claim, ClaimDraft, ClaimVersion, RateBucket
from casefile.tables.people import ClassMember

from .conftest import Noticed, Visitor, add_member, faults

KNOWN = ("Quirin", "Zyzzyva", "9 Hidden Lane", "01234", "801-555-0144", "quirin@example.com")


def give_id(visitor: Visitor, noticed: Noticed) -> None:
    visitor.start()
    assert visitor.post("claim/notice-id", {"notice_id": codes.spaced(noticed.notice_id).lower()}).status_code == 303


def wrong_pin(noticed: Noticed) -> str:
    return "000000" if noticed.pin != "000000" else "111111"


def test_before_the_pin_only_initials_are_shown(visitor: Visitor, noticed: Noticed) -> None:
    give_id(visitor, noticed)
    for page in ("claim/pin", "claim/name", "claim/address", "claim/contact"):
        shown = visitor.get(page).text
        assert not [each for each in KNOWN if each in shown], page
    assert "Q•••• Z••••" in visitor.get("claim/pin").text


def test_the_pin_fills_in_what_is_known(visitor: Visitor, noticed: Noticed, stored: Callable[[Any], list[Any]]) -> None:
    give_id(visitor, noticed)
    assert visitor.post("claim/pin", {"pin": f" {noticed.pin[:3]} {noticed.pin[3:]} "}).status_code == 303
    assert 'value="Zyzzyva"' in visitor.get("claim/name").text
    assert 'value="01234"' in visitor.get("claim/address").text
    visitor.name_shop()
    visitor.post("claim/earlier", {"same": "yes"})
    visitor.post("claim/payment", {"method": "digital"})
    assert visitor.sign().status_code == 303
    assert stored(sa.select(Claim.notice_member_id)) == [(noticed.member_id,)]


def test_a_wrong_pin_opens_nothing(visitor: Visitor, noticed: Noticed, stored: Callable[[Any], list[Any]]) -> None:
    give_id(visitor, noticed)
    answer = visitor.post("claim/pin", {"pin": wrong_pin(noticed)})
    assert (answer.status_code, faults(answer)) == (422, ["This PIN does not belong to this Notice ID. Check both"])
    assert stored(sa.select(ClaimDraft.member_id)) == [(None,)]


def test_guessing_ends_also_for_the_right_pin(visitor: Visitor, noticed: Noticed, new_visitor: Callable[..., Visitor]) -> None:
    most = rate_limits.PIN_PER_NOTICE[0].most
    for number in range(most):
        other = new_visitor(visitor.slug, address=f"198.51.{number}.7")
        give_id(other, noticed)
        other.post("claim/pin", {"pin": wrong_pin(noticed)})
    give_id(visitor, noticed)
    answer = visitor.post("claim/pin", {"pin": noticed.pin})
    assert faults(answer) == ["There were too many tries. Wait an hour, go on without a notice, or call us"]


def test_a_network_cannot_try_id_after_id(visitor: Visitor) -> None:
    visitor.start()
    most = rate_limits.NOTICE_PER_NETWORK[0].most
    answers = [faults(visitor.post("claim/notice-id", {"notice_id": codes.new()}))[0] for _ in range(most + 1)]
    assert "too many tries" in answers[most]
    assert "too many tries" not in answers[most - 1]


def test_neither_ids_nor_addresses_stand_in_the_counts(
    visitor: Visitor, noticed: Noticed, stored: Callable[[Any], list[Any]]
) -> None:
    give_id(visitor, noticed)
    visitor.post("claim/pin", {"pin": wrong_pin(noticed)})
    keys = [key for (key,) in stored(sa.select(RateBucket.key))]
    assert keys
    assert not [key for key in keys if noticed.notice_id in key or "203.0.113" in key]


def test_an_id_of_another_case_is_unknown(visitor: Visitor, engine: database.Engine, settings: Settings, late_case: Any) -> None:
    elsewhere = add_member(engine, settings, late_case.id)
    visitor.start()
    answer = visitor.post("claim/notice-id", {"notice_id": elsewhere.notice_id})
    assert faults(answer) == ["We do not know this Notice ID. Check each letter and digit, or go on without a notice"]


def test_another_notice_closes_what_the_first_one_opened(
    visitor: Visitor, noticed: Noticed, engine: database.Engine, settings: Settings, site_case: Any
) -> None:
    give_id(visitor, noticed)
    visitor.post("claim/pin", {"pin": noticed.pin})
    assert "Zyzzyva" in visitor.get("claim/name").text
    second = add_member(engine, settings, site_case.id)
    visitor.post("claim/notice-id", {"notice_id": second.notice_id})
    assert "Zyzzyva" not in visitor.get("claim/name").text


def test_the_pin_of_a_member_merged_since_opens_the_one_merged_into(
    visitor: Visitor,
    noticed: Noticed,
    engine: database.Engine,
    settings: Settings,
    site_case: Any,
    stored: Callable[[Any], list[Any]],
) -> None:
    kept = add_member(engine, settings, site_case.id)
    with database.case_session(engine, case_id=site_case.id, actor="test") as session:
        session.execute(sa.update(ClassMember).where(ClassMember.id == noticed.member_id).values(merged_into_id=kept.member_id))
    give_id(visitor, noticed)
    assert visitor.post("claim/pin", {"pin": noticed.pin}).status_code == 303
    assert stored(sa.select(ClaimDraft.member_id)) == [(kept.member_id,)]


def test_filing_again_with_a_notice_changes_the_claim(
    visitor: Visitor, noticed: Noticed, new_visitor: Callable[..., Visitor], stored: Callable[[Any], list[Any]]
) -> None:
    for each in (visitor, new_visitor(visitor.slug)):
        each.answer_all()
        each.post("claim/notice-id", {"notice_id": noticed.notice_id})
        answer = each.post("claim/pin", {"pin": noticed.pin})
        each.sign()
    assert answer.headers["location"].endswith("/claim/again")
    assert stored(sa.select(sa.func.count(Claim.id))) == [(1,)]
    assert stored(sa.select(sa.func.count(ClaimVersion.id))) == [(2,)]


@pytest.mark.parametrize("page", ["claim/pin"])
def test_the_pin_is_asked_for_only_after_an_id(visitor: Visitor, page: str) -> None:
    visitor.start()
    assert str(visitor.get(page).url).endswith("/claim/notice-id")
