"""Addresses to which mail must not go: only a bad address is suppressed for all mail, a wish or complaint for reminders."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from casefile import audit, errors
from casefile.audience import SCOPE_REMINDERS
from casefile.delivery_events import CameBack, add_events
from casefile.tables.mail import Notice, Suppression
from casefile.words import DeliveryEventKind


def add(session: Session, *, addresses: Sequence[str], scope: str, reason: str) -> int:
    """Suppress addresses for a scope; those suppressed already stay as they are. Return how many are new."""
    rows = [{"address": address.strip().lower(), "scope": scope, "reason": reason} for address in addresses if address.strip()]
    if not rows:
        return 0
    statement = (
        postgresql.insert(Suppression)
        .on_conflict_do_nothing(index_elements=["case_id", "address", "scope"], index_where=sa.text("lifted_at is null"))
        .returning(Suppression.id)
    )
    return len(session.scalars(statement, rows).all())


def live(session: Session) -> Sequence[Suppression]:
    """Return the suppressions that hold, the newest first."""
    return session.scalars(sa.select(Suppression).where(Suppression.lifted_at.is_(None)).order_by(Suppression.id.desc())).all()


def lift(session: Session, *, suppression_id: uuid.UUID, reason: str) -> None:
    """Let mail go to an address again; who lifted it and why is kept."""
    found = session.get(Suppression, suppression_id)
    if found is None:
        raise errors.NotFound("There is no such suppression.")
    found.lifted_at = datetime.datetime.now(datetime.UTC)
    found.lifted_by = session.info["actor"]
    audit.record(session, action="suppression.lifted", subject="suppression", subject_id=suppression_id, after={"reason": reason})


def stop_reminders(session: Session, *, notice_id: uuid.UUID) -> bool:
    """Stop reminders to a notice's address, as its reader asked (RFC 8058); again is harmless. Return whether the notice exists.

    This changes nothing about the member's place in the class.
    """
    notice = session.get(Notice, notice_id)
    if notice is None or not notice.address:
        return False
    now = datetime.datetime.now(datetime.UTC)
    event = CameBack("unsubscribe", str(notice_id), DeliveryEventKind.UNSUBSCRIBED, now, notice_id)
    if add_events(session, events=[event]):
        add(session, addresses=[notice.address], scope=SCOPE_REMINDERS, reason="unsubscribed")
        audit.record(session, action="reminders.stopped", subject="notice", subject_id=notice_id)
    return True
