"""Decisions: what a person rules on a claim, what it does to the claim, and how a later decision takes it back."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import audit, errors
from casefile.tables.claims import Candidate, Claim, Decision, Deficiency
from casefile.tables.mail import Notice
from casefile.words import CLAIM_TRANSITIONS, ClaimStatus, DeficiencyCode, NoticeStatus, Ruling, may

LONGEST_REASON = 2_000
"""Characters; a reason is a few sentences that a court may read."""


HOLD_SECONDS = 900
"""How long the letter of a ruling waits before it may be sent: most mistakes are seen at once."""

LETTERS = ("deficiency", "decision")
"""Kinds of notices that follow from a ruling."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the claimant is asked to mend, and until when."""

    code: DeficiencyCode
    message: str
    cure_by: datetime.date


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reviewer rules: on one candidate, or with no member on all of them together."""

    ruling: Ruling
    member_id: uuid.UUID | None
    reason: str
    ask: Ask | None = None


def cure_date(*, today: datetime.date, cure_days: int, claim_deadline: datetime.date) -> datetime.date:
    """Return the last day on which a fault can be cured: the later of the cure period and the claim deadline (domain guide)."""
    return max(today + datetime.timedelta(days=cure_days), claim_deadline)


def live(session: Session, *, claim_id: uuid.UUID) -> list[Decision]:
    """Return a claim's decisions that were not undone, newest first; the first of them is the one that counts."""
    found = history(session, claim_id=claim_id)
    undone = {decision.undoes_id for decision in found}
    return [decision for decision in found if decision.ruling is not Ruling.UNDO and decision.id not in undone]


def history(session: Session, *, claim_id: uuid.UUID) -> Sequence[Decision]:
    """Return all decisions on a claim, newest first, with those that were undone and those that undid them."""
    query = sa.select(Decision).where(Decision.claim_id == claim_id)
    return session.scalars(query.order_by(Decision.decided_at.desc(), Decision.id.desc())).all()


def was_asked(session: Session, *, claim_id: uuid.UUID) -> bool:
    """Return whether the claimant has had their chance to mend: one deficiency notice per claim (domain guide)."""
    query = sa.select(sa.exists().where(Deficiency.claim_id == claim_id, Deficiency.withdrawn_at.is_(None)))
    return bool(session.scalar(query))


def rule(session: Session, *, claim_id: uuid.UUID, staff_id: uuid.UUID, verdict: Verdict, seen: uuid.UUID | None) -> Decision:
    """Write a decision and what follows from it; `seen` is the latest decision that the reviewer's page showed.

    Accepting approves the claim for the member, a duplicate is set aside, asking makes it deficient. Rejecting one candidate
    leaves the claim in review (or takes it back there, if it was approved for this one); rejecting all asks the claimant once
    (`verdict.ask`), and afterwards denies. Sending the same form twice is one decision. Raises `DecidedMeanwhile` if somebody
    ruled since, `DecisionRefused`, `TransitionRefused`, `NotFound`.
    """
    claim = _locked_claim(session, claim_id)
    reason = _reason(verdict.reason)
    past = history(session, claim_id=claim_id)
    latest = past[0] if past else None
    if latest is not None and latest.id != seen:
        return _same_again(latest, staff_id=staff_id, verdict=verdict, seen=past[1].id if len(past) > 1 else None, given=seen)
    _check_candidate(session, claim_id, verdict)
    after = _status_after(claim, verdict)
    before = _facts(claim)
    decision = Decision(
        claim_id=claim_id,
        member_id=verdict.member_id,
        ruling=verdict.ruling,
        reason=reason,
        match_run_id=_latest_run(session, claim_id),
        staff_id=staff_id,
    )
    session.add(decision)
    if after is ClaimStatus.DEFICIENT and verdict.ask is not None:
        session.add(_deficiency(claim_id, staff_id, verdict.ask))
    _move(claim, after)
    if verdict.ruling is Ruling.ACCEPT:
        claim.member_id = verdict.member_id
    elif after is not ClaimStatus.APPROVED:
        claim.member_id = None
    claim.new_evidence = False
    session.flush()
    _record(session, claim, decision, before)
    return decision


