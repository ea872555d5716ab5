"""What Amazon SES says of a mail: its event publishing and its older notifications, as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from notices.bounces.addresses import addresses_in
from notices.bounces.classify import classify
from notices.bounces.mime import Message
from notices.bounces.report import Kind, Recipient, Report, Severity

ATTEMPT_TAG = "redress-attempt"
"""Name of the message tag that carries the local part of an attempt's return path, mark and all (`notices.return_path`)."""

SUBTYPE_MEANS: dict[str, tuple[Severity, str]] = {
    "NoEmail": (Severity.HARD, "bad address"),
    "General": (Severity.SOFT, "undefined"),
    # Amazon refused by itself because of what others saw: hearsay, not the receiver's word.
    "Suppressed": (Severity.POLICY, "provider's suppression list"),
    "OnAccountSuppressionList": (Severity.POLICY, "provider's suppression list"),
    "MailboxFull": (Severity.SOFT, "mailbox full"),
    "MessageTooLarge": (Severity.POLICY, "message too large"),
    "ContentRejected": (Severity.POLICY, "content"),
    "AttachmentRejected": (Severity.POLICY, "content"),
}


@dataclass(frozen=True, slots=True)
class _Mail:
    """What ties an event to a notice: the attempt's tag, or the source of a mail that had our return path."""

    message_id: str
    sent_to: tuple[str, ...]


def read_event(event: dict[str, Any]) -> Report | None:
    """Return the report of one SES event or notification, or None when it is not about a delivery."""
    kind = str(event.get("eventType") or event.get("notificationType") or "").casefold()
    mail = _dict(event.get("mail"))
    tags = [str(one) for one in _list(_dict(mail.get("tags")).get(ATTEMPT_TAG))]
    source = addresses_in(str(mail.get("source") or ""))[:1]
    known = _Mail(message_id=_original_message_id(mail), sent_to=(*tags, *source))
    if kind == "bounce":
        bounce = _dict(event.get("bounce"))
        recipients = tuple(_bounced(bounce, _dict(one)) for one in _list(bounce.get("bouncedRecipients")))
        return Report(kind=Kind.BOUNCE, recipients=recipients, original_message_id=known.message_id, sent_to=known.sent_to)
    if kind == "complaint":
        complaint = _dict(event.get("complaint"))
        feedback = str(complaint.get("complaintFeedbackType") or "abuse")
        people = [str(_dict(one).get("emailAddress") or "") for one in _list(complaint.get("complainedRecipients"))]
        recipients = tuple(Recipient(address=one, severity=Severity.POLICY, reason=feedback) for one in people if one)
        return Report(
            kind=Kind.COMPLAINT,
            recipients=recipients,
            feedback=feedback,
            original_message_id=known.message_id,
            sent_to=known.sent_to,
        )
    if kind == "delivery":
        delivery = _dict(event.get("delivery"))
        verdict = classify(text=str(delivery.get("smtpResponse") or ""))
        recipients = tuple(
            Recipient(address=str(one), status=verdict.status, reply=verdict.reply, action="delivered", reason="delivered")
            for one in _list(delivery.get("recipients"))
        )
        return Report(kind=Kind.DELIVERED, recipients=recipients, original_message_id=known.message_id, sent_to=known.sent_to)
    if kind == "deliverydelay":
        delay = _dict(event.get("deliveryDelay"))
        recipients = tuple(_delayed(_dict(one)) for one in _list(delay.get("delayedRecipients")))
        return Report(kind=Kind.BOUNCE, recipients=recipients, original_message_id=known.message_id, sent_to=known.sent_to)
    return None


def read_mail(message: Message) -> Report | None:
    """Return the report of an SES notification that came by mail, or None."""
    text = message.top.text.lstrip()
    if not text.startswith("{") or not ("otificationType" in text or "eventType" in text):
        return None
    event = _json_at_start(text)
    if "Message" in event:
        event = _json_at_start(str(event["Message"]))
    return read_event(event)


def _json_at_start(text: str) -> dict[str, Any]:
    # A mail system that breaks long lines marks the place with "!".
    for source in (text, text.replace("!\n ", "").replace("\n", "")):
        try:
            return _dict(json.JSONDecoder(strict=False).raw_decode(source.lstrip())[0])
        except (ValueError, RecursionError):
            continue
    return {}


def _bounced(bounce: dict[str, Any], one: dict[str, Any]) -> Recipient:
    text = re.sub(r"^\s*smtp;\s*", "", str(one.get("diagnosticCode") or ""))
    status, address = str(one.get("status") or ""), str(one.get("emailAddress") or "")
    status = status if re.fullmatch(r"[245]\.\d{1,3}\.\d{1,3}", status) else ""
    severity, reason = SUBTYPE_MEANS.get(str(bounce.get("bounceSubType")), (Severity.SOFT, "undefined"))
    verdict = classify(text=text, status=status)
    if reason == "undefined" or (text and severity is Severity.HARD):
        severity, reason = verdict.severity, verdict.reason
    if str(bounce.get("bounceType")) != "Permanent" and severity is Severity.HARD:
        severity, reason = Severity.SOFT, "try later"
    return Recipient(
        address=address,
        status=verdict.status,
        reply=verdict.reply,
        severity=severity,
        reason=reason,
        action="failed",
        text=text[:1_000],
    )


def _delayed(one: dict[str, Any]) -> Recipient:
    text = str(one.get("diagnosticCode") or "")
    verdict = classify(text=text, action="delayed")
    return Recipient(
        address=str(one.get("emailAddress") or ""),
        status=verdict.status,
        reply=verdict.reply,
        severity=verdict.severity,
        reason=verdict.reason,
        action="delayed",
        text=text[:1_000],
    )


def _original_message_id(mail: dict[str, Any]) -> str:
    """Return the Message-ID that we wrote; SES's own id is another."""
    return next(
        (
            str(_dict(one).get("value"))
            for one in _list(mail.get("headers"))
            if str(_dict(one).get("name")).lower() == "message-id"
        ),
        "",
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
