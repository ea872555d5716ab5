"""Source files: their rows and faults, all of a file or nothing, the mapping profiles, and refusing lists of another case."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from casefile import audit, bulk
from casefile.errors import ListOfAnotherCase, ListRefused, NotFound
from casefile.list_file import file_store
from casefile.list_file.faults import FaultKind
from casefile.list_file.file_store import Received
from casefile.tables.cases import Case
from casefile.tables.people import PERSON_COLUMNS, MappingProfile, SourceFault, SourceFile, SourceRow
from casefile.words import RowOutcome, SourceKind

ROW_COLUMNS = ("row_number", "outcome", *PERSON_COLUMNS, "merchant", "purchased_on", "order_number")


@dataclass(frozen=True, slots=True)
class Description:
    """What the sender and the cover letter say about a file."""

    kind: SourceKind = SourceKind.DISCLOSURE_LIST
    producer: str = ""
    marketer: str = ""
    protective_order_number: str = ""
    docket_number: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `already` when the same bytes were imported before and nothing was changed."""

    source_file_id: uuid.UUID
    already: bool
    rows_in: int
    accepted: int
    warned: int
    rejected: int


def by_sha256(session: Session, *, sha256: str) -> SourceFile | None:
    """Return the case's source file with these bytes, if it was imported."""
    return session.scalars(sa.select(SourceFile).where(SourceFile.sha256 == sha256)).one_or_none()


DOCKET = re.compile(r"\b(\d{1,2}):(\d{2})-?([a-z]{2,4})-?0*(\d{1,6})\b", re.IGNORECASE)
"""A federal docket number, such as 3:05-cv-01234 (office:year-type-number)."""


def refuse_other_case(session: Session, *, description: Description, name: str, titles: Sequence[str]) -> None:
    """Raise ListOfAnotherCase when a docket number given or found on the list is not this case's.

    It is looked for in what the person gave (docket, protective order), in the file's name and in the rows above its header.
    """
    case = session.scalars(sa.select(Case).where(Case.id == session.info["case_id"])).one()
    own = str(case.facts.get("docket_number", ""))
    if description.docket_number and not DOCKET.search(description.docket_number) and description.docket_number.strip() != own:
        raise ListOfAnotherCase(f"The list was given the docket number {description.docket_number!r}; this case has {own!r}.")
    places = {
        "docket number given": [description.docket_number],
        "protective order": [description.protective_order_number],
        "file's name": [name],
        "list's title": titles,
    }
    for place, texts in places.items():
        found = {match.group(0) for text in texts for match in DOCKET.finditer(text.replace("_", ":"))}
        if found and _docket(own) not in {_docket(number) for number in found}:
            raise ListOfAnotherCase(
                f"The {place} names the docket {', '.join(sorted(found))}; this case ({case.short_name}) has {own!r}. "
                "Nothing was imported."
            )


def _docket(text: str) -> tuple[str, ...] | None:
    found = DOCKET.search(text)
    return tuple(part.lower().lstrip("0") for part in found.groups()) if found else None


