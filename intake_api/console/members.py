"""The class list: finding a member, and one member with the source rows and the evidence behind them."""

from __future__ import annotations

import uuid

from fastapi import APIRouter
from starlette.responses import Response

from casefile import class_list, errors, member_search
from casefile.permissions import Action
from intake_api.console import comparison
from intake_api.console.desk import ADesk, ConsoleRoute, Desk, OwnForm, text

router = APIRouter(route_class=ConsoleRoute)


@router.get("/{slug}/members")
def show(desk: ADesk) -> Response:
    """Show the counts of the class list and the search."""
    return _page(desk)


@router.post("/{slug}/members")
def search(desk: ADesk, form: OwnForm) -> Response:
    """Search; by post, so that no name stands in an address, a log or a browser's history."""
    return _page(desk, words=text(form, "words")[:200])


def _page(desk: Desk, *, words: str | None = None) -> Response:
    desk.require(Action.SEE_MEMBERS)
    with desk.transaction() as session:
        counts = class_list.counts(session) if words is None else None
        found = member_search.search(session, words=words) if words else None
    return desk.page("members.html", words=words, counts=counts, found=found, name_of=comparison.name_of)


@router.get("/{slug}/members/{member_id}")
def member(desk: ADesk, member_id: uuid.UUID) -> Response:
    """Show one member; one that was merged into another leads there."""
    desk.require(Action.SEE_MEMBERS)
    with desk.transaction() as session:
        found = class_list.current(session, member_id=member_id)
        if found is None:
            raise errors.NotFound("There is no such member of the class in this case.")
        if found.id != member_id:
            return desk.redirect(f"members/{found.id}")
        rows = class_list.rows_of(session, member_id=member_id)
        disclosures = class_list.disclosures_of(session, member_id=member_id)
        dealings = member_search.dealings(session, member_id=member_id)
    return desk.page(
        "member.html",
        phone=comparison.phone,
        member=found,
        rows=rows,
        disclosures=disclosures,
        dealings=dealings,
        name_of=comparison.name_of,
    )
