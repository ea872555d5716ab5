"""The dashboard of a case: where it stands, in counts that add up."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from casefile import jobs, reports, review
from casefile.permissions import Action
from intake_api.console.desk import ADesk, ConsoleRoute

router = APIRouter(route_class=ConsoleRoute)


@router.get("/{slug}/")
def dashboard(desk: ADesk) -> Response:
    """Show where the case stands."""
    desk.require(Action.SEE_CASE)
    with desk.transaction() as session:
        status = reports.status(session)
        counts = review.queue_counts(session)
        latest = jobs.latest(session, limit=5)
    return desk.page("dashboard.html", status=status, counts=counts, jobs=latest, faults=status.faults())
