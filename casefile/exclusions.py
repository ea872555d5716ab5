"""Exclusion requests: members who ask to leave the class, each kept as it was signed."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from casefile import audit, codes
from casefile.tables.claims import Exclusion


def request(
    session: Session,
    *,
    submission_key: str,
    member_id: uuid.UUID | None,
    answers: dict[str, Any],
    signature: str,
    received_at: datetime.datetime,
    deadline_at: datetime.datetime,
) -> Exclusion:
    """Keep a request to leave the class; the same form sent twice is one request. A late one is kept and says so."""
    late = received_at > deadline_at
    statement = postgresql.insert(Exclusion).values(
        submission_key=submission_key,
        member_id=member_id,
        number=codes.new(),
        answers=answers | {"late": late},
        signature=signature,
        received_at=received_at,
    )
    written = statement.on_conflict_do_nothing(index_elements=["case_id", "submission_key"]).returning(Exclusion.id)
    is_new = session.scalar(written) is not None
    exclusion = session.scalars(sa.select(Exclusion).where(Exclusion.submission_key == submission_key)).one()
    if is_new:
        audit.record(session, action="exclusion.received", subject="exclusion", subject_id=exclusion.id, after={"late": late})
    return exclusion


def by_key(session: Session, *, submission_key: str) -> Exclusion | None:
    """Return the request that was sent with a form's key, for its receipt."""
    return session.scalar(sa.select(Exclusion).where(Exclusion.submission_key == submission_key))


def everyone(session: Session) -> Sequence[Exclusion]:
    """Return every exclusion request of the case, oldest first."""
    return session.scalars(sa.select(Exclusion).order_by(Exclusion.received_at, Exclusion.id)).all()


def of_member(session: Session, *, member_id: uuid.UUID) -> Exclusion | None:
    """Return the newest request of a member, if there is one."""
    query = sa.select(Exclusion).where(Exclusion.member_id == member_id).order_by(Exclusion.received_at.desc()).limit(1)
    return session.scalar(query)
