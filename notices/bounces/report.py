"""The words of the room: what one returned message says about each recipient."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a returned message is."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto-reply"
    DELIVERED = "delivered"
    NOT_A_REPORT = "not-a-report"


class Severity(StrEnum):
    """What a bounce means for the address; only `HARD` suppresses it.

    hard: the address is bad, moved or disabled. soft: it may work later, or nobody can say. policy: the refusal is about the
    sender or the message, so the address is as good as before.
    """

    HARD = "hard"
    SOFT = "soft"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient of a report: RFC 3463 `status`, three-digit SMTP `reply` ("" when not given), and what we make of them.

    `reason` is the name of the rule that decided, `action` the RFC 3464 action, `text` the diagnostic as it was received.
    """

    address: str
    status: str = ""
    reply: str = ""
    severity: Severity = Severity.SOFT
    reason: str = ""
    action: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One message read: its kind, its recipients, and what ties it to a notice.

    `feedback` is the RFC 5965 feedback type of a complaint. `sent_to` are the addresses to which the report came and the
    return path of the returned mail (one that we signed names the notice). `original_message_id` is the Message-ID of the
    mail that the report is about.
    """

    kind: Kind
    recipients: tuple[Recipient, ...] = ()
    feedback: str = ""
    original_message_id: str = ""
    sent_to: tuple[str, ...] = ()

    def as_words(self, file: str) -> dict[str, object]:
        """Return the JSON object that `redress bounces read` prints for the message found at `file`."""
        recipients = [
            {"address": one.address, "status": one.status, "reply": one.reply, "class": str(one.severity)}
            for one in self.recipients
        ]
        return {"file": file, "kind": str(self.kind), "recipients": recipients}
