"""Reach: how many of the class a notice was accepted for, taken apart until it adds up."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from casefile import class_reach
from casefile.permissions import Action
from intake_api.console.desk import ADesk, ConsoleRoute
from notices import reach

router = APIRouter(route_class=ConsoleRoute)


@router.get("/{slug}/reach")
def show(desk: ADesk) -> Response:
    """Show the report that `redress notices reach` writes as a paper, as of now."""
    desk.require(Action.SEE_CASE)
    engine, actor = desk.request.app.state.engine, f"staff:{desk.who.staff_id}"
    with class_reach.open_snapshot(engine, case_id=desk.case.id, actor=actor) as session:
        found = class_reach.gather(session)
    report = reach.as_data(found, desk.folder, annex={})
    return desk.page("reach.html", report=report, share=reach.percent(found.reached, found.class_size), at=found.at)
