"""Answers of machines that are no bounces: vacation replies (RFC 3834) and read receipts (RFC 8098)."""

from __future__ import annotations

import re

from notices.bounces.addresses import addresses_in, first_address
from notices.bounces.classify import classify
from notices.bounces.mime import Message, parse_headers
from notices.bounces.report import Kind, Recipient, Report
from notices.bounces.vocabulary import mark

AUTO_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-auto-reply",
    "x-ms-exchange-inbox-rules-loop",
)
AUTO_SUBJECT = mark("auto_subject", before=r"^\W{0,9}(?:re: ?|aw: ?|sv: ?)?\W{0,9}")

REFUSED = re.compile(r"(?:automatically |was )(?:rejected|refused)|could not be delivered", re.I)


def is_auto_reply(message: Message) -> bool:
    """Say whether the headers are those of a responder (RFC 3834 section 5) or the subject is one's."""
    top = message.top
    submitted = top.header("auto-submitted").casefold()
    return (
        submitted.startswith("auto-replied")
        or any(top.header(name) for name in AUTO_HEADERS)
        or top.header("precedence").casefold().strip() in ("auto_reply", "auto-reply")
        or has_auto_subject(message)
    )


def has_auto_subject(message: Message) -> bool:
    """Say whether the subject is that of a responder."""
    return bool(AUTO_SUBJECT.match(message.top.header("subject")))


def auto_reply(message: Message) -> Report:
    """Return the report of an automatic answer: the person who answered is its recipient."""
    sender = addresses_in(message.top.header("from"))[:1]
    return Report(kind=Kind.AUTO_REPLY, recipients=tuple(Recipient(address=one, reason="auto-reply") for one in sender))


def read_receipt(message: Message) -> Report | None:
    """Return the report of a disposition notification (RFC 8098): whatever was done with the mail, it had arrived.

    Filters that reject after delivery use the same form (RFC 5429, section 2.1.2): a refusal that says nothing of the address.
    """
    parts = list(message.of_type("message/disposition-notification", "message/global-disposition-notification"))
    if not parts:
        return None
    fields = dict(reversed(parse_headers(parts[0].text, words=False)))
    named = first_address(fields.get("original-recipient", "")) or first_address(fields.get("final-recipient", ""))
    found = [named] if named else addresses_in(message.top.header("from"))[:1]
    text = " ".join(part.text[:2_000] for part in message.of_type("text/plain"))
    if REFUSED.search(text):
        verdict = classify(text=text, action="delayed")
        refused = [
            Recipient(address=one, severity=verdict.severity, reason="recipient's filter", action="failed", text=text[:1_000])
            for one in found
        ]
        return Report(kind=Kind.BOUNCE, recipients=tuple(refused))
    return Report(kind=Kind.DELIVERED, recipients=tuple(Recipient(address=one, reason="read receipt") for one in found))
