"""Papers about notice to take away: the reach report with its annex, and the proof of one member's notices."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from pathlib import Path

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from casefile.permissions import Action
from intake_api.console.desk import ADesk, ConsoleRoute, Desk
from notices import proof, reach, sending, typesetting

router = APIRouter(route_class=ConsoleRoute)


@router.get("/{slug}/reach/report.pdf")
def reach_report(desk: ADesk) -> Response:
    """Hand out the reach report as of now."""
    desk.require(Action.SEE_CASE)
    return _reach_file(desk, "paper")


@router.get("/{slug}/reach/annex.csv")
def reach_annex(desk: ADesk) -> Response:
    """Hand out every member's result as of now."""
    desk.require(Action.SEE_MEMBERS)
    return _reach_file(desk, "annex")


@router.get("/{slug}/members/{member_id}/proof.pdf")
def member_proof(desk: ADesk, member_id: uuid.UUID) -> Response:
    """Hand out the proof of a member's notices, without the PIN."""
    desk.require(Action.SEE_MEMBERS)
    found = proof.of_member(_sending(desk), member=str(member_id))
    octets = typesetting.pdf("proof", proof.as_data(found), at=found.at)
    name = f"proof-{found.history.member.notice_id}.pdf"
    return Response(
        octets, media_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )  # fmt: skip


def _reach_file(desk: Desk, which: str) -> Response:
    folder = Path(tempfile.mkdtemp(prefix="redress-reach-"))
    try:
        written = reach.write(_sending(desk), folder=folder)
    except BaseException:
        shutil.rmtree(folder)
        raise
    path: Path = getattr(written, which)
    name = f"{desk.case.slug}-{path.stem}-{written.found.at:%Y%m%dT%H%M%SZ}{path.suffix}"
    return FileResponse(path, filename=name, background=BackgroundTask(shutil.rmtree, folder))


def _sending(desk: Desk) -> sending.Desk:
    app = desk.request.app
    return sending.Desk(app.state.settings, app.state.engine, desk.case.id, f"staff:{desk.who.staff_id}")
