"""From a report to the ledger: which notice came back, what that proves, and whether its address is suppressed."""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Iterable, Sequence

from casefile import suppressions
from casefile.audience import SCOPE_ALL, SCOPE_REMINDERS
from casefile.database import Engine, Session, case_session
from casefile.delivery_events import CameBack, add_events
from casefile.tables.mail import Notice
from casefile.words import DeliveryEventKind
from notices import return_path
from notices.bounces import reader
from notices.bounces.listener import Store
from notices.bounces.report import Kind, Recipient, Report, Severity

OF_SEVERITY = {
    Severity.HARD: DeliveryEventKind.BOUNCED_HARD,
    Severity.SOFT: DeliveryEventKind.BOUNCED_SOFT,
    Severity.POLICY: DeliveryEventKind.BOUNCED_POLICY,
}
OF_KIND = {
    Kind.DELIVERED: DeliveryEventKind.DELIVERED,
    Kind.AUTO_REPLY: DeliveryEventKind.AUTO_REPLY,
    Kind.COMPLAINT: DeliveryEventKind.COMPLAINT,
}
LIGHTEST_FIRST = (Severity.POLICY, Severity.SOFT, Severity.HARD)
OPT_OUT = ("opt-out", "opt-out-list")
NO_COMPLAINT = ("not-spam", "auth-failure", "dmarc")
"""Feedback types that no person's displeasure stands behind (RFC 5965, section 7.3; RFC 6591; RFC 6430)."""


def record_mail(session: Session, *, key: bytes, raw: bytes, envelope: Sequence[str], report: Report) -> bool:
    """Record what a returned message says; the same octets count once. Return whether it was new.

    `key` is the case's key of return paths (`notices.campaign.case_keys`), `envelope` the recipients that the inlet was given
    (none from IMAP).
    """
    event_id = hashlib.sha256(raw).hexdigest()
    return record(session, key=key, report=report, source="mail", event_id=event_id, came_to=(*envelope, *report.sent_to))


def record(
    session: Session,
    *,
    key: bytes,
    report: Report,
    source: str,
    event_id: str,
    came_to: Iterable[str],
    occurred_at: datetime.datetime | None = None,
) -> bool:
    """Append the report as one event of its notice and suppress what it proves; return whether the event was new.

    Only a return path that we signed ties a report to a notice. A report without one is kept as an event of no notice: it
    suppresses nobody and changes no status, so that a forged bounce does no harm. What is suppressed is the address that we
    sent to, never one that only the report names.
    """
    kind = event_kind(report)
    if kind is None:
        return False
    returned = next((found for one in came_to if (found := return_path.read(key, one))), None)
    notice = session.get(Notice, returned.notice_id) if returned else None
    worst = _deciding(report.recipients)
    event = CameBack(
        source,
        event_id,
        kind,
        occurred_at or datetime.datetime.now(datetime.UTC),
        notice.id if notice else None,
        returned.attempt if notice and returned else None,
        bounce_class=str(worst.severity) if worst and report.kind is Kind.BOUNCE else None,
        code=" ".join(one for one in (worst.reply, worst.status) if one) if worst else None,
        diagnostic=(worst.text or worst.reason) if worst else report.feedback,
    )
    is_new = bool(add_events(session, events=[event]))
    if is_new and notice and notice.address:
        _suppress(session, address=notice.address, kind=kind)
    return is_new


def event_kind(report: Report) -> DeliveryEventKind | None:
    """Return the ledger's word for a report, or None when it is no event: no report, or a complaint of no person."""
    if report.kind is Kind.BOUNCE:
        deciding = _deciding(report.recipients)
        if deciding and deciding.action == "delayed":
            return DeliveryEventKind.DELAYED
        return OF_SEVERITY[deciding.severity if deciding else Severity.SOFT]
    if report.kind is Kind.COMPLAINT and report.feedback in (*NO_COMPLAINT, *OPT_OUT):
        return DeliveryEventKind.UNSUBSCRIBED if report.feedback in OPT_OUT else None
    return OF_KIND.get(report.kind)


def _deciding(recipients: Sequence[Recipient]) -> Recipient | None:
    """Return the recipient that speaks for the notice: where an address forwards to several, the lightest failure."""
    return min(recipients, key=lambda one: LIGHTEST_FIRST.index(one.severity), default=None)


def _suppress(session: Session, *, address: str, kind: DeliveryEventKind) -> None:
    if kind is DeliveryEventKind.BOUNCED_HARD:
        suppressions.add(session, addresses=[address], scope=SCOPE_ALL, reason="bounced hard")
    elif kind in (DeliveryEventKind.COMPLAINT, DeliveryEventKind.UNSUBSCRIBED):
        reason = "complained" if kind is DeliveryEventKind.COMPLAINT else "unsubscribed"
        suppressions.add(session, addresses=[address], scope=SCOPE_REMINDERS, reason=reason)


def keeper(engine: Engine, *, case_id: uuid.UUID, key: bytes, actor: str) -> Store:
    """Return the function that an inlet gives each message: it reads it, records it in the case and commits."""

    def store(raw: bytes, envelope: Sequence[str]) -> bool:
        report = reader.read(raw)
        with case_session(engine, case_id=case_id, actor=actor) as session:
            return record_mail(session, key=key, raw=raw, envelope=envelope, report=report)

    return store
