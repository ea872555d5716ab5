"""Source files: what was received, what became of its rows, its faults, and sending a new list in."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from casefile import database, errors, jobs, sources, uploads
from casefile.permissions import Action
from casefile.tables.people import SourceFile
from casefile.words import JobKind, SourceKind
from intake_api import security, sessions
from intake_api.console.desk import ADesk, ConsoleRoute, text

router = APIRouter(route_class=ConsoleRoute)

SHOWN_FAULTS = 200


@router.get("/{slug}/sources")
def show(desk: ADesk, error: str = "") -> Response:
    """Show all source files, newest first."""
    desk.require(Action.SEE_CASE)
    with desk.transaction() as session:
        files = sources.files(session)
    return desk.page("sources.html", files=files, kinds=SourceKind, missing=error == "file")


@router.get("/{slug}/sources/{source_file_id}")
def show_one(desk: ADesk, source_file_id: uuid.UUID, kind: str | None = None) -> Response:
    """Show one file with its counts and faults."""
    desk.require(Action.SEE_CASE)
    with desk.transaction() as session:
        file = _file(session, source_file_id)
        counts = sources.fault_counts(session, source_file_id=source_file_id)
        if kind is not None and kind not in counts:
            raise errors.NotFound("This file has no such fault.")
        faults = sources.faults(session, source_file_id=source_file_id, kind=kind, limit=SHOWN_FAULTS)
    return desk.page("source.html", file=file, counts=counts, faults=faults, kind=kind)


def _file(session: database.Session, source_file_id: uuid.UUID) -> SourceFile:
    return sources.find(session, start=str(source_file_id))


async def a_list(request: Request, desk: ADesk) -> FormData:
    """Read a form with one file, after the role was looked at: nobody else's upload is taken in."""
    desk.require(Action.REQUEST_JOB)
    form = await request.form(max_files=1, max_fields=20)
    security.require_form_token(
        request.app.state.form_key, cookie=sessions.token_of(request), given=text(form, "form_token") or None
    )
    return form


@router.post("/lists/{slug}")
def receive(desk: ADesk, form: Annotated[FormData, Depends(a_list)]) -> Response:
    """Keep the list and ask for its import; the address stands apart because it takes larger bodies than others."""
    given = form.get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        return desk.redirect("sources", error="file")
    kind = text(form, "kind")
    description = {name: text(form, name)[:300] for name in ("producer", "marketer", "protective_order_number", "docket_number")}
    description["kind"] = SourceKind(kind).value if kind in set(SourceKind) else SourceKind.DISCLOSURE_LIST.value
    with given.file as content:
        upload_id = uploads.keep(desk.visitor.settings, name=given.filename, content=content, description=description)
    with desk.transaction() as session:
        jobs.request(session, kind=JobKind.IMPORT_LIST, parameters={"upload_id": str(upload_id)})
    return desk.redirect("jobs")
