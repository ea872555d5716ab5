"""RFC 3464: the machine-readable recipients of a delivery status notification."""

from __future__ import annotations

import re
from collections.abc import Iterator

from notices.bounces import codes
from notices.bounces.addresses import first_address
from notices.bounces.mime import Message, parse_headers

STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
RECIPIENT_FIELDS = ("original-recipient", "final-recipient")
ACTION_WORDS = {
    "failed": "failed",
    "failure": "failed",
    "fail": "failed",
    "failed (permanent)": "failed",
    "delayed": "delayed",
    "deferred": "delayed",
    "delivered": "delivered",
    "deliverable": "delivered",
    "relayed": "relayed",
    "expanded": "expanded",
    "expired": "failed",
}


class Group(dict[str, str]):
    """The fields of one recipient: lower-case name to raw value."""

    def address(self) -> str:
        """Return the address that the notice was sent to, where the report names it, else where it ended up."""
        return (
            first_address(self.get("original-recipient", ""))
            or first_address(self.get("final-recipient", ""))
            or first_address(self.get("x-actual-recipient", ""))
        )

    def action(self) -> str:
        """Return the action in the words of RFC 3464, or ""."""
        word = self.get("action", "").casefold().strip()
        return ACTION_WORDS.get(word) or ACTION_WORDS.get(re.split(r"[^a-z]", word, maxsplit=1)[0], "")

    def status(self) -> str:
        """Return the status code without its comment, or ""."""
        found = codes.statuses_in(self.get("status", ""))
        return found[0] if found else ""

    def diagnostic(self) -> str:
        """Return what the receiving system said, without the type of the field."""
        value = self.get("diagnostic-code", "") or self.get("smtp-remote-recipient", "")
        text = re.sub(r"^\s*[A-Za-z][A-Za-z0-9 -]{0,30};\s*", "", value)
        comment = self.get("status", "").partition("(")[2].rstrip(") ")
        return text or comment


def groups(message: Message, explanation: str) -> list[Group]:
    """Return the recipients of every delivery-status part, else of fields that stand in the explanation itself."""
    found = [group for part in message.of_type(*STATUS_PARTS) for group in groups_in(part.text)]
    if not found and re.search(r"^[ \t]*final-recipient[ \t]*:", explanation, re.I | re.M):
        found = [group for group in groups_in(explanation) if "action" in group or "status" in group]
    return found


def groups_in(text: str) -> Iterator[Group]:
    """Yield the recipients of a delivery-status text: blocks of fields that name a recipient.

    Some reporters leave out the blank line between recipients and some put one inside: a recipient ends where a field comes
    that it already has.
    """
    current = Group()
    for block in re.split(r"\n[ \t]*\n", text):
        fields = parse_headers(block, words=False)
        if _names_recipient(current) and _names_recipient(dict(fields)):
            yield current
            current = Group()
        for name, value in fields:
            if name in RECIPIENT_FIELDS and name in current:
                yield current
                current = Group()
            current.setdefault(name, value)
    if _names_recipient(current):
        yield current


def _names_recipient(group: dict[str, str]) -> bool:
    return any(name in group for name in RECIPIENT_FIELDS)
