"""Hostile, odd and very long input in every field: a clear sentence or a kept answer, never an error of ours."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from casefile.tables.claims import Claim, ClaimDraft, ClaimVersion, Exclusion
from intake_api.claimant.fields import LONGEST, line

from .conftest import ANSWERS, SIGNATURE, Visitor, faults

OWN = Path(__file__).parents[2] / "data" / "naughty_strings.json"
HOSTILE = os.environ.get("REDRESS_TEST_HOSTILE")
"""A folder with `blns.json`, the Big List of Naughty Strings, which is not part of this repository."""

PAGES: dict[str, list[str]] = {
    "claim/notice": ["has_notice"],
    "claim/notice-id": ["notice_id"],
    "claim/name": list(ANSWERS["name"]),
    "claim/address": list(ANSWERS["address"]),
    "claim/contact": list(ANSWERS["contact"]),
    "claim/earlier": ["same"],
    "claim/earlier/1": [*ANSWERS["name"], *ANSWERS["address"], *ANSWERS["contact"]],
    "claim/payment": ["method"],
    "exclude": [
        "given_name",
        "family_name",
        "street",
        "city",
        "region",
        "postcode",
        "email",
        "phone",
        "notice_id",
        "signature",
        "understood",
    ],
    "status": ["claim_number", "family_name"],
}
"""Page -> its fields; the shops and the signature have their own lines below."""

ANY_TEXT = ("given_name", "middle_name", "family_name", "suffix", "street", "unit", "city", "region")


def strings() -> list[str]:
    return list(json.loads(OWN.read_text("utf-8")))


def hostile_strings() -> list[str]:
    if HOSTILE is None:
        pytest.skip("515 strings of blns.json not run: set REDRESS_TEST_HOSTILE to their folder")
    return list(json.loads((Path(HOSTILE) / "blns.json").read_text("utf-8")))


def sendings(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each page with the string in every field, and with it only where any text is right, so that it is kept."""
    for page, fields in PAGES.items():
        yield page, dict.fromkeys(fields, text)
    for page in ("name", "address", "contact"):
        yield f"claim/{page}", {name: text if name in ANY_TEXT else value for name, value in ANSWERS[page].items()}
    yield "claim/earlier/1", dict.fromkeys(ANY_TEXT, text)
    for do in ("add", "other"):
        yield "claim/shops", {"do": do, "merchant": text, "other_shop": text, "words": text}
    yield "claim/sign", {"place": text, "signature": text}


def try_everywhere(visitor: Visitor, text: str, hidden: dict[str, str]) -> None:
    """Send one string everywhere; each answer is a redirect or a page that says what is wrong, and runs nothing of it."""
    base = f"/{visitor.slug}/en"
    for page, values in sendings(text):
        sent = visitor.client.post(f"{base}/{page}", data=hidden | values, follow_redirects=False)
        assert sent.status_code in (303, 422), (page, text, sent.status_code)
        assert sent.status_code == 303 or faults(sent), (page, text)
        assert "<script>alert" not in sent.text
        assert "onerror=alert(1)>" not in sent.text
    assert visitor.client.get(f"{base}/claim/shops?change=x&q={quote(text, errors='replace')}").status_code == 200


def begin(visitor: Visitor) -> dict[str, str]:
    visitor.answer_all()
    return dict(re.findall(r'name="(form_token|submission_key)" value="([^"]*)"', visitor.get("claim/sign").text))


def test_naughty_strings_in_every_field(visitor: Visitor) -> None:
    hidden = begin(visitor)
    for text in strings():
        try_everywhere(visitor, text, hidden)


def test_the_big_list_in_every_field(visitor: Visitor) -> None:
    wanted = hostile_strings()
    hidden = begin(visitor)
    for text in wanted:
        try_everywhere(visitor, text, hidden)
    assert len(wanted) == 515


@pytest.mark.parametrize("name", ["N" * LONGEST, "محمد " * 30, "👩‍👩‍👧‍👦" * 20, "O'Brien-Núñez", "Null", "<b>Bold</b>"])
def test_a_name_is_kept_and_shown_as_typed(visitor: Visitor, stored: Callable[[Any], list[Any]], name: str) -> None:
    visitor.answer_all(name={"family_name": name})
    visitor.sign(signature=name)
    ((answers, signature),) = stored(sa.select(ClaimVersion.answers, ClaimVersion.signature))
    assert answers["now"]["family_name"] == signature == " ".join(name.split())
    shown = visitor.get("claim/receipt").text
    assert "<b>Bold" not in shown
    assert "<bdi>" in shown


