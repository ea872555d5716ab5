"""Importing a list: what the database holds afterwards adds up, and whatever goes wrong loses and doubles nothing."""

from __future__ import annotations

import errno
import hashlib
import threading
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from casefile import audit, bulk, database, sources
from casefile.errors import DatabaseUnavailable, DiskFull, ListOfAnotherCase, ListRefused, NotFound
from casefile.list_file import file_store
from casefile.list_file.options import Options
from casefile.settings import Settings
from casefile.sources import Description
from casefile.tables.cases import Case
from casefile.tables.people import SourceFault, SourceFile, SourceRow
from casefile.words import RowOutcome, SourceKind
from flows.import_lists import import_list

LIST = (
    b"Example Brokers\r\nFirst,Last,State,Zip,Phone,Order Date,Amount,Note\r\n"
    b'Ann,Null,MA,2139,202-555-0101,3/14/2005,"$1,234.50","C:\\dir\\"\r\n'
    b'Jos\xe9,"O\'Neil, Jr",IL,62704,202-555-0102,2/30/2005,$5.00,"two\r\nlines"\r\n'
    b"Bo\x00,Sample,IL,62704,2.03E+09,,,\\x41\r\n"
    b"First,Last,State,Zip,Phone,Order Date,Amount,Note\r\n"
    b",,,,,,,\r\n"
    b"Cy,Sample,TX,75001,202-555-0104,1/2/2005,7,=cmd|' /C calc'!A0\r\n"
)


@pytest.fixture
def the_list(tmp_path: Path) -> Path:
    path = tmp_path / "rented list.csv"
    path.write_bytes(LIST)
    return path


@pytest.fixture
def importing(settings: Settings, engine: sa.Engine, case_id: uuid.UUID) -> Any:
    """Import a file into the fresh case."""

    def run(path: Path, **more: Any) -> sources.Imported:
        return import_list(settings, engine, case_id=case_id, actor="test", path=path, **more)

    return run


@pytest.fixture
def look(engine: sa.Engine, case_id: uuid.UUID) -> Any:
    """Run a query in the case and return its rows."""

    def run(query: Any) -> list[Any]:
        with database.case_session(engine, case_id=case_id, actor="test") as session:
            return list(session.execute(query).all())

    return run


def test_rows_are_kept_as_received_and_counts_add_up(importing: Any, look: Any, the_list: Path) -> None:
    done = importing(the_list)
    assert (done.rows_in, done.accepted, done.warned, done.rejected) == (6, 0, 4, 2)
    rows = {r.row_number: r for (r,) in look(sa.select(SourceRow))}
    starts = {number: row.raw for number, row in rows.items()}
    assert b"".join(starts[n] for n in sorted(starts)) == LIST.split(b"\r\n", 2)[2]
    assert rows[3].postcode == "02139"
    assert rows[3].family_name == "Null"
    assert (rows[3].purchased_on, rows[3].amount_cents) == ("2005-03-14", 123450)
    assert (rows[4].given_name, rows[4].purchased_on) == ("José", None)
    assert (rows[5].given_name, rows[5].phone) == ("Bo", None)
    assert rows[6].outcome == RowOutcome.REJECTED


def test_every_row_set_aside_has_its_reasons(importing: Any, look: Any, the_list: Path) -> None:
    importing(the_list)
    kinds: dict[int | None, set[str]] = {}
    for number, kind in look(sa.select(SourceFault.row_number, SourceFault.kind)):
        kinds.setdefault(number, set()).add(kind)
    assert kinds[None] >= {"encoding_assumed", "title_rows"}
    assert kinds[3] == {"lost_zero"}
    assert kinds[4] == {"bad_date"}
    assert kinds[5] == {"nul_byte", "lost_digits"}
    assert kinds[6] == {"repeated_header"}
    assert kinds[7] == {"empty_row"}
    assert kinds[8] == {"formula"}


def test_the_file_is_kept_under_its_hash(importing: Any, look: Any, the_list: Path, settings: Settings) -> None:
    importing(the_list, description=Description(kind=SourceKind.CONTACT_SOURCE, producer="Example Brokers"))
    ((file,),) = look(sa.select(SourceFile))
    sha256 = hashlib.sha256(LIST).hexdigest()
    assert (file.sha256, file.size_bytes, file.kind, file.producer) == (sha256, len(LIST), "contact_source", "Example Brokers")
    kept = settings.files_directory / sha256[:2] / sha256
    assert kept.read_bytes() == LIST
    assert kept.stat().st_mode & 0o222 == 0
    assert not [p for p in settings.files_directory.iterdir() if p.name.startswith(".incoming")]


