"""List file -> source rows and faults: receives the file, reads it in a guarded child, and stores it in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from casefile import database, settings, sources, uploads
from casefile.errors import ListRefused
from casefile.list_file import file_store, guard, reading
from casefile.list_file.limits import DEFAULT, Limits
from casefile.list_file.options import Options
from casefile.settings import Settings
from casefile.words import SourceKind


def import_list(
    installation: Settings,
    engine: database.Engine,
    *,
    case_id: uuid.UUID,
    actor: str,
    path: Path,
    description: sources.Description | None = None,
    options: Options | None = None,
    profile: str | None = None,
    save_profile: str | None = None,
    limits: Limits = DEFAULT,
    progress: Callable[[str, int], None] | None = None,
) -> sources.Imported:
    """Import a list into a case; the same file a second time changes nothing.

    `profile` names a saved mapping, `save_profile` keeps the one that was used. `progress` is called with "read" or "stored"
    and a number of rows. Raises ListRefused, ListOfAnotherCase, DiskFull, DatabaseUnavailable; then nothing was imported.
    """
    said = description or sources.Description()
    if path.is_file() and path.stat().st_size > limits.file_bytes:
        raise ListRefused(f"The file has {path.stat().st_size:,} bytes; at most {limits.file_bytes:,} are read. Split it.")
    with file_store.receive(installation.files_directory, path) as received:
        return _import(
            engine, received, case_id=case_id, actor=actor, said=said, options=options or Options(),
            profile=profile, save_profile=save_profile, limits=limits, progress=progress,
        )  # fmt: skip


def _import(
    engine: database.Engine,
    received: file_store.Received,
    *,
    case_id: uuid.UUID,
    actor: str,
    said: sources.Description,
    options: Options,
    profile: str | None,
    save_profile: str | None,
    limits: Limits,
    progress: Callable[[str, int], None] | None,
) -> sources.Imported:
    with database.case_session(engine, case_id=case_id, actor=actor) as session:
        sources.refuse_other_case(session, description=said, name=received.original_name, titles=())
        known = sources.by_sha256(session, sha256=received.sha256)
        if known is not None:
            return sources.imported(known, already=True)
        if profile is not None:
            options = replace(options, mapping=sources.profile(session, name=profile)["mapping"])
        options = replace(options, profiles=sources.profiles(session))
    folder = received.path.parent
    report = guard.read(
        received.path, options=options, folder=folder, fault_limit=0, limits=limits, progress=_told(progress, "read")
    )
    with database.case_session(engine, case_id=case_id, actor=actor) as session:
        sources.refuse_other_case(session, description=said, name=received.original_name, titles=report["titles"])
        imported = sources.store(
            session, received=received, report=report, description=said, progress=_told(progress, "stored"),
            rows=_batches(folder / reading.ROWS_FILE), faults=_batches(folder / reading.FAULTS_FILE),
        )  # fmt: skip
        if save_profile is not None:
            sources.save_profile(session, name=save_profile, columns=report["columns"], mapping=report["mapping"])
    return imported


def _told(progress: Callable[[str, int], None] | None, step: str) -> Callable[[int], None] | None:
    return (lambda rows: progress(step, rows)) if progress is not None else None


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    if not path.exists():
        return
    with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
        yield from stream


def step(
    engine: database.Engine, *, case_id: uuid.UUID, actor: str, path: Path, kind: SourceKind, producer: str = ""
) -> dict[str, Any]:
    """Import a list as a step of a flow, and return its id and counts."""
    said = sources.Description(kind=kind, producer=producer, marketer=producer)
    imported = import_list(settings.load(), engine, case_id=case_id, actor=actor, path=path, description=said)
    return as_counts(imported)


def upload_step(engine: database.Engine, *, case_id: uuid.UUID, actor: str, upload_id: uuid.UUID) -> dict[str, Any]:
    """Import a list that came through the console, then forget the upload: the source file is kept as received."""
    found = settings.load()
    upload = uploads.find(found, upload_id=upload_id)
    words = dict(upload.description)
    said = sources.Description(kind=SourceKind(words.pop("kind")), **words)
    imported = import_list(found, engine, case_id=case_id, actor=actor, path=upload.path, description=said)
    uploads.forget(found, upload_id=upload_id)
    return as_counts(imported)


def as_counts(imported: sources.Imported) -> dict[str, Any]:
    """Return what a flow may show: an id and counts."""
    return {
        "source_file_id": str(imported.source_file_id),
        "already": imported.already,
        "rows_in": imported.rows_in,
        "accepted": imported.accepted,
        "warned": imported.warned,
        "rejected": imported.rejected,
    }
