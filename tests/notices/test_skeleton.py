"""The fast way equals the slow reference, and no value reaches a header, a recipient or a tag."""

from __future__ import annotations

import dataclasses
import datetime
import email
import json
import os
from email.header import decode_header, make_header
from email.policy import default
from email.utils import parseaddr
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notices import fields
from notices.render import Envelope, message, render
from notices.skeleton import Press

KINDS = sorted(folder.name for folder in (Path(__file__).parents[2] / "cases" / "cartmanager" / "notices").iterdir())

HEADERS = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted", "Feedback-ID",
    "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version",
]  # fmt: skip
"""Every header that a notice may carry, beside Content-Type."""


def envelope(name: str, unsubscribe_url: str) -> Envelope:
    return Envelope(
        recipient="jose.nunez@mail.example",
        recipient_name=name,
        message_id="<0123456789abcdef@cartmanager-settlement.example>",
        return_path="b-x-1-y@bounce.example",
        sent_at=datetime.datetime(2026, 11, 23, 15, 0, tzinfo=datetime.UTC),
        feedback_id="notice:case:redress",
        unsubscribe_url=unsubscribe_url,
    )


def both(template, values, language, member):
    """Return the message built fast, as octets and parsed, and the one built slowly.

    The slow one is read before it is folded: the standard library's folding adds blanks to some long subjects.
    """
    letter = envelope(member.get("full_name", ""), member.get("unsubscribe_url", ""))
    head, body = Press(template, values).message(language, member, letter)
    version = template.version(language)
    slow = message(template, version, render(version, {**values[language], **member}), letter)
    return head + body, email.message_from_bytes(head + body, policy=default), slow


def mailbox(parsed, name):
    """Return display name and address of a header's only mailbox.

    Words are joined as RFC 2047, section 6.2 says: the standard library's newer parser leaves the blank between two encoded words
    of a display name in it, which no mail program does.
    """
    (box,) = parsed[name].addresses
    raw = dict(parsed.raw_items()).get(name, "")
    if raw.count("=?") > 1 and isinstance(raw, str):
        return str(make_header(decode_header(parseaddr(raw.replace("\r\n", ""))[0]))), box.addr_spec
    return box.display_name, box.addr_spec


def meant(parsed):
    """Return what a parsed message says: its headers, recipients and decoded parts."""
    mailboxes = {name: [mailbox(parsed, name)] for name in ("From", "To", "Reply-To")}
    plain = {name: str(parsed[name]) for name in HEADERS if parsed[name] is not None and name not in mailboxes}
    parts = [(part.get_content_type(), part.get_content().replace("\r\n", "\n")) for part in parsed.iter_parts()]
    return mailboxes, plain, parts, sorted(name for name in parsed)


def assert_well_formed(octets: bytes) -> None:
    assert b"\r" not in octets.replace(b"\r\n", b"")
    assert b"\n" not in octets.replace(b"\r\n", b"")
    head, _, body = octets.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 76
    octets.decode("ascii")


def assert_same(template, values, language, member) -> None:
    octets, fast, slow = both(template, values, language, member)
    assert_well_formed(octets)
    assert fast.defects == []
    assert meant(fast) == meant(slow)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("emptied", ["", "full_name", "shop_name", "unsubscribe_url"])
def test_equals_the_reference(kinds, values, member, kind, language, emptied):
    assert_same(kinds[kind], values, language, {**member, **({emptied: ""} if emptied else {})})


ANY = st.text(max_size=60) | st.text(alphabet="abc =.\r\n\t?\u00e9\U0001f600<>&\"'", max_size=200)
NAMES = (
    "first_name", "full_name", "shop_name", "notice_id", "pin", "unsubscribe_url", "claim_number", "submitted_on",
    "cure_deadline", "decision", "decision_reasons", "contest_deadline", "deficiency_list",
    "payment_amount", "payment_method", "correction_text",
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    language=st.sampled_from(["en", "es"]),
    drawn=st.fixed_dictionaries(dict.fromkeys(NAMES, ANY)),
)
def test_equals_the_reference_for_anyone(kinds, values, kind, language, drawn):
    assert_same(kinds[kind], values, language, drawn)


