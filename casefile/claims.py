"""Claims: filing one, its versions, every change of its status, and the people in them as the matcher reads them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from casefile import audit, bulk, codes, errors
from casefile.tables.audit import AuditEntry
from casefile.tables.claims import Claim, ClaimDraft, ClaimVersion
from casefile.tables.people import PERSON_COLUMNS, ClassMember
from casefile.words import CLAIM_TRANSITIONS, ClaimStatus, may

_S = ClaimStatus

TO_MATCH = frozenset({_S.SUBMITTED, _S.LATE, _S.SCREENING, _S.MATCH_REVIEW, _S.CURED})
"""Statuses of claims that a match run looks at: filed, and not yet decided."""

OPEN_TO_CHANGE = TO_MATCH | {_S.DEFICIENT, _S.HOLD, _S.APPROVED}
"""Statuses in which filing again with the same notice changes the claim instead of making a second one."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What somebody put their name to: the exact words they saw, the name they typed, when, and on which form."""

    attestation_text: str
    signature: str
    language: str
    form_version: str
    signed_at: datetime.datetime
    """Aware, UTC."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A filed claim as its receipt shows it."""

    claim: Claim
    version: ClaimVersion
    counts: bool
    """False for a change that came after the deadline: it is kept, but the version before it counts."""


def submit(
    session: Session,
    *,
    draft: ClaimDraft,
    answers: dict[str, Any],
    signed: Signed,
    deadline_at: datetime.datetime,
    also: Callable[[Filed], None] | None = None,
) -> Filed:
    """File the claim of a draft that the caller holds locked; the draft's second submission returns the first one's claim.

    With a notice whose claim can still be changed it becomes that claim's next version, of which the last one on time counts.
    `also` is done with a new version before its audit entry, whose lock lasts to the end of the transaction.
    """
    if draft.claim_id is not None:
        return filed(session, claim_id=draft.claim_id)
    claim = _claim_of_notice(session, member_id=draft.member_id)
    if claim is None:
        claim = _new_claim(session, draft=draft, signed=signed, deadline_at=deadline_at)
        done = _add_version(session, claim=claim, number=1, answers=answers, signed=signed, counts=True)
    else:
        done = _change(session, claim=claim, answers=answers, signed=signed, deadline_at=deadline_at)
    draft.claim_id, draft.answers = claim.id, {}
    session.flush()
    if also is not None:
        also(done)
    audit.record(
        session,
        action="claim.submitted" if done.version.number == 1 else "claim.changed",
        subject="claim",
        subject_id=claim.id,
        after={"status": claim.status.value, "version": done.version.number, "counts": done.counts},
    )
    return done


def _claim_of_notice(session: Session, *, member_id: uuid.UUID | None) -> Claim | None:
    if member_id is None:
        return None
    session.execute(sa.select(ClassMember.id).where(ClassMember.id == member_id).with_for_update())  # two devices, one notice
    return claim_of_member(session, member_id=member_id, lock=True)


def claim_of_member(session: Session, *, member_id: uuid.UUID, lock: bool = False) -> Claim | None:
    """Return the claim that was filed with a member's notice and can still be changed, if there is one."""
    query = (
        sa.select(Claim)
        .where(Claim.notice_member_id == member_id, Claim.status.in_(OPEN_TO_CHANGE))
        .order_by(Claim.submitted_at)
        .limit(1)
    )
    return session.scalar(query.with_for_update() if lock else query)


def _new_claim(session: Session, *, draft: ClaimDraft, signed: Signed, deadline_at: datetime.datetime) -> Claim:
    claim = Claim(
        number=_new_number(session),
        status=_S.SUBMITTED if signed.signed_at <= deadline_at else _S.LATE,
        submission_key=draft.submission_key,
        language=signed.language,
        notice_member_id=draft.member_id,
        submitted_at=signed.signed_at,
    )
    session.add(claim)
    session.flush()
    return claim


def _new_number(session: Session) -> str:
    while True:
        number = codes.new()
        if session.scalar(sa.select(Claim.id).where(Claim.number == number)) is None:
            return number


