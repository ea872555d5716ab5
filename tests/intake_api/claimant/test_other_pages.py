"""The pages around the claim: home, papers, objection, leaving the class; every one in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from casefile import database
from casefile.tables.claims import Exclusion
from casefile.words import ClaimStatus
from intake_api.claimant import status

from .conftest import Noticed, Visitor, faults

REQUEST = {
    "given_name": "Dana", "family_name": "Example", "street": "12 Sample Street", "city": "Provo", "region": "UT",
    "postcode": "84601", "understood": "yes", "signature": "Dana Example",
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("page", ["", "documents", "object", "exclude", "status", "claim"])
def test_every_page_opens_in_its_language(new_visitor: Callable[..., Visitor], site_case: Any, language: str, page: str) -> None:
    answer = new_visitor(site_case.slug, language=language).get(page)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert len(re.findall("<h1", answer.text)) == 1
    assert "style=" not in answer.text
    assert "<script" not in answer.text


def test_the_home_page_says_what_a_notice_must_say(visitor: Visitor) -> None:
    text = visitor.get("").text
    for words in ("denies that it did anything wrong", "All people in the United States who bought", "March 8, 2027",
                  "Alma Sample", "$600,000", "10:00 AM", "1-800-555-0123", "give up the right to sue", "about $25"):  # fmt: skip
        assert words in text, words


def test_the_home_page_after_the_deadline(new_visitor: Callable[..., Visitor], late_case: Any) -> None:
    text = new_visitor(late_case.slug).get("").text
    assert "You can still file a claim. It is marked as late." in text
    assert "was possible until January 1, 2020" in text


def test_the_door_leads_to_the_language_of_the_browser(visitor: Visitor) -> None:
    for wanted, language in (("es-MX,es;q=0.9,en;q=0.5", "es"), ("fr", "en"), ("en-US", "en")):
        answer = visitor.client.get(f"/{visitor.slug}", headers={"accept-language": wanted}, follow_redirects=False)
        assert answer.headers["location"] == f"/{visitor.slug}/{language}/"


def test_the_list_of_cases_names_each(visitor: Visitor, late_case: Any) -> None:
    text = visitor.client.get("/").text
    assert f"/{visitor.slug}/en/" in text
    assert f"/{late_case.slug}/en/" in text


def test_a_request_to_leave_is_kept_once_with_a_receipt(
    visitor: Visitor, noticed: Noticed, stored: Callable[[Any], list[Any]]
) -> None:
    for _ in range(2):
        answer = visitor.post("exclude", REQUEST | {"notice_id": noticed.notice_id}, shown="exclude")
    assert answer.status_code in (303, 400)
    ((number, member_id, answers),) = stored(sa.select(Exclusion.number, Exclusion.member_id, Exclusion.answers))
    assert member_id == noticed.member_id
    assert "I ask to be excluded from the class" in answers["statement"]
    text = visitor.get("exclude/receipt").text
    assert number in re.sub(r"\s", "", text)
    assert "late" not in text


def test_the_same_request_sent_twice_is_one(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    first = visitor.post("exclude", REQUEST)
    again = visitor.client.post(
        str(first.request.url), content=first.request.content, headers=first.request.headers, follow_redirects=False
    )
    assert (first.status_code, again.status_code) == (303, 303)
    assert len(stored(sa.select(Exclusion.id))) == 1


def test_somebody_else_can_ask_from_the_same_browser(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    visitor.post("exclude", REQUEST)
    visitor.post("exclude/another", shown="exclude/receipt")
    visitor.post("exclude", REQUEST | {"given_name": "Robin"})
    assert len(stored(sa.select(Exclusion.id))) == 2


def test_leaving_must_be_understood_and_signed(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    answer = visitor.post("exclude", REQUEST | {"understood": "", "signature": ""})
    assert faults(answer) == ["Type your full name to sign", "Confirm that you understand what leaving means"]
    assert 'value="12 Sample Street"' in answer.text
    assert stored(sa.select(Exclusion.id)) == []


def test_a_late_request_is_kept_and_says_so(new_visitor: Callable[..., Visitor], late_case: Any, engine: database.Engine) -> None:
    visitor = new_visitor(late_case.slug)
    visitor.post("exclude", REQUEST)
    assert "Your request is marked as late" in visitor.get("exclude/receipt").text


def test_every_claim_status_has_words_for_its_claimant() -> None:
    assert set(status.STATES) == set(ClaimStatus)


def test_an_error_page_says_whom_to_call_also_without_the_database(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    from casefile import errors

    visitor.get("")

    def away(*_given: Any, **_named: Any) -> None:
        raise errors.DatabaseUnavailable("away")

    monkeypatch.setattr(database, "open_session", away)
    answer = visitor.get("claim")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert "1-800-555-0123" in answer.text
