"""Decisions -> reports: the counts of a case from one snapshot, kept as a file beside the case's received files."""

from __future__ import annotations

import json
import uuid
from typing import Any

from casefile import database, reports, settings


def write(engine: database.Engine, *, case_id: uuid.UUID, actor: str) -> dict[str, Any]:
    """Write the status of a case as JSON into the data directory and return its counts; they must add up.

    Written to a draft first and then renamed, so that a full disk leaves no half report.
    """
    with database.case_session(engine, case_id=case_id, actor=actor) as session:
        found = reports.status(session)
    folder = settings.load().data_directory / "reports" / str(case_id)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"status-{found.at:%Y%m%dT%H%M%SZ}.json"
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(reports.as_json(found), indent=1, sort_keys=True))
    draft.replace(path)
    return {"members": found.members, "claims": found.claims, "notices": found.notices, "faults": len(found.faults())}