def undo(session: Session, *, claim_id: uuid.UUID, staff_id: uuid.UUID, reason: str, seen: uuid.UUID | None) -> Decision:
    """Take the claim's latest decision back by a new one; the claim goes to review again. Raises as `rule` does."""
    claim = _locked_claim(session, claim_id)
    past = history(session, claim_id=claim_id)
    standing = live(session, claim_id=claim_id)
    if past and past[0].ruling is Ruling.UNDO and past[0].undoes_id == seen and past[0].staff_id == staff_id:
        return past[0]
    if not standing:
        raise errors.DecisionRefused("There is no decision on this claim that could be undone.")
    if past[0].id != seen:
        raise _decided_meanwhile()
    undone, before = standing[0], _facts(claim)
    decision = Decision(
        claim_id=claim_id,
        member_id=undone.member_id,
        ruling=Ruling.UNDO,
        reason=_reason(reason),
        match_run_id=_latest_run(session, claim_id),
        undoes_id=undone.id,
        staff_id=staff_id,
    )
    session.add(decision)
    _take_back(session, claim, undone)
    _cancel_letters(session, claim_id)
    session.flush()
    _record(session, claim, decision, before)
    return decision


def _locked_claim(session: Session, claim_id: uuid.UUID) -> Claim:
    claim = session.scalar(sa.select(Claim).where(Claim.id == claim_id).with_for_update())
    if claim is None:
        raise errors.NotFound("There is no such claim in this case.")
    return claim


def _reason(given: str) -> str:
    reason = given.strip()
    if not reason:
        raise errors.DecisionRefused("Say why: a decision needs a reason that somebody else can follow.")
    if len(reason) > LONGEST_REASON:
        raise errors.DecisionRefused(f"The reason may have at most {LONGEST_REASON:,} characters.")
    return reason


def _decided_meanwhile() -> errors.DecidedMeanwhile:
    return errors.DecidedMeanwhile(
        "This claim was decided while you had it open. Your decision was not saved: look at what was decided, then rule again if "
        "you still see it differently."
    )


def _same_again(
    latest: Decision, *, staff_id: uuid.UUID, verdict: Verdict, seen: uuid.UUID | None, given: uuid.UUID | None
) -> Decision:
    """Return the latest decision if this is the very form that made it, sent twice."""
    same = (latest.staff_id, latest.ruling, latest.member_id) == (staff_id, verdict.ruling, verdict.member_id)
    if same and seen == given:
        return latest
    raise _decided_meanwhile()


def _check_candidate(session: Session, claim_id: uuid.UUID, verdict: Verdict) -> None:
    """An accepted or rejected member must be one of the current candidates, so that there is evidence for it."""
    if verdict.member_id is None:
        if verdict.ruling in (Ruling.ACCEPT, Ruling.DUPLICATE):
            raise errors.DecisionRefused("Say which candidate is the claimant.")
        return
    query = sa.exists().where(Candidate.claim_id == claim_id, Candidate.member_id == verdict.member_id, Candidate.current)
    if not session.scalar(sa.select(query)):
        raise errors.DecidedMeanwhile("The matcher ran again and no longer proposes this person. Look at the new candidates.")
    if verdict.ruling is Ruling.ACCEPT and (number := _holder(session, claim_id, verdict.member_id)):
        raise errors.DecisionRefused(f"Claim {number} is approved for this person already; mark this one as its duplicate.")


def _holder(session: Session, claim_id: uuid.UUID, member_id: uuid.UUID) -> str | None:
    """Return the number of another claim that this member was given."""
    return session.scalar(sa.select(Claim.number).where(Claim.member_id == member_id, Claim.id != claim_id).limit(1))


def _status_after(claim: Claim, verdict: Verdict) -> ClaimStatus:
    status = claim.status
    if verdict.ruling is Ruling.ACCEPT:
        status = ClaimStatus.APPROVED
    elif verdict.ruling is Ruling.DUPLICATE:
        status = ClaimStatus.DUPLICATE
    elif verdict.ruling is Ruling.ASK:
        if verdict.ask is None:
            raise errors.DecisionRefused("Say what the claimant shall mend.")
        status = ClaimStatus.DEFICIENT
    elif verdict.member_id is None:
        status = ClaimStatus.DENIED if verdict.ask is None else ClaimStatus.DEFICIENT
    if claim.status is ClaimStatus.APPROVED and verdict.member_id == claim.member_id and verdict.ruling is Ruling.REJECT:
        return ClaimStatus.MATCH_REVIEW
    if claim.status is ClaimStatus.APPROVED and (status is not ClaimStatus.APPROVED or claim.member_id != verdict.member_id):
        raise errors.TransitionRefused("This claim is approved. Undo that decision first.")
    return status