def test_a_name_that_is_too_long_is_kept_in_its_field_with_a_sentence(visitor: Visitor) -> None:
    visitor.answer_all()
    long = "N" * (LONGEST + 1)
    answer = visitor.post("claim/name", {"family_name": long})
    assert answer.status_code == 422
    assert faults(answer) == ["This must be 300 characters or fewer. You can shorten it"]
    assert answer.text.count("This must be 300 characters or fewer") == 2
    assert long in answer.text


def test_every_fault_is_said_at_its_field_in_the_same_words(visitor: Visitor) -> None:
    visitor.start()
    answer = visitor.post("claim/address", {"country": "US", "postcode": "123"})
    sentences = faults(answer)
    assert len(sentences) == 4
    for sentence in sentences:
        assert answer.text.count(sentence) == 2
    assert 'id="postcode-error"' in answer.text
    assert 'aria-describedby="postcode-error" aria-invalid="true"' in answer.text


def test_a_form_of_a_thousand_fields_is_refused(visitor: Visitor) -> None:
    visitor.start()
    answer = visitor.post("claim/name", {f"field{number}": "x" for number in range(1000)})
    assert answer.status_code == 400


def test_an_upload_is_refused(visitor: Visitor) -> None:
    hidden = begin(visitor)
    url = f"/{visitor.slug}/en/claim/name"
    answer = visitor.client.post(url, data=hidden, files={"family_name": ("a.txt", b"x")}, follow_redirects=False)
    assert answer.status_code == 400


def test_bytes_that_are_no_text_are_no_error(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    hidden = begin(visitor)
    body = f"form_token={hidden['form_token']}&family_name=%ff%fe%00Sample%ed%a0%80".encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = visitor.client.post(f"/{visitor.slug}/en/claim/name", content=body, headers=headers, follow_redirects=False)
    assert answer.status_code == 303
    assert "Sample" in stored(sa.select(ClaimDraft.answers))[0][0]["name"]["family_name"]


@pytest.mark.parametrize(
    "path", ["/no-such-case/en/", "/%00/en/", "/../en/", "/a%20b/en/claim", "/CASE/en/", f"/{'x' * 500}/en/"]
)
def test_a_wrong_case_is_a_page(visitor: Visitor, path: str) -> None:
    answer = visitor.client.get(path)
    assert answer.status_code == 404
    assert "We cannot find this page" in answer.text


def test_a_language_that_the_case_does_not_speak_is_a_page(visitor: Visitor) -> None:
    assert visitor.client.get(f"/{visitor.slug}/fr/claim").status_code == 404


@pytest.mark.parametrize("cookie", ["", "x", "é".encode().decode("latin-1"), "a" * 5000])
def test_a_strange_cookie_is_a_visitor_without_a_draft(visitor: Visitor, cookie: str) -> None:
    answer = visitor.client.get(f"/{visitor.slug}/en/claim/name", headers={"cookie": f"redress_claim={cookie}".encode("latin-1")})
    assert answer.status_code == 410


@given(st.text(max_size=400))
def test_a_line_is_clean_once_and_for_all(text: str) -> None:
    cleaned = line(text)
    assert line(cleaned) == cleaned
    assert not set(cleaned) & set("\x00\n\r\t\u202e\u2066")
    cleaned.encode("utf-8")


def test_nothing_of_all_this_became_a_claim(visitor: Visitor, stored: Callable[[Any], list[Any]]) -> None:
    hidden = begin(visitor)
    for text in ("", "\x00", "us", "<x>"):
        sent = visitor.client.post(
            f"/{visitor.slug}/en/claim/sign", data=hidden | SIGNATURE | {"submission_key": text}, follow_redirects=False
        )
        assert sent.status_code == 400
    assert stored(sa.select(Claim.id)) == []
    assert stored(sa.select(Exclusion.id)) == []
