"""Jobs: work that runs elsewhere; asking for it writes a row, and the dispatcher starts the flow."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from casefile import errors, jobs, staff
from casefile.permissions import Action
from casefile.words import JobKind, JobStatus
from intake_api.console.desk import ADesk, ConsoleRoute, OwnForm, text

router = APIRouter(route_class=ConsoleRoute)

BUTTONS = {
    JobKind.BUILD_CLASS_LIST: "Consolidates the source rows into class members. Members keep their ids and notice IDs.",
    JobKind.MATCH_CLAIMS: "Proposes class members for every claim that waits. What people decided stays.",
    JobKind.WRITE_REPORTS: "Counts the case at one moment.",
}
"""Work that needs no choice; lists are imported from their page, campaigns sent from theirs."""


@router.get("/{slug}/jobs")
def show(desk: ADesk) -> Response:
    """Show the newest jobs, and the buttons for whoever may ask for work."""
    desk.require(Action.SEE_CASE)
    with desk.transaction() as session:
        found = jobs.latest(session, limit=50)
        actors = staff.actor_names(session, actors={job.requested_by for job in found})
    unfinished = any(job.status in (JobStatus.WAITING, JobStatus.STARTED) for job in found)
    return desk.page("jobs.html", jobs=found, buttons=BUTTONS, actors=actors, unfinished=unfinished)


@router.post("/{slug}/jobs")
def request(desk: ADesk, form: OwnForm) -> Response:
    """Write down that work shall be done; asking again while it waits is the same job."""
    desk.require(Action.REQUEST_JOB)
    kind = text(form, "kind")
    if kind not in set(BUTTONS):
        raise errors.NotFound("There is no such work to ask for.")
    with desk.transaction() as session:
        jobs.request(session, kind=JobKind(kind))
    return desk.redirect("jobs")
