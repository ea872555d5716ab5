"""The claim form: its start, the draft behind it, and the pages that ask for one thing each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from casefile import claim_drafts, errors
from casefile.database import Session
from casefile.rate_limits import START_PER_NETWORK, spend
from casefile.tables.claims import ClaimDraft
from intake_api.claimant import steps
from intake_api.claimant.visits import AVisit, OwnForm, Visit
from intake_api.security import network_of
from intake_api.translations import marked

router = APIRouter()
SHOWN = ["GET", "HEAD"]
UNITED_STATES = marked("United States")


def draft_of(session: Session, visit: Visit, *, lock: bool = False) -> ClaimDraft:
    """Return the visitor's draft. Raises `DraftGone` without one and `ClaimFiled` when it was filed already."""
    draft = None if visit.is_new else claim_drafts.find(session, token=visit.token, lock=lock)
    if draft is None:
        raise errors.DraftGone("Your answers were kept for 24 hours and are gone now. Please start again.")
    if draft.claim_id is not None:
        raise errors.ClaimFiled("This claim was filed already.")
    return draft


def keep(session: Session, visit: Visit, draft: ClaimDraft, **answers: Any) -> None:
    """Put answers into the draft."""
    claim_drafts.answer(session, draft=draft, answers=answers, language=visit.language)


def onward(visit: Visit, sent: Mapping[str, Any], *, following: str) -> Response:
    """Go to the next page, or back to where the answers are checked if the visitor came from there."""
    return visit.redirect("claim/check" if sent.get("change") else f"claim/{following}")


@router.api_route("/claim", methods=SHOWN)
def show_start(visit: AVisit) -> Response:
    """What is needed, how long it takes, and by when; a claim after the deadline is still taken."""
    with visit.transaction() as session:
        draft = None if visit.is_new else claim_drafts.find(session, token=visit.token)
        state = "new" if draft is None else "filed" if draft.claim_id else "begun"
    is_late = visit.now > visit.case.claim_deadline_at
    return visit.page("start.html", keeps_cookie=True, back="", state=state, is_late=is_late)


@router.post("/claim")
def start(visit: AVisit, _sent: OwnForm) -> Response:
    """Make the draft; starting twice keeps the first one."""
    with visit.transaction() as session:
        if not spend(session, limits=START_PER_NETWORK, key=network_of(visit.request), secret=visit.rate_key):
            raise errors.TooManyTries("Many forms were begun from your network within an hour. Please try again later.")
        draft = claim_drafts.start(session, token=visit.token, language=visit.language)
        is_filed = draft.claim_id is not None
    return visit.redirect("claim/receipt" if is_filed else "claim/notice")


@router.post("/claim/forget")
def forget(visit: AVisit, _sent: OwnForm) -> Response:
    """Remove what this browser could still show: for shared computers, and before a claim for somebody else."""
    with visit.transaction() as session:
        claim_drafts.forget(session, token=visit.token)
    return visit.redirect("", new_cookie=True)


@router.api_route("/claim/{name}", methods=SHOWN)
def show_step(visit: AVisit, name: str, change: str = "") -> Response:
    """Show a plain page with the answers so far."""
    step = _step(name)
    with visit.transaction() as session:
        answers = draft_of(session, visit).answers
    values = answers.get(name, {})
    if name == "address" and not values.get("country"):
        values = values | {"country": visit.gettext(UNITED_STATES)}
    return _page(visit, step, step.form.shown(values), answers=answers, change=change)


@router.post("/claim/{name}")
def save_step(visit: AVisit, name: str, sent: OwnForm) -> Response:
    """Keep the answers of a plain page, or show it again with what is wrong."""
    step = _step(name)
    form, shown = step.form.read(sent)
    with visit.transaction() as session:
        draft = draft_of(session, visit, lock=True)
        answers = draft.answers
        if form is not None:
            keep(session, visit, draft, **{name: form.model_dump()})
    if form is None:
        return _page(visit, step, shown, answers=answers, change=sent.get("change"), status_code=422)
    return onward(visit, sent, following=step.following)


def _step(name: str) -> steps.Step:
    if name not in steps.PLAIN:
        raise errors.NotFound("There is no such page in the form.")
    return steps.PLAIN[name]


def _page(
    visit: Visit, step: steps.Step, shown: Any, *, answers: Mapping[str, Any], change: Any, status_code: int = 200
) -> Response:
    return visit.page(
        "step.html",
        keeps_cookie=True,
        status_code=status_code,
        step=step,
        part=step.part,
        form=shown,
        change="check" if change else "",
        back=_back(step.name, answers),
        is_prefilled=bool(answers.get("pin_passed")) and step.name in ("name", "address", "contact"),
    )


def _back(name: str, answers: Mapping[str, Any]) -> str:
    before = {"name": "shops", "address": "name", "contact": "address", "payment": "earlier"}
    if name == "payment" and answers.get("same") == "no" and answers.get("at_purchase"):
        return "claim/earlier/all"
    return f"claim/{before[name]}"
