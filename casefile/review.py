"""Review: the queue of claims that wait for a person, and one claim beside its candidates as a page shows it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import decisions, errors
from casefile.tables.claims import Candidate, Claim, ClaimVersion, Decision, Deficiency
from casefile.tables.people import ClassMember
from casefile.tables.staff import Staff
from casefile.words import ClaimStatus, MatchBand

PAGE_SIZE = 25
"""Claims on a page of the queue."""


class View(StrEnum):
    """Which claims the queue shows."""

    WAITING = "waiting"
    NEW_EVIDENCE = "new_evidence"
    ASKED = "asked"
    APPROVED = "approved"
    CLOSED = "closed"


_S = ClaimStatus
STATUSES: Mapping[View, frozenset[ClaimStatus]] = {
    View.WAITING: frozenset({_S.MATCH_REVIEW, _S.CURED}),
    View.NEW_EVIDENCE: frozenset({_S.MATCH_REVIEW, _S.CURED, _S.APPROVED, _S.DEFICIENT, _S.DENIED, _S.DUPLICATE}),
    View.ASKED: frozenset({_S.DEFICIENT, _S.CURE_EXPIRED, _S.HOLD}),
    View.APPROVED: frozenset({_S.APPROVED, _S.PARTLY_APPROVED}),
    View.CLOSED: frozenset({_S.DENIED, _S.DUPLICATE, _S.WITHDRAWN}),
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A claim in the queue: no score, so that nobody is led."""

    claim_id: uuid.UUID
    number: str
    name: str
    status: ClaimStatus
    band: MatchBand | None
    candidates: int
    new_evidence: bool
    submitted_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue, oldest claims first."""

    rows: tuple[QueueRow, ...]
    total: int
    page: int
    pages: int


def _wanted(view: View, band: MatchBand | None) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = [Claim.status.in_(sorted(STATUSES[view]))]
    if view is View.NEW_EVIDENCE:
        wanted.append(Claim.new_evidence.is_(sa.true()))
    if band is not None:
        wanted.append(Claim.band == band)
    return wanted


def _name_answered() -> sa.ColumnElement[str]:
    person = ClaimVersion.answers["now"]
    return sa.func.concat_ws(" ", *(sa.func.nullif(person[part].astext, "") for part in ("given_name", "family_name", "suffix")))


def queue(session: Session, *, view: View = View.WAITING, band: MatchBand | None = None, page: int = 1) -> Queue:
    """Return a page of the queue; a page beyond the last is the last."""
    wanted = _wanted(view, band)
    total = session.scalar(sa.select(sa.func.count()).select_from(Claim).where(*wanted)) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    proposed = (
        sa.select(sa.func.count()).where(Candidate.claim_id == Claim.id, Candidate.current).correlate(Claim).scalar_subquery()
    )
    query = (
        sa.select(Claim, _name_answered(), proposed)
        .join(ClaimVersion, sa.and_(ClaimVersion.claim_id == Claim.id, ClaimVersion.number == Claim.version), isouter=True)
        .where(*wanted)
        .order_by(Claim.submitted_at, Claim.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    rows = tuple(
        QueueRow(claim.id, claim.number, name or "", claim.status, claim.band, count, claim.new_evidence, claim.submitted_at)
        for claim, name, count in session.execute(query)
    )
    return Queue(rows=rows, total=total, page=page, pages=pages)


def queue_counts(session: Session) -> dict[View, int]:
    """Return how many claims each view holds."""
    counted = sa.select(*(sa.func.count().filter(*_wanted(view, None)).label(view.value) for view in View)).select_from(Claim)
    row = session.execute(counted).one()
    return {view: getattr(row, view.value) for view in View}


def next_claim(session: Session, *, after: uuid.UUID, band: MatchBand | None = None) -> uuid.UUID | None:
    """Return the next claim that waits, older ones first, beginning behind this one and then from the front."""
    place = sa.select(Claim.submitted_at, Claim.id).where(Claim.id == after).subquery()
    behind = sa.tuple_(Claim.submitted_at, Claim.id) > sa.select(place.c.submitted_at, place.c.id).scalar_subquery()
    query = sa.select(Claim.id).where(*_wanted(View.WAITING, band), Claim.id != after)
    return session.scalar(query.order_by(behind.desc(), Claim.submitted_at, Claim.id).limit(1))


@dataclass(frozen=True, slots=True)
class Proposed:
    """A candidate with the member behind it, what was ruled on them, and other claims for the same member."""

    candidate: Candidate
    member: ClassMember
    decision: Decision | None
    changed: bool
    """The evidence is not what the deciding reviewer saw."""
    rivals: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class ClaimReview:
    """A claim as its review page shows it."""

    claim: Claim
    version: ClaimVersion | None
    candidates: tuple[Proposed, ...]
    decisions: tuple[Decision, ...]
    live: tuple[Decision, ...]
    deficiencies: tuple[Deficiency, ...]
    accepted: ClassMember | None
    names: Mapping[uuid.UUID, str]
    """Staff id -> name, for everybody who ruled."""

    @property
    def seen(self) -> uuid.UUID | None:
        """The latest decision that the page shows; a ruling that was made on an older page is refused."""
        return self.decisions[0].id if self.decisions else None

    def ruled_by(self, staff_id: uuid.UUID) -> bool:
        """Return whether this person has ruled on the claim, after which its scores are no longer hidden from them."""
        return any(decision.staff_id == staff_id for decision in self.decisions)


def claim(session: Session, *, claim_id: uuid.UUID) -> ClaimReview:
    """Return one claim beside its current candidates. Raises `NotFound`."""
    found = session.get(Claim, claim_id)
    if found is None:
        raise errors.NotFound("There is no such claim in this case.")
    past = tuple(decisions.history(session, claim_id=claim_id))
    live = tuple(decisions.live(session, claim_id=claim_id))
    return ClaimReview(
        claim=found,
        version=_version(session, found),
        candidates=_candidates(session, found, live),
        decisions=past,
        live=live,
        deficiencies=tuple(
            session.scalars(sa.select(Deficiency).where(Deficiency.claim_id == claim_id).order_by(Deficiency.raised_at.desc()))
        ),
        accepted=session.get(ClassMember, found.member_id) if found.member_id else None,
        names=_names(session, past),
    )


def by_number(session: Session, *, number: str) -> uuid.UUID | None:
    """Return the claim with this number (tidied by `codes.tidy`), or None."""
    return session.scalar(sa.select(Claim.id).where(Claim.number == number))


def _version(session: Session, found: Claim) -> ClaimVersion | None:
    query = sa.select(ClaimVersion).where(ClaimVersion.claim_id == found.id, ClaimVersion.number == found.version)
    return session.scalar(query)


def _names(session: Session, past: Sequence[Decision]) -> dict[uuid.UUID, str]:
    rows = session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_({decision.staff_id for decision in past})))
    return {row.id: row.name for row in rows}


def _candidates(session: Session, found: Claim, live: Sequence[Decision]) -> tuple[Proposed, ...]:
    query = (
        sa.select(Candidate, ClassMember)
        .join(ClassMember, ClassMember.id == Candidate.member_id)
        .where(Candidate.claim_id == found.id, Candidate.current)
        .order_by(Candidate.rank)
    )
    rows = session.execute(query).all()
    ruled = {decision.member_id: decision for decision in reversed(live)}
    seen = _seen(session, found.id, live[0]) if live else {}
    rivals = _rivals(session, found.id, [member.id for _, member in rows])
    return tuple(
        Proposed(
            candidate=candidate,
            member=member,
            decision=ruled.get(member.id),
            changed=found.new_evidence and bool(live) and seen.get(member.id) != fingerprint(candidate.evidence),
            rivals=tuple(rivals.get(member.id, ())),
        )
        for candidate, member in rows
    )


def fingerprint(evidence: Mapping[str, Any]) -> tuple[tuple[Any, ...], ...]:
    """Return what a reviewer sees of a candidate: values and levels, without weights (as `matches` compares them)."""
    parts = ((part.get("field"), part.get("left"), part.get("right"), part.get("level")) for part in evidence.get("fields", ()))
    return tuple(sorted(parts, key=repr))


def _seen(session: Session, claim_id: uuid.UUID, decision: Decision) -> dict[uuid.UUID, tuple[tuple[Any, ...], ...]]:
    query = sa.select(Candidate).where(Candidate.claim_id == claim_id, Candidate.match_run_id == decision.match_run_id)
    return {candidate.member_id: fingerprint(candidate.evidence) for candidate in session.scalars(query)}


def _rivals(session: Session, claim_id: uuid.UUID, member_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[Claim]]:
    """Return other claims that were given one of these members or were filed with their notice."""
    query = sa.select(Claim).where(
        Claim.id != claim_id, sa.or_(Claim.member_id.in_(member_ids), Claim.notice_member_id.in_(member_ids))
    )
    found: dict[uuid.UUID, list[Claim]] = {}
    for rival in session.scalars(query.order_by(Claim.submitted_at)):
        for member_id in {rival.member_id, rival.notice_member_id} & set(member_ids):
            if member_id is not None:
                found.setdefault(member_id, []).append(rival)
    return found