def _move(claim: Claim, after: ClaimStatus) -> None:
    """Take a step that the state machine allows; a cured claim that is ruled on passes through review."""
    if claim.status is ClaimStatus.CURED and not may(CLAIM_TRANSITIONS, before=claim.status, after=after):
        claim.status = ClaimStatus.MATCH_REVIEW
    if not may(CLAIM_TRANSITIONS, before=claim.status, after=after):
        raise errors.TransitionRefused(
            f"A claim that is {claim.status.value.replace('_', ' ')} cannot become {after.value.replace('_', ' ')}."
        )
    if claim.status is not after:
        claim.status, claim.updated_at = after, datetime.datetime.now(datetime.UTC)


def _take_back(session: Session, claim: Claim, undone: Decision) -> None:
    if undone.ruling is Ruling.REJECT and undone.member_id is not None:
        return
    if undone.ruling is Ruling.ACCEPT:
        claim.member_id = None
    if claim.status is ClaimStatus.DEFICIENT:
        _withdraw_question(session, claim.id)
    _move(claim, ClaimStatus.MATCH_REVIEW)


def hold_letter(session: Session, *, notice_id: uuid.UUID) -> None:
    """Keep a letter from being sent for `HOLD_SECONDS`; a ruling that is taken back within them cancels it."""
    later = sa.func.now() + datetime.timedelta(seconds=HOLD_SECONDS)
    session.execute(sa.update(Notice).where(Notice.id == notice_id).values(next_at=later))


def _cancel_letters(session: Session, claim_id: uuid.UUID) -> None:
    """Stop the letters that no sender has taken yet; what was sent stays on record."""
    unsent = sa.update(Notice).where(
        Notice.claim_id == claim_id, Notice.kind.in_(LETTERS), Notice.status.in_((NoticeStatus.PLANNED, NoticeStatus.READY))
    )
    session.execute(unsent.values(status=NoticeStatus.CANCELLED, reason="the decision was taken back"))


def letters(session: Session, *, claim_id: uuid.UUID) -> Sequence[Notice]:
    """Return the letters to a claim's claimant that follow from rulings, newest first."""
    query = sa.select(Notice).where(Notice.claim_id == claim_id, Notice.kind.in_(LETTERS))
    return session.scalars(query.order_by(Notice.next_at.desc())).all()


def _withdraw_question(session: Session, claim_id: uuid.UUID) -> None:
    query = sa.update(Deficiency).where(
        Deficiency.claim_id == claim_id, Deficiency.cured_at.is_(None), Deficiency.withdrawn_at.is_(None)
    )
    session.execute(query.values(withdrawn_at=sa.func.now()))


def _latest_run(session: Session, claim_id: uuid.UUID) -> uuid.UUID | None:
    return session.scalar(sa.select(Candidate.match_run_id).where(Candidate.claim_id == claim_id, Candidate.current).limit(1))


def _deficiency(claim_id: uuid.UUID, staff_id: uuid.UUID, ask: Ask) -> Deficiency:
    return Deficiency(claim_id=claim_id, code=ask.code, message=ask.message.strip(), staff_id=staff_id, cure_by=ask.cure_by)


def _facts(claim: Claim) -> dict[str, str | None]:
    return {"status": claim.status.value, "member_id": str(claim.member_id) if claim.member_id else None}


def _record(session: Session, claim: Claim, decision: Decision, before: dict[str, str | None]) -> None:
    after = _facts(claim) | {
        "ruling": decision.ruling.value,
        "decision_id": str(decision.id),
        "candidate_id": str(decision.member_id) if decision.member_id else None,
    }
    audit.record(session, action="claim.decided", subject="claim", subject_id=claim.id, before=before, after=after)
