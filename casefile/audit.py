"""The audit trail: one entry per change, written in the change's own transaction, and the proof that none was touched."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile.tables.audit import AuditEntry


def record(
    session: Session,
    *,
    action: str,
    subject: str,
    subject_id: uuid.UUID | str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Append an entry for the session's case and actor.

    Call it last in a transaction: entries of one case wait for each other until the transaction ends. Do not put names or
    addresses in `before` and `after` where an id says as much.
    """
    session.execute(
        sa.insert(AuditEntry).values(
            case_id=session.info["case_id"],
            actor=session.info["actor"],
            action=action,
            subject=subject,
            subject_id=str(subject_id),
            before=before,
            after=after,
        )
    )


def entries(
    session: Session,
    *,
    subject: str | None = None,
    subject_id: str | None = None,
    limit: int = 200,
    before: int | None = None,
) -> Sequence[AuditEntry]:
    """Return the newest entries first, of one subject if given, older than number `before` if given."""
    query = sa.select(AuditEntry).order_by(AuditEntry.number.desc()).limit(limit)
    if subject is not None:
        query = query.where(AuditEntry.subject == subject)
    if subject_id is not None:
        query = query.where(AuditEntry.subject_id == subject_id)
    if before is not None:
        query = query.where(AuditEntry.number < before)
    return session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class AuditFault:
    """One broken place of a chain."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class AuditProof:
    """What verifying a case's chain found: how many entries were read, and each broken place by number."""

    entries: int
    head_hash: str
    faults: tuple[AuditFault, ...]


VERIFY = sa.text("""
with chain as (
    select number, hash, previous_hash, redress_audit_hash(audit_entries) as true_hash,
        lag(number) over (order by number) as number_before, lag(hash) over (order by number) as hash_before
    from audit_entries where case_id = :case_id
)
select number, case
    when number <> coalesce(number_before, 0) + 1 and number_before is null and number > 1
        then 'entries 1 to ' || number - 1 || ' are missing'
    when number <> coalesce(number_before, 0) + 1
        then case when number - number_before = 2 then 'entry ' || number - 1 || ' is missing'
             else 'entries ' || number_before + 1 || ' to ' || number - 1 || ' are missing' end
    when hash <> true_hash then 'entry ' || number || ' was altered'
    when previous_hash <> coalesce(hash_before, ''::bytea) then 'entry ' || number || ' does not follow entry ' || number - 1
    end as fault
from chain
where number <> coalesce(number_before, 0) + 1 or hash <> true_hash or previous_hash <> coalesce(hash_before, ''::bytea)
order by number
""")


def verify(session: Session) -> AuditProof:
    """Recompute the chain of the session's case in the database and name every altered, removed or reordered entry."""
    case_id = session.info["case_id"]
    faults = [AuditFault(number=row.number, text=row.fault) for row in session.execute(VERIFY, {"case_id": case_id})]
    last = session.execute(sa.select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)).first()
    head = session.execute(sa.text("select number, hash from audit_heads where case_id = :case_id"), {"case_id": case_id}).first()
    number, last_hash = (last.number, last.hash) if last else (0, b"")
    head_number, head_hash = (head.number, head.hash) if head else (0, b"")
    if head_number > number:
        faults.append(AuditFault(number=number + 1, text=f"entries {number + 1} to {head_number} at the end are missing"))
    elif head_number < number or bytes(head_hash) != bytes(last_hash):
        faults.append(AuditFault(number=number, text=f"entry {number} is not the head of the chain"))
    count = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0
    return AuditProof(entries=count, head_hash=bytes(last_hash).hex(), faults=tuple(faults))
