"""One claim: its candidates side by side, the ruling and its undoing, and its history."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from casefile import audit, claims, database, decisions, errors, permissions, review, staff
from casefile.decisions import Ask, Verdict
from casefile.permissions import Action
from casefile.words import ClaimStatus, DeficiencyCode, MatchBand, Ruling
from intake_api.console import comparison, labels, letters
from intake_api.console.desk import ADesk, ConsoleRoute, Desk, OwnForm, text

router = APIRouter(route_class=ConsoleRoute)

OPEN_TO_RULING = frozenset({ClaimStatus.MATCH_REVIEW, ClaimStatus.CURED, ClaimStatus.APPROVED, ClaimStatus.HOLD})
"""Statuses in which the page offers a ruling; in any other it says why there is none."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the reviewer filled in, kept when the page comes back with an error."""

    choice: str = ""
    quick: str = ""
    reason: str = ""
    code: str = ""
    message: str = ""

    @property
    def whole_reason(self) -> str:
        """The chosen reason and the reviewer's own words together."""
        return " ".join(part for part in (self.quick, self.reason) if part)


@router.get("/{slug}/claims/{claim_id}")
def show(desk: ADesk, claim_id: uuid.UUID, band: MatchBand | None = None, saved: uuid.UUID | None = None) -> Response:
    """Show one claim beside its candidates; `saved` is the claim that was decided just before."""
    return _page(desk, claim_id, band=band, saved=saved)


@router.post("/{slug}/claims/{claim_id}")
def decide(desk: ADesk, claim_id: uuid.UUID, form: OwnForm) -> Response:
    """Write a ruling, then show the next claim that waits or, if asked, this one again."""
    desk.require(Action.DECIDE)
    given = Given(*(text(form, name) for name in ("choice", "quick", "reason", "code", "message")))
    band = _band(text(form, "band"))
    try:
        with desk.transaction() as session:
            verdict = _verdict(desk, session, claim_id, given)
            done = decisions.rule(session, claim_id=claim_id, staff_id=desk.who.staff_id, verdict=verdict, seen=_seen(form))
            letters.queue(session, desk, decision_id=done.id, claim_id=claim_id, ask=verdict.ask)
            following = review.next_claim(session, after=claim_id, band=band)
    except (errors.DecisionRefused, errors.TransitionRefused) as error:
        return _page(desk, claim_id, band=band, given=given, error=error)
    if text(form, "then") == "stay":
        return desk.redirect(f"claims/{claim_id}", band=band, saved=claim_id)
    if following is None:
        return desk.redirect("queue", band=band)
    return desk.redirect(f"claims/{following}", band=band, saved=claim_id)


@router.post("/{slug}/claims/{claim_id}/undo")
def undo(desk: ADesk, claim_id: uuid.UUID, form: OwnForm) -> Response:
    """Take the latest decision back by a new one."""
    desk.require(Action.DECIDE)
    try:
        with desk.transaction() as session:
            decisions.undo(session, claim_id=claim_id, staff_id=desk.who.staff_id, reason=text(form, "reason"), seen=_seen(form))
    except (errors.DecisionRefused, errors.TransitionRefused) as error:
        return _page(desk, claim_id, error=error)
    return desk.redirect(f"claims/{claim_id}")


@router.get("/{slug}/claims/{claim_id}/history")
def history(desk: ADesk, claim_id: uuid.UUID) -> Response:
    """Show everything that happened to a claim: its versions, decisions and entries of the audit trail."""
    desk.require(Action.SEE_CASE)
    with desk.transaction() as session:
        found = review.claim(session, claim_id=claim_id)
        versions = claims.versions(session, claim_id=claim_id)
        entries = audit.entries(session, subject="claim", subject_id=str(claim_id))
        actors = staff.actor_names(session, actors={entry.actor for entry in entries})
    return desk.page("history.html", found=found, versions=versions, entries=entries, actors=actors)


def _band(given: str) -> MatchBand | None:
    return MatchBand(given) if given in set(MatchBand) else None


def _seen(form: FormData) -> uuid.UUID | None:
    given = text(form, "seen")
    try:
        return uuid.UUID(given) if given else None
    except ValueError:
        raise errors.DecidedMeanwhile("The page was not complete. Look at the claim again, then rule.") from None


def _verdict(desk: Desk, session: database.Session, claim_id: uuid.UUID, given: Given) -> Verdict:
    """Return the ruling that a choice such as `accept:<member>`, `none` or `ask` stands for."""
    word, _, member = given.choice.partition(":")
    reason = given.whole_reason
    if word == "ask":
        return Verdict(Ruling.ASK, None, reason, _ask(desk, given.code, given.message))
    if word == "none":
        asked = decisions.was_asked(session, claim_id=claim_id)
        return Verdict(Ruling.REJECT, None, reason, None if asked else _ask(desk, DeficiencyCode.NOT_FOUND.value, given.message))
    if word in ("accept", "reject", "duplicate") and member:
        try:
            return Verdict(Ruling(word), uuid.UUID(member), reason)
        except ValueError:
            pass
    raise errors.DecisionRefused("Choose your ruling: who of these is the claimant, or none of them.")


def _ask(desk: Desk, code: str, message: str) -> Ask:
    if code not in set(DeficiencyCode):
        raise errors.DecisionRefused("Choose what the claimant shall mend.")
    return Ask(code=DeficiencyCode(code), message=message[: decisions.LONGEST_REASON], cure_by=_cure_by(desk))


def _has_email(found: review.ClaimReview) -> bool:
    return bool(found.version and (found.version.answers.get("now") or {}).get("email"))


def _cure_by(desk: Desk) -> datetime.date:
    folder = desk.folder
    return decisions.cure_date(today=desk.today, cure_days=folder.rules.cure_days, claim_deadline=folder.dates.claim_deadline)


def _page(
    desk: Desk,
    claim_id: uuid.UUID,
    *,
    band: MatchBand | None = None,
    saved: uuid.UUID | None = None,
    given: Given | None = None,
    error: errors.RedressError | None = None,
) -> Response:
    desk.require(Action.SEE_CASE)
    with desk.transaction() as session:
        found = review.claim(session, claim_id=claim_id)
        before = review.claim(session, claim_id=saved) if saved and saved != claim_id else None
        following = review.next_claim(session, after=claim_id, band=band)
        asked = decisions.was_asked(session, claim_id=claim_id)
        sent = decisions.letters(session, claim_id=claim_id)
    blind = not (found.ruled_by(desk.who.staff_id) or permissions.sees_scores(desk.roles))
    return desk.page(
        "claim.html",
        status_code=200 if error is None else 409 if isinstance(error, errors.TransitionRefused) else 422,
        found=found,
        table=comparison.compare(found),
        blind=blind,
        band=band,
        before=before,
        was_saved=saved == claim_id,
        following=following,
        asked=asked,
        letters=sent,
        has_email=_has_email(found),
        cure_by=_cure_by(desk),
        given=given or Given(),
        error=error,
        may_rule=desk.may(Action.DECIDE) and found.claim.status in OPEN_TO_RULING,
        quick_reasons=labels.QUICK_REASONS,
        codes=DeficiencyCode,
    )
