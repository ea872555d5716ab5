"""Reading returned messages: what each fixture says, and that nothing at all makes the reader fail or cry hard."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notices.bounces.reader import read
from notices.bounces.report import Kind, Severity

DATA = Path(__file__).parent / "data"
EXPECTED = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
MESSAGES = {path.stem: path.read_bytes() for path in sorted(DATA.glob("*.eml"))}


def test_every_fixture_has_its_answer() -> None:
    assert set(MESSAGES) == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_fixture(name: str) -> None:
    report = read(MESSAGES[name])
    found = [[one.address, str(one.severity), one.status, one.reply] for one in report.recipients]
    assert {"kind": str(report.kind), "recipients": found} == EXPECTED[name]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_line_endings_and_an_mbox_line_change_nothing(name: str) -> None:
    raw = MESSAGES[name]
    other = b"From someone Mon Nov 23 10:00:00 2026\r\n" + raw.replace(b"\n", b"\r\n")
    assert [(one.address, one.severity) for one in read(other).recipients] == [
        (one.address, one.severity) for one in read(raw).recipients
    ]


@pytest.mark.parametrize("name", [name for name in sorted(EXPECTED) if EXPECTED[name]["kind"] != "bounce"])
def test_what_is_no_bounce_is_never_hard(name: str) -> None:
    assert all(one.severity is not Severity.HARD for one in read(MESSAGES[name]).recipients)


def test_a_report_names_the_notice_and_the_mail_that_came_back() -> None:
    report = read(MESSAGES["dsn-unknown"])
    assert report.original_message_id == "<n1@case.example>"
    assert report.sent_to == ("notice@case.example", "b@bounce.example")


def test_a_complaint_carries_the_return_path_of_the_returned_mail() -> None:
    report = read(MESSAGES["arf-abuse"])
    assert report.feedback == "abuse"
    assert "b-returned@bounce.example" in report.sent_to


def test_a_refusal_about_the_sender_is_policy_in_every_position() -> None:
    for status in ("5.0.0", "5.1.0", "5.1.1", "5.2.1", "5.3.0", "5.4.1", "5.7.1"):
        raw = MESSAGES["dsn-blocklist-reported-as-5.0.0"].replace(b"5.0.0", status.encode())
        assert [one.severity for one in read(raw).recipients] == [Severity.POLICY]


def _deep(depth: int) -> bytes:
    head = b"From: MAILER-DAEMON@x.example\nSubject: Undelivered\n"
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return head + nested + b"Content-Type: text/plain\n\n<jane@x.example>: 550 5.1.1 unknown\n"


MONSTERS = {
    "empty": b"",
    "zeros": b"\0" * 500_000,
    "newlines": b"\n" * 500_000,
    "one line": b"a" * 500_000,
    "stars": b"From: MAILER-DAEMON\nSubject: failure\n\n" + b"*" * 500_000,
    "signs": b"From: MAILER-DAEMON\nSubject: failure\n\n" + b"a@" * 250_000,
    "addresses": b"From: MAILER-DAEMON\nSubject: failure\n\n" + b"a@b.example\n" * 40_000,
    "parameters": b"Content-Type: multipart/mixed; " + b";" * 500_000,
    "quotes": b'Content-Type: text/plain; charset="' + b'"' * 500_000,
    "words": b"Subject: " + b"=?" * 250_000 + b"\n\n",
    "tags": b"From: MAILER-DAEMON\nSubject: failure\nContent-Type: text/html\n\n" + b"<style" * 80_000,
    "delimiters": b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n" * 100_000,
    "deep": _deep(5_000),
    "many parts": b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nhello\n" * 40_000,
    "json": b'From: a@b.example\n\n{"notificationType":' + b"[" * 500_000,
    "codec": b"Content-Type: text/plain; charset=unicode_escape\n\n\\x",
    "surrogates": b"From: MAILER-DAEMON\nSubject: failure\n\n\xed\xa0\x80@\xed\xb0\x80.example",
}


@pytest.mark.parametrize("name", sorted(MONSTERS))
@pytest.mark.timeout(20)
def test_monsters_are_read_without_fuss(name: str) -> None:
    report = read(MONSTERS[name])
    json.dumps(report.as_words("x"))
    assert all(one.severity is not Severity.HARD for one in report.recipients)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read(raw: bytes) -> None:
    report = read(raw)
    json.dumps(report.as_words("x"))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(sorted(MESSAGES)), seed=st.integers(0, 2**32))
def test_damaged_messages_are_read_and_only_bounces_are_hard(name: str, seed: int) -> None:
    dice = random.Random(seed)
    raw = bytearray(MESSAGES[name])
    for _ in range(dice.randrange(1, 12)):
        start = dice.randrange(len(raw) + 1)
        end = min(len(raw), start + dice.randrange(80))
        raw[start:end] = dice.choice([b"", dice.randbytes(5), bytes(raw[start:end]) * 3, b"\n\n", b"--=_b\n", b"<>"])
    report = read(bytes(raw))
    json.dumps(report.as_words("x"))
    if report.kind is not Kind.BOUNCE:
        assert all(one.severity is not Severity.HARD for one in report.recipients)