def store(
    session: Session,
    *,
    received: Received,
    report: dict[str, Any],
    rows: Iterator[pa.RecordBatch],
    faults: Iterator[pa.RecordBatch],
    description: Description,
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """Write a checked list into the case, all of it or nothing; the same bytes a second time change nothing.

    `report`, `rows` and `faults` come from `list_file.reading`. Two imports of the same file wait for each other. Raises
    ListRefused for a list without a usable column or without rows, and when the stored rows do not add up to the report.
    """
    lock = f"source-{session.info['case_id']}-{received.sha256}"
    session.execute(sa.text("select pg_advisory_xact_lock(hashtextextended(:lock, 0))"), {"lock": lock})
    known = by_sha256(session, sha256=received.sha256)
    if known is not None:
        return imported(known, already=True)
    _require_usable(report)
    file = _file(session, received, report, description)
    done = 0
    for batch in rows:
        done += bulk.insert(session, table=SourceRow, data=_row_columns(batch, file.id))
        if progress is not None:
            progress(done)
    bulk.insert(session, table=SourceFault, data=_file_faults(report, file.id))
    for batch in faults:
        bulk.insert(session, table=SourceFault, data=_with_file(pa.Table.from_batches([batch]), file.id))
    _require_sum(session, file)
    file_store.keep(received)
    audit.record(session, action="list.imported", subject="source_file", subject_id=file.id, after=_audited(file))
    return imported(file, already=False)


def _require_usable(report: dict[str, Any]) -> None:
    if not report["usable"]:
        text = next(f["text"] for f in report["faults"] if f["kind"] == FaultKind.NO_USABLE_COLUMN)
        raise ListRefused(f"{text} Nothing was imported.")
    if not report["rows_in"]:
        raise ListRefused("The list has no rows. Nothing was imported.")


def _file(session: Session, received: Received, report: dict[str, Any], description: Description) -> SourceFile:
    file = SourceFile(
        sha256=received.sha256,
        size_bytes=received.size_bytes,
        original_name=received.original_name,
        kind=description.kind,
        producer=description.producer,
        marketer=description.marketer,
        protective_order_number=description.protective_order_number,
        encoding=report["encoding"],
        dialect=_storable(report["dialect"]),
        columns=[_text(column) for column in report["columns"]],
        mapping=_storable(report["mapping"]),
        assumptions=[_text(fault["text"]) for fault in report["faults"] if fault["row"] is None],
        rows_in=report["rows_in"],
        rows_accepted=report["accepted"],
        rows_warned=report["warned"],
        rows_rejected=report["rejected"],
    )
    session.add(file)
    session.flush()
    return file


def _text(text: str) -> str:
    """PostgreSQL's text and JSON hold no zero bytes."""
    return text.replace("\x00", "")


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {_text(k): _storable(v) for k, v in value.items()}
    return [_storable(v) for v in value] if isinstance(value, list) else value


def _row_columns(batch: pa.RecordBatch, source_file_id: uuid.UUID) -> pa.Table:
    table = pa.table({name: batch.column(name) for name in ROW_COLUMNS})
    table = table.append_column("amount_cents", batch.column("amount"))
    table = table.append_column("raw", _bytea(batch.column("raw")))
    return _with_file(table, source_file_id)


def _with_file(table: pa.Table, source_file_id: uuid.UUID) -> pa.Table:
    return table.append_column("source_file_id", pa.array([str(source_file_id)] * table.num_rows, pa.string()))


def _bytea(raw: pa.Array) -> pa.Array:
    """Return bytes in PostgreSQL's input form: as they are with doubled backslashes, in hex what is no UTF-8 or holds zeros."""
    try:
        text = raw.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array(["\\x" + value.hex() for value in raw.to_pylist()], pa.string())
    if pc.any(pc.match_substring(text, "\x00")).as_py():
        return pa.array(["\\x" + value.hex() for value in raw.to_pylist()], pa.string())
    return pc.replace_substring(text, "\\", "\\\\")


def _file_faults(report: dict[str, Any], source_file_id: uuid.UUID) -> pa.Table:
    """Return the faults of the whole file; those of rows come from the reader's table."""
    found = report["file_faults"]
    table = pa.table(
        {
            "row_number": pa.array([f["row"] for f in found], pa.int32()),
            "column": pa.array([f["column"] and _text(f["column"]) for f in found], pa.string()),
            "kind": pa.array([f["kind"] for f in found], pa.string()),
            "text": pa.array([_text(f["text"]) for f in found], pa.string()),
        }
    )
    return _with_file(table, source_file_id)


def _require_sum(session: Session, file: SourceFile) -> None:
    """Count what was written: rows in = accepted + warned + rejected, and every row that is not accepted has its reason."""
    query = sa.select(SourceRow.outcome, sa.func.count()).where(SourceRow.source_file_id == file.id).group_by(SourceRow.outcome)
    counts = {row[0]: row[1] for row in session.execute(query)}
    wanted = {
        RowOutcome.ACCEPTED: file.rows_accepted,
        RowOutcome.WARNED: file.rows_warned,
        RowOutcome.REJECTED: file.rows_rejected,
    }
    if any(counts.get(outcome, 0) != count for outcome, count in wanted.items()):
        raise ListRefused("The rows written do not add up to the rows read, so nothing was imported. Please report this.")
    aside = sa.select(SourceRow.row_number).where(SourceRow.source_file_id == file.id, SourceRow.outcome != RowOutcome.ACCEPTED)
    # Set against set: the tables are fresh, and without statistics the planner would look for each row by itself.
    bare = aside.except_(sa.select(SourceFault.row_number).where(SourceFault.source_file_id == file.id))
    if session.execute(sa.select(sa.exists(bare))).scalar():
        raise ListRefused("Rows were set aside without a reason, so nothing was imported. Please report this.")


def imported(file: SourceFile, *, already: bool) -> Imported:
    """Return a source file's counts in the shape of an import's result."""
    return Imported(file.id, already, file.rows_in, file.rows_accepted, file.rows_warned, file.rows_rejected)


def _audited(file: SourceFile) -> dict[str, Any]:
    return {
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "kind": str(file.kind),
        "rows_in": file.rows_in,
        "accepted": file.rows_accepted,
        "warned": file.rows_warned,
        "rejected": file.rows_rejected,
    }


def save_profile(session: Session, *, name: str, columns: Sequence[str], mapping: dict[str, Any]) -> None:
    """Save a mapping under a name, replacing what stood there; lists with the same columns are read by it from now on."""
    value = {"columns": list(columns), "mapping": mapping}
    before = session.scalars(sa.select(MappingProfile.mapping).where(MappingProfile.name == name)).one_or_none()
    if before == value:
        return
    statement = postgresql.insert(MappingProfile).values(name=name, mapping=value)
    update = {"mapping": statement.excluded.mapping, "saved_at": sa.func.now()}
    session.execute(statement.on_conflict_do_update(index_elements=["case_id", "name"], set_=update))
    audit.record(session, action="profile.saved", subject="mapping_profile", subject_id=name, before=before, after=value)


def profiles(session: Session) -> dict[str, dict[str, Any]]:
    """Return every saved profile by name: `columns` and `mapping`."""
    return {p.name: p.mapping for p in session.scalars(sa.select(MappingProfile).order_by(MappingProfile.name))}


def profile(session: Session, *, name: str) -> dict[str, Any]:
    """Return one saved profile; raises NotFound with the names that there are."""
    known = profiles(session)
    if name not in known:
        raise NotFound(f"There is no mapping profile {name!r}; there {'are ' + ', '.join(known) if known else 'is none yet'}.")
    return known[name]


def files(session: Session) -> Sequence[SourceFile]:
    """Return the case's source files, newest first."""
    return session.scalars(sa.select(SourceFile).order_by(SourceFile.received_at.desc(), SourceFile.id.desc())).all()


def find(session: Session, *, start: str) -> SourceFile:
    """Return the source file whose SHA-256 or id begins so; raises NotFound when there is none or more than one."""
    said = start.lower()
    query = sa.select(SourceFile).where(
        sa.or_(SourceFile.sha256.startswith(said), sa.cast(SourceFile.id, sa.Text()).startswith(said))
    )
    found = session.scalars(query).all()
    if len(found) != 1:
        raise NotFound(f"{'No' if not found else 'More than one'} source file of this case begins with {start!r}.")
    return found[0]


def fault_counts(session: Session, *, source_file_id: uuid.UUID) -> dict[str, int]:
    """Return how often each kind of fault occurs in a file, most frequent first."""
    query = (
        sa.select(SourceFault.kind, sa.func.count())
        .where(SourceFault.source_file_id == source_file_id)
        .group_by(SourceFault.kind)
        .order_by(sa.func.count().desc(), SourceFault.kind)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def faults(session: Session, *, source_file_id: uuid.UUID, kind: str | None = None, limit: int = 100) -> Sequence[SourceFault]:
    """Return the faults of a file in the order of its rows, those of the whole file first."""
    query = sa.select(SourceFault).where(SourceFault.source_file_id == source_file_id)
    if kind is not None:
        query = query.where(SourceFault.kind == kind)
    return session.scalars(query.order_by(SourceFault.row_number.asc().nulls_first(), SourceFault.id).limit(limit)).all()


def row(session: Session, *, source_file_id: uuid.UUID, row_number: int) -> SourceRow:
    """Return one row of a file by its number; raises NotFound."""
    query = sa.select(SourceRow).where(SourceRow.source_file_id == source_file_id, SourceRow.row_number == row_number)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(f"The file has no row {row_number}.")
    return found