def _change(session: Session, *, claim: Claim, answers: dict[str, Any], signed: Signed, deadline_at: datetime.datetime) -> Filed:
    counts = signed.signed_at <= deadline_at or claim.status in (_S.LATE, _S.DEFICIENT)
    last = session.scalar(sa.select(sa.func.max(ClaimVersion.number)).where(ClaimVersion.claim_id == claim.id)) or 0
    if counts:
        claim.version = last + 1
        claim.updated_at = signed.signed_at
        claim.status = {_S.DEFICIENT: _S.CURED, _S.APPROVED: _S.MATCH_REVIEW}.get(claim.status, claim.status)
    return _add_version(session, claim=claim, number=last + 1, answers=answers, signed=signed, counts=counts)


def _add_version(session: Session, *, claim: Claim, number: int, answers: dict[str, Any], signed: Signed, counts: bool) -> Filed:
    version = ClaimVersion(
        claim_id=claim.id,
        number=number,
        answers=answers,
        language=signed.language,
        form_version=signed.form_version,
        attestation_text=signed.attestation_text,
        signature=signed.signature,
        signed_at=signed.signed_at,
    )
    session.add(version)
    session.flush()
    return Filed(claim=claim, version=version, counts=counts)


def filed(session: Session, *, claim_id: uuid.UUID) -> Filed:
    """Return a claim with its newest version; raise `NotFound` for none of this case."""
    claim = session.get(Claim, claim_id)
    version = session.scalar(
        sa.select(ClaimVersion).where(ClaimVersion.claim_id == claim_id).order_by(ClaimVersion.number.desc()).limit(1)
    )
    if claim is None or version is None:
        raise errors.NotFound("This claim does not exist in this case.")
    return Filed(claim=claim, version=version, counts=version.number == claim.version)


def by_number(session: Session, *, number: str) -> Filed | None:
    """Return the claim with a claim number, tidied by `codes.tidy`, or None."""
    claim_id = session.scalar(sa.select(Claim.id).where(Claim.number == number))
    return filed(session, claim_id=claim_id) if claim_id else None


def change_status(session: Session, *, claim_id: uuid.UUID, after: ClaimStatus, reason: str) -> None:
    """Move one claim to a status that `CLAIM_TRANSITIONS` allows; raise `NotFound` or `TransitionRefused`, changing nothing."""
    change_statuses(session, claim_ids=[claim_id], after=after, reason=reason)


def change_statuses(session: Session, *, claim_ids: Collection[uuid.UUID], after: ClaimStatus, reason: str) -> int:
    """Move many claims by one statement, all or none, one audit entry each; return how many changed.

    A claim that is there already stays as it is and gets no entry. Call it last in a transaction (see `audit.record`).
    """
    before = _locked_statuses(session, claim_ids=claim_ids)
    if missing := len(set(claim_ids)) - len(before):
        raise errors.NotFound(f"{missing} of {len(set(claim_ids))} claims do not exist in this case.")
    for status in sorted(set(before.values())):
        if not may(CLAIM_TRANSITIONS, before=status, after=after):
            raise errors.TransitionRefused(f"A claim that is {_said(status)} cannot become {_said(after)}.")
    changing = {claim_id: status for claim_id, status in before.items() if status != after}
    if changing:
        _write_statuses(session, changing=changing, after=after, reason=reason)
    return len(changing)


def _locked_statuses(session: Session, *, claim_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ClaimStatus]:
    wanted = Claim.id == sa.func.any(sa.cast(list(claim_ids), postgresql.ARRAY(sa.Uuid())))
    rows = session.execute(sa.select(Claim.id, Claim.status).where(wanted).order_by(Claim.id).with_for_update())
    return {row.id: row.status for row in rows}