INJECTIONS = [
    "a\r\nBcc: eve@evil.example",
    "a\nBcc: eve@evil.example",
    "a\rBcc: eve@evil.example",
    "\r\n\r\nbody",
    "a\r\n.\r\nMAIL FROM:<x>",
    "=?utf-8?q?=0D=0ABcc:eve@evil.example?=",
    "=?utf-8?b?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
    "=?x?q?a?= =?x?q?b?=",
    "\u2028Bcc: eve@evil.example",
    "\x85Bcc: x",
    "\x0bBcc: x",
    "\x00",
    "\u202egnp.exe",
    "</p><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="x',
    "' onmouseover='x",
    "javascript:alert(1)",
    "{{ pin }}",
    "{% if x %}",
    "{# x #}",
    "&lt;b&gt;",
    "&#60;b>",
    "eve@evil.example, x",
    '"x" <eve@evil.example>',
    "x\\",
    '\\"',
    "(comment)",
    "a;b:c,d",
    "<>",
    "@",
    ".",
    "..",
    ".\r\n",
    "--=_redress_",
    "=",
    "=\r\n",
    "=3D",
    "=0D=0A.",
    "From x",
    "\ud800",
    "%00",
    "%0d%0a",
    "${x}",
    "\x1b[31m",
    "\ufeff",
    "Null",
    "\t",
    "\xa0",
    "\u3000x",
    "x" * 1200,
    ". " * 400,
    "\u00e9" * 700,
    "\U0001f600" * 300,
]
"""Strings that have become headers, recipients, tags or template code somewhere."""


def naughty() -> list[str]:
    """The public list of naughty strings where its folder is given (REDRESS_SHARED_DATA), beside our own."""
    path = Path(os.environ.get("REDRESS_SHARED_DATA", "/nonexistent")) / "hostile" / "blns.json"
    return INJECTIONS + (json.loads(path.read_text(encoding="utf-8")) if path.exists() else [])


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag, attrs):
        if tag != "br":
            self.seen.append((tag, tuple(name for name, _ in attrs)))


def tags(page: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Tags()
    parser.feed(page)
    return parser.seen


def test_hostile_values_stay_values(kinds, values, member):
    """In every field at once: no header, recipient or tag more than for a plain member, and the text says what was meant."""
    for kind in ("class_notice", "claim_received", "decision"):
        press = Press(kinds[kind], values)
        plain = dict.fromkeys(member, "x") | {"unsubscribe_url": "https://x.example/u"}
        usual = parse(press, plain)
        for string in naughty():
            if not fields.line(string):
                continue
            hostile = dict.fromkeys(member, string) | {"unsubscribe_url": "https://x.example/u"}
            found = parse(press, hostile)
            assert found.keys() == usual.keys(), string
            assert [box.addr_spec for box in found["To"].addresses] == ["jose.nunez@mail.example"]
            assert tags(found.get_body(("html",)).get_content()) == tags(usual.get_body(("html",)).get_content()), string
            assert fields.lines(string).strip().split("\n")[0] in found.get_body(("plain",)).get_content()


def parse(press, values):
    head, body = press.message("en", values, envelope(values["full_name"], values["unsubscribe_url"]))
    assert_well_formed(head + body)
    return email.message_from_bytes(head + body, policy=default)


def test_a_javascript_link_is_dropped(kinds, values, member):
    hostile = member | {"unsubscribe_url": "javascript:alert(1)"}
    _, body = Press(kinds["class_notice"], values).message("en", hostile, envelope("A", ""))
    assert b"javascript" not in body


def test_a_field_without_a_value_is_a_fault(kinds, values):
    with pytest.raises(KeyError):
        Press(kinds["claim_received"], values).message("en", {"full_name": "A"}, envelope("A", ""))


@pytest.mark.parametrize(
    "recipient", ["", "a", "a@b", "a@b.c\r\nBcc: x@y.example", "a@b.example, c@d.example", "a b@c.example", "<a@b.example>"]
)
def test_only_one_plain_address_can_be_a_recipient(kinds, values, member, recipient):
    with pytest.raises(ValueError, match="not an e-mail address"):
        Press(kinds["class_notice"], values).message("en", member, dataclasses.replace(envelope("A", ""), recipient=recipient))
