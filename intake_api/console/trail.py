"""The audit trail: who did what, newest first, and the proof that nothing of it was touched."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from casefile import audit, staff
from casefile.permissions import Action
from intake_api.console.desk import ADesk, ConsoleRoute, Desk, OwnForm

router = APIRouter(route_class=ConsoleRoute)

PAGE_SIZE = 50


@router.get("/{slug}/audit")
def show(desk: ADesk, before: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """Show a page of entries."""
    return _page(desk, before=before)


@router.post("/{slug}/audit")
def verify(desk: ADesk, _form: OwnForm) -> Response:
    """Recompute the whole chain and name every broken place."""
    desk.require(Action.SEE_AUDIT)
    with desk.transaction() as session:
        proof = audit.verify(session)
    return _page(desk, proof=proof)


def _page(desk: Desk, *, before: int | None = None, proof: audit.AuditProof | None = None) -> Response:
    desk.require(Action.SEE_AUDIT)
    with desk.transaction() as session:
        found = audit.entries(session, limit=PAGE_SIZE + 1, before=before)
        actors = staff.actor_names(session, actors={entry.actor for entry in found})
    entries = found[:PAGE_SIZE]
    older = entries[-1].number if len(found) > PAGE_SIZE else None
    return desk.page("audit.html", entries=entries, older=older, newest=before is None, actors=actors, proof=proof)
