"""The queue: which claims wait for a person, oldest first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from casefile import codes, review
from casefile.permissions import Action
from casefile.review import View
from casefile.words import MatchBand
from intake_api.console.desk import ADesk, ConsoleRoute

router = APIRouter(route_class=ConsoleRoute)


@router.get("/{slug}/queue")
def queue(
    desk: ADesk,
    view: View = View.WAITING,
    band: MatchBand | None = None,
    page: Annotated[int, Query(ge=1, le=10_000_000)] = 1,
) -> Response:
    """Show a page of the queue."""
    desk.require(Action.SEE_CASE)
    with desk.transaction() as session:
        found = review.queue(session, view=view, band=band, page=page)
        counts = review.queue_counts(session)
    return desk.page("queue.html", queue=found, counts=counts, view=view, band=band, views=View, bands=MatchBand, missing="")


@router.get("/{slug}/find-claim")
def find_claim(desk: ADesk, number: str = "") -> Response:
    """Go to the claim with a number, however it was typed."""
    desk.require(Action.SEE_CASE)
    code = codes.tidy(number)
    with desk.transaction() as session:
        claim_id = review.by_number(session, number=code) if code else None
        found, counts = review.queue(session), review.queue_counts(session)
    if claim_id is not None:
        return desk.redirect(f"claims/{claim_id}")
    missing = (
        "There is no claim with this number in this case."
        if code
        else "This is not a claim number: it has 9 letters and digits, and the last one checks the others."
    )
    return desk.page(
        "queue.html", status_code=404, queue=found, counts=counts, view=View.WAITING, band=None, views=View, bands=MatchBand,
        missing=missing,
    )  # fmt: skip