def test_the_same_file_twice_changes_nothing(importing: Any, look: Any, the_list: Path, tmp_path: Path) -> None:
    first = importing(the_list)
    again = tmp_path / "another name.csv"
    again.write_bytes(LIST)
    second = importing(again)
    assert second.already
    assert second.source_file_id == first.source_file_id
    assert look(sa.select(sa.func.count()).select_from(SourceRow)) == [(6,)]


def test_two_imports_at_once_are_one(importing: Any, look: Any, the_list: Path) -> None:
    results: list[sources.Imported] = []
    threads = [threading.Thread(target=lambda: results.append(importing(the_list))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(r.already for r in results) == [False, True, True]
    assert look(sa.select(sa.func.count()).select_from(SourceRow)) == [(6,)]


def test_an_import_is_audited_with_counts_only(importing: Any, session: database.Session, the_list: Path) -> None:
    importing(the_list)
    (entry,) = audit.entries(session, subject="source_file")
    assert entry.action == "list.imported"
    assert entry.after is not None
    assert (entry.after["rows_in"], entry.after["rejected"]) == (6, 2)
    assert "rented list" not in str(entry.after)


def test_the_database_refuses_counts_that_do_not_add_up(session: database.Session) -> None:
    file = SourceFile(
        sha256="0" * 64, size_bytes=1, original_name="x", kind="supplement", encoding="utf-8", dialect={}, columns=[], mapping={},
        rows_in=3, rows_accepted=1, rows_warned=1, rows_rejected=0,
    )  # fmt: skip
    session.add(file)
    with pytest.raises(sa.exc.IntegrityError, match="rows_add_up"):
        session.flush()
    session.rollback()


def test_rows_that_went_missing_on_the_way_stop_the_import(
    importing: Any, look: Any, the_list: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = bulk.insert

    def loses_a_row(session: Any, *, table: Any, data: Any) -> int:
        return original(session, table=table, data=data.slice(1) if table is SourceRow else data)

    monkeypatch.setattr(bulk, "insert", loses_a_row)
    with pytest.raises(ListRefused, match="do not add up"):
        importing(the_list)
    assert look(sa.select(SourceFile)) == []


def test_a_warning_without_its_reason_stops_the_import(
    importing: Any, look: Any, the_list: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = bulk.insert

    def loses_faults(session: Any, *, table: Any, data: Any) -> int:
        return original(session, table=table, data=data.slice(0, 1) if table is SourceFault else data)

    monkeypatch.setattr(bulk, "insert", loses_faults)
    with pytest.raises(ListRefused, match="without a reason"):
        importing(the_list)
    assert look(sa.select(SourceFile)) == []


def test_the_database_stopped_in_the_middle_keeps_nothing(
    importing: Any, look: Any, the_list: Path, owner_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = bulk.insert

    def interrupted(session: database.Session, *, table: Any, data: Any) -> int:
        written = original(session, table=table, data=data)
        if table is SourceRow:
            process = bulk.connection_of(session).info.backend_pid
            with owner_engine.connect() as owner:
                owner.execute(sa.text("select pg_terminate_backend(:process)"), {"process": process})
            monkeypatch.setattr(bulk, "insert", original)
        return written

    monkeypatch.setattr(bulk, "insert", interrupted)
    with pytest.raises(DatabaseUnavailable, match="nothing was saved"):
        importing(the_list)
    assert look(sa.select(SourceFile)) == []
    assert importing(the_list).already is False
    assert look(sa.select(sa.func.count()).select_from(SourceRow)) == [(6,)]


def test_a_full_disk_is_a_sentence(importing: Any, look: Any, the_list: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(file_store.os, "fsync", full)
    with pytest.raises(DiskFull, match="disk is full"):
        importing(the_list)
    assert look(sa.select(SourceFile)) == []


def test_a_full_disk_of_the_database_is_a_sentence(
    importing: Any, look: Any, the_list: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> int:
        raise psycopg.errors.DiskFull("could not extend file")

    monkeypatch.setattr(bulk, "insert", full)
    with pytest.raises(DatabaseUnavailable, match="nothing was saved"):
        importing(the_list)
    assert look(sa.select(SourceFile)) == []


@pytest.fixture
def docket(engine: sa.Engine, case_id: uuid.UUID) -> str:
    with database.open_session(engine, actor="test") as session:
        session.execute(sa.update(Case).where(Case.id == case_id).values(facts={"docket_number": "3:05-cv-01234-ABC"}))
    return "3:05-cv-01234"


@pytest.mark.parametrize("given", ["3:05-cv-01234", "3:05-CV-1234", "No. 3:05-cv-01234-ABC"])
def test_a_list_of_this_case_is_taken(importing: Any, the_list: Path, docket: str, given: str) -> None:
    assert importing(the_list, description=Description(docket_number=given)).rows_in == 6


@pytest.mark.parametrize(
    "description",
    [
        Description(docket_number="1:99-cv-00007"),
        Description(docket_number="some other case"),
        Description(protective_order_number="Dkt. 45 in 1:99-cv-00007"),
    ],
)
def test_a_list_of_another_case_is_refused(
    importing: Any, look: Any, the_list: Path, docket: str, description: Description, settings: Settings
) -> None:
    with pytest.raises(ListOfAnotherCase, match=r"3:05-cv-01234"):
        importing(the_list, description=description)
    assert look(sa.select(SourceFile)) == []


@pytest.mark.parametrize("place", ["title", "name"])
def test_a_list_that_says_itself_that_it_is_of_another_case_is_refused(
    importing: Any, look: Any, tmp_path: Path, docket: str, place: str, settings: Settings
) -> None:
    path = tmp_path / ("1_99-cv-00007 list.csv" if place == "name" else "list.csv")
    title = "Confidential, No. 1:99-cv-00007\n" if place == "title" else ""
    path.write_text(f"{title}First,Last,Zip,Phone\nDi,Sample,75001,202-555-0104 {place}\n", "utf-8")
    with pytest.raises(ListOfAnotherCase, match=r"1.99-cv-00007"):
        importing(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert not (settings.files_directory / sha256[:2] / sha256).exists()


@pytest.mark.parametrize(
    ("content", "sentence"), [("a,b\n1,2\n", "No column was found"), ("name,phone\n", "has no rows"), ("", "No column")]
)
def test_lists_of_no_use_are_refused(importing: Any, look: Any, tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(ListRefused, match=sentence):
        importing(path)
    assert look(sa.select(SourceFile)) == []


def test_a_missing_file_is_a_sentence(importing: Any, tmp_path: Path) -> None:
    with pytest.raises(ListRefused, match=r"nowhere\.csv"):
        importing(tmp_path / "nowhere.csv")


def test_a_mapping_is_saved_and_used_again(importing: Any, look: Any, tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{n}.csv" for n in "abc")
    first.write_text("F1,F2,F3\nAnn,Sample,202-555-0101\n", "utf-8")
    second.write_text("F1,F2,F3\nBo,Sample,202-555-0102\n", "utf-8")
    third.write_text("F3,F2,F1\n202-555-0103,Sample,Cy\n", "utf-8")
    mapping: dict[str, object] = {"given_name": "F1", "family_name": "F2", "phone": "F3"}
    importing(first, options=Options(mapping=mapping), save_profile="weekly")
    importing(second)
    importing(third, profile="weekly")
    names = look(sa.select(SourceRow.given_name, SourceRow.family_name, SourceRow.phone).order_by(SourceRow.phone))
    assert [tuple(n) for n in names] == [(n, "Sample", f"202-555-010{i}") for i, n in enumerate(("Ann", "Bo", "Cy"), 1)]
    assert "profile_used" in {k for (k,) in look(sa.select(SourceFault.kind))}
    third.write_text("F3,F2,F1\n202-555-0104,Sample,Di\n", "utf-8")
    with pytest.raises(NotFound, match="weekly"):
        importing(third, profile="monthly")


def test_a_profile_whose_column_is_missing_is_refused(importing: Any, session: database.Session, tmp_path: Path) -> None:
    sources.save_profile(session, name="p", columns=["A"], mapping={"full_name": "Nm"})
    session.commit()
    path = tmp_path / "list.csv"
    path.write_text("name,phone\nAnn Sample,202-555-0101\n", "utf-8")
    with pytest.raises(ListRefused, match="needs the column 'Nm'"):
        importing(path, profile="p")


def test_files_faults_and_rows_can_be_looked_up(importing: Any, engine: sa.Engine, case_id: uuid.UUID, the_list: Path) -> None:
    done = importing(the_list)
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        (file,) = sources.files(session)
        assert sources.find(session, start=file.sha256[:8]).id == done.source_file_id
        assert sources.fault_counts(session, source_file_id=file.id)["lost_zero"] == 1
        assert [f.row_number for f in sources.faults(session, source_file_id=file.id, kind="bad_date")] == [4]
        assert sources.row(session, source_file_id=file.id, row_number=3).given_name == "Ann"
        with pytest.raises(NotFound):
            sources.row(session, source_file_id=file.id, row_number=99)
        with pytest.raises(NotFound):
            sources.find(session, start="nothing")
