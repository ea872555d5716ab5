"""Who and where the claimant was when they bought: the same as now, or one or more sets of earlier details."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from casefile import errors
from intake_api.claimant import steps
from intake_api.claimant.claim import SHOWN, draft_of, keep, onward
from intake_api.claimant.fields import Shown
from intake_api.claimant.forms import AnotherForm, EarlierForm, SameForm
from intake_api.claimant.visits import AVisit, OwnForm, Visit

router = APIRouter()


@router.api_route("/claim/earlier", methods=SHOWN)
def show_same(visit: AVisit, change: str = "") -> Response:
    """Ask whether the details of today were those of the purchase."""
    with visit.transaction() as session:
        answers = draft_of(session, visit).answers
    return _page(visit, "same.html", SameForm.shown({"same": answers.get("same", "")}), back="claim/contact", change=change)


@router.post("/claim/earlier")
def save_same(visit: AVisit, sent: OwnForm) -> Response:
    """Go on to the payment, or to the earlier details."""
    form, shown = SameForm.read(sent)
    with visit.transaction() as session:
        draft = draft_of(session, visit, lock=True)
        has_some = bool(draft.answers.get("at_purchase"))
        if form is not None:
            keep(session, visit, draft, same=form.same)
    if form is None:
        return _page(visit, "same.html", shown, back="claim/contact", change=sent.get("change"), status_code=422)
    if form.same == "yes":
        return onward(visit, sent, following="payment")
    return visit.redirect(_with_change("claim/earlier/all" if has_some else "claim/earlier/1", sent.get("change")))


@router.api_route("/claim/earlier/all", methods=SHOWN)
def show_all(visit: AVisit, change: str = "") -> Response:
    """Show the sets of details so far and ask whether there is another."""
    return _all_page(visit, AnotherForm.shown(), change=change)


@router.post("/claim/earlier/all")
def save_all(visit: AVisit, sent: OwnForm) -> Response:
    """Remove a set, add another, or go on."""
    with visit.transaction() as session:
        draft = draft_of(session, visit, lock=True)
        sets = draft.answers.get("at_purchase", [])
        if removing := _place(sent.get("remove"), most=len(sets)):
            sets = [each for place, each in enumerate(sets, start=1) if place != removing]
            keep(session, visit, draft, at_purchase=sets)
    if removing:
        return visit.redirect(_with_change("claim/earlier/all" if sets else "claim/earlier", sent.get("change")))
    form, shown = AnotherForm.read(sent)
    if form is None:
        return _all_page(visit, shown, change=sent.get("change"), status_code=422)
    if form.another == "yes" and len(sets) < steps.MOST_EARLIER:
        return visit.redirect(_with_change(f"claim/earlier/{len(sets) + 1}", sent.get("change")))
    return onward(visit, sent, following="payment")


@router.api_route("/claim/earlier/{place}", methods=SHOWN)
def show_one(visit: AVisit, place: str, change: str = "") -> Response:
    """Ask for one set; a new one begins with the name of today, for most people keep theirs."""
    with visit.transaction() as session:
        answers = draft_of(session, visit).answers
    sets = answers.get("at_purchase", [])
    number = _required_place(place, most=len(sets) + 1)
    values = sets[number - 1] if number <= len(sets) else answers.get("name", {})
    return _one_page(visit, EarlierForm.shown(values), number=number, change=change)


@router.post("/claim/earlier/{place}")
def save_one(visit: AVisit, place: str, sent: OwnForm) -> Response:
    """Keep one set at its place, so that a second click changes it instead of adding it twice."""
    form, shown = EarlierForm.read(sent)
    with visit.transaction() as session:
        draft = draft_of(session, visit, lock=True)
        sets = list(draft.answers.get("at_purchase", []))
        number = _required_place(place, most=len(sets) + 1)
        if form is not None:
            keep(session, visit, draft, same="no", at_purchase=[*sets[: number - 1], form.model_dump(), *sets[number:]])
    if form is None:
        return _one_page(visit, shown, number=number, change=sent.get("change"), status_code=422)
    return visit.redirect(_with_change("claim/earlier/all", sent.get("change")))


def _place(value: Any, *, most: int) -> int | None:
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 3:
        return None
    return int(value) if 1 <= int(value) <= most else None


def _required_place(value: str, *, most: int) -> int:
    place = _place(value, most=min(most, steps.MOST_EARLIER))
    if place is None:
        raise errors.NotFound("There is no such page in the form.")
    return place


def _with_change(path: str, change: Any) -> str:
    return f"{path}?change=check" if change else path


def _all_page(visit: Visit, shown: Shown, *, change: Any, status_code: int = 200) -> Response:
    with visit.transaction() as session:
        sets = draft_of(session, visit).answers.get("at_purchase", [])
    if not sets:
        return visit.redirect("claim/earlier")
    is_full = len(sets) >= steps.MOST_EARLIER
    return _page(
        visit, "earlier_all.html", shown, back="claim/earlier", change=change, status_code=status_code, sets=sets, is_full=is_full
    )


def _one_page(visit: Visit, shown: Shown, *, number: int, change: Any, status_code: int = 200) -> Response:
    back = "claim/earlier" if number == 1 else "claim/earlier/all"
    return _page(visit, "earlier_one.html", shown, back=back, change=change, status_code=status_code, number=number)


def _page(visit: Visit, name: str, shown: Shown, *, back: str, change: Any, status_code: int = 200, **context: Any) -> Response:
    return visit.page(
        name,
        keeps_cookie=True,
        status_code=status_code,
        form=shown,
        back=back,
        change="check" if change else "",
        part=4,
        **context,
    )
