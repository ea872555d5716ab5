"""RFC 5965: complaints, where a mailbox provider says that a person pressed "spam"."""

from __future__ import annotations

import re

from notices.bounces.addresses import addresses_in, first_address, is_daemon
from notices.bounces.mime import Message, parse_headers
from notices.bounces.prose import original_headers
from notices.bounces.report import Kind, Recipient, Report, Severity

RECIPIENT_FIELDS = ("original-rcpt-to", "removal-recipient", "redacted-address", "final-recipient", "original-recipient")
# Hotmail's older programme names the recipient in the returned mail only.
RETURNED_FIELDS = ("x-hmxmroriginalrecipient", "x-original-to", "x-envelope-to", "envelope-to", "delivered-to", "to")
UNSUBSCRIBE = re.compile(r"^unsubscribe$|sent this e?mail to unsubscribe", re.I | re.M)


def read(message: Message) -> Report | None:
    """Return the complaint that `message` makes, or None when it makes none."""
    parts = list(message.of_type("message/feedback-report"))
    if not parts:
        return _bare_complaint(message)
    fields = dict(reversed(parse_headers(parts[0].text, words=False)))
    named = [first_address(fields.get(name, "")) for name in RECIPIENT_FIELDS]
    return _complaint(message, [one for one in named if one], fields.get("feedback-type", "abuse").casefold().strip())


def _bare_complaint(message: Message) -> Report | None:
    """Read complaints without a feedback report: Hotmail's, and the unsubscribe mail that Apple Mail sends."""
    returned = dict(reversed(original_headers(message)))
    if "x-hmxmroriginalrecipient" in returned:
        return _complaint(message, [], "abuse")
    if message.top.header("x-apple-unsubscribe") or (
        message.top.header("auto-submitted").startswith("auto")
        and message.top.header("subject").strip().casefold() == "unsubscribe"
    ):
        return _complaint(message, addresses_in(message.top.header("from")), "opt-out")
    return None


def _complaint(message: Message, named: list[str], feedback: str) -> Report:
    returned = original_headers(message)
    if not named:
        values = [(name, value) for wanted in RETURNED_FIELDS for name, value in returned if name == wanted]
        named = [one for _, value in values for one in addresses_in(value) if not is_daemon(one)][:1]
    unique = list(dict.fromkeys(one.casefold() for one in named))
    recipients = tuple(
        Recipient(address=next(one for one in named if one.casefold() == key), severity=Severity.POLICY, reason=feedback)
        for key in unique[:1]
    )
    return Report(kind=Kind.COMPLAINT, recipients=recipients, feedback=feedback)