def _write_statuses(session: Session, *, changing: dict[uuid.UUID, ClaimStatus], after: ClaimStatus, reason: str) -> None:
    session.execute(
        sa.update(Claim)
        .where(Claim.id == sa.func.any(sa.cast(list(changing), postgresql.ARRAY(sa.Uuid()))))
        .values(status=after, updated_at=sa.func.now()),
        execution_options={"synchronize_session": "fetch"},
    )
    shared = {"case_id": session.info["case_id"], "actor": session.info["actor"], "action": "claim.status", "subject": "claim"}
    session.execute(
        sa.insert(AuditEntry),
        [
            shared
            | {
                "subject_id": str(claim_id),
                "before": {"status": status.value},
                "after": {"status": after.value, "reason": reason},
            }
            for claim_id, status in changing.items()
        ],
    )


def _said(status: ClaimStatus) -> str:
    return status.value.replace("_", " ")


def submitted_claims(session: Session, *, statuses: Collection[ClaimStatus] = TO_MATCH) -> pa.Table:
    """Return the people in the claims that a match run looks at: one row per identity, all columns text.

    Columns: `identity_id` (claim id and place, stable), `claim_id`, `kind` (`now` or `at_purchase`), the person columns of the
    class list, `merchants` (names, one a line), `merchant_ids` (the same order), `other_shop`, `notice_member_id` (whose PIN
    was given), `status`, `claim_version`. A claim has one row `now` and one for each set of details at a purchase that
    differed. About 10 microseconds a row.
    """
    return bulk.read(session, _identities(statuses))


def _identities(statuses: Collection[ClaimStatus]) -> sa.Select[Any]:
    answers = ClaimVersion.answers
    earlier = (
        sa.func.jsonb_array_elements(answers["at_purchase"])
        .table_valued(sa.column("value", postgresql.JSONB()), with_ordinality="place", joins_implicitly=True)
        .render_derived()
    )
    base = sa.join(Claim, ClaimVersion, sa.and_(ClaimVersion.claim_id == Claim.id, ClaimVersion.number == Claim.version))
    shared = (Claim.id.label("claim_id"), Claim.status, Claim.version, Claim.notice_member_id, answers.label("answers"))
    chosen = Claim.status.in_(sorted(statuses))
    now = sa.select(*shared, sa.literal(0).label("place"), answers["now"].label("person")).select_from(base).where(chosen)
    past = sa.select(*shared, earlier.c.place, earlier.c.value).select_from(base.join(earlier, sa.true())).where(chosen)
    row = sa.union_all(now, past).subquery("identity")
    return _identity_columns(row).order_by(row.c.claim_id, row.c.place)


def _identity_columns(row: sa.Subquery) -> sa.Select[Any]:
    parts = [row.c.person[name].astext for name in ("given_name", "middle_name", "family_name", "suffix")]
    columns = {name: sa.func.nullif(row.c.person[name].astext, "") for name in PERSON_COLUMNS}
    columns["full_name"] = sa.func.nullif(sa.func.concat_ws(" ", *(sa.func.nullif(part, "") for part in parts)), "")
    return sa.select(
        sa.func.concat(row.c.claim_id, "/", row.c.place).label("identity_id"),
        row.c.claim_id,
        sa.case((row.c.place == 0, "now"), else_="at_purchase").label("kind"),
        *(columns[name].label(name) for name in PERSON_COLUMNS),
        _merchant_lines(row, "name").label("merchants"),
        _merchant_lines(row, "id").label("merchant_ids"),
        sa.func.nullif(row.c.answers["other_shop"].astext, "").label("other_shop"),
        row.c.notice_member_id,
        row.c.status,
        row.c.version.label("claim_version"),
    )


def _merchant_lines(row: sa.Subquery, field: str) -> sa.ScalarSelect[Any]:
    merchant = (
        sa.func.jsonb_array_elements(row.c.answers["merchants"])
        .table_valued(sa.column("value", postgresql.JSONB()), with_ordinality="place")
        .render_derived()
    )
    lines = postgresql.aggregate_order_by(sa.literal("\n"), merchant.c.place)
    return sa.select(sa.func.string_agg(merchant.c.value[field].astext, lines)).scalar_subquery()


def versions(session: Session, *, claim_id: uuid.UUID) -> Sequence[ClaimVersion]:
    """Return every version of a claim, oldest first."""
    return session.scalars(sa.select(ClaimVersion).where(ClaimVersion.claim_id == claim_id).order_by(ClaimVersion.number)).all()
