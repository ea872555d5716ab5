"""`redress lists`: what it prints, what it refuses, and with which exit status."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from casefile import database
from casefile.errors import ListRefused
from casefile.settings import Settings
from casefile.tables.cases import Case
from flows.cli import lists, opening

KEYS = ["encoding", "dialect", "columns", "mapping", "rows_in", "accepted", "warned", "rejected", "faults"]


@pytest.fixture
def the_list(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text("First,Last,Zip,[note]\nAnn,Null,2139,[red]x[/red]\nBo,Sample,62704,\n,,,\n", "utf-8")
    return path


def run(*arguments: object, status: int = 0) -> str:
    result = CliRunner().invoke(lists.app, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result.stdout


def test_json_is_one_object_with_the_promised_keys(the_list: Path) -> None:
    report = json.loads(run("check", the_list, "--json"))
    assert list(report) == KEYS
    assert report["columns"] == ["First", "Last", "Zip", "[note]"]
    assert report["mapping"] == {"given_name": "First", "family_name": "Last", "postcode": "Zip"}
    assert [report[k] for k in KEYS[4:8]] == [3, 1, 1, 1]
    text = "'2139' was read as 02139: a spreadsheet took the leading zeros."
    assert report["faults"][0] == {"row": 2, "column": "Zip", "kind": "lost_zero", "text": text}


def test_rows_can_be_asked_for(the_list: Path) -> None:
    report = json.loads(run("check", the_list, "--json", "--rows"))
    assert report["rows"][0] == {"First": "Ann", "Last": "Null", "Zip": "2139", "[note]": "[red]x[/red]"}
    assert len(report["rows"]) == 3


def test_faults_beyond_the_limit_are_counted(the_list: Path) -> None:
    report = json.loads(run("check", the_list, "--json", "--faults", 1))
    assert [f["kind"] for f in report["faults"]] == ["more_faults", "lost_zero"]


def test_the_table_shows_columns_counts_and_faults(the_list: Path) -> None:
    text = run("check", the_list)
    assert "given_name" in text
    assert "not used" in text
    assert "= 1" in text
    assert "lost_zero: 1" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--delimiter", "ab"], "one character"),
        (["--widths", "10,x"], "lengths such as"),
        (["--map", "Zip"], "field=column"),
        (["--map", "zip=Zip"], "names the field 'zip'"),
        (["--map", "postcode=Zap"], "needs the column 'Zap'"),
        (["--encoding", "klingon"], "encoding 'klingon'"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence(the_list: Path, arguments: list[str], sentence: str) -> None:
    with pytest.raises(ListRefused, match=sentence):
        run("check", the_list, *arguments)


def test_a_person_can_say_how_to_read(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes("AnnSample  02139\nBo García  62704\n".encode("cp1252"))
    said = [
        "--widths",
        "3,8,5",
        "--no-header",
        "--encoding",
        "cp1252",
        "--map",
        "given_name=column 1",
        "--map",
        "family_name=column 2",
    ]
    report = json.loads(run("check", path, "--json", "--rows", *said))
    assert report["encoding"] == "cp1252"
    assert report["dialect"]["widths"] == [[0, 3], [3, 11], [11, 16]]
    assert report["rows"][1] == {"column 1": "Bo", "column 2": "García", "column 3": "62704"}


@pytest.fixture
def installed(settings: Settings, engine: sa.Engine, case_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch) -> str:
    """The commands work on the test's installation; returns the short name of its case."""
    monkeypatch.setattr(opening, "installation", lambda: (settings, engine))
    with database.open_session(engine, actor="test") as session:
        return str(session.scalar(sa.select(Case.slug).where(Case.id == case_id)))


def test_import_shows_counts_and_the_second_time_says_so(the_list: Path, installed: str) -> None:
    first: dict[str, Any] = json.loads(run("import", the_list, "--case", installed, "--json", "--producer", "Example Brokers"))
    assert {k: first[k] for k in ("already", "rows_in", "accepted", "warned", "rejected")} == {
        "already": False, "rows_in": 3, "accepted": 1, "warned": 1, "rejected": 1,
    }  # fmt: skip
    assert "imported before; nothing has changed" in run("import", the_list, "--case", installed)
    shown = run("show", "--case", installed)
    assert "list.csv" in shown
    assert "Example Brokers" in shown
    one = run("show", "--case", installed, first["source_file_id"])
    assert "lost_zero: 1" in one
    assert "empty_row: 1" in one


def test_a_case_without_lists_says_how_to_import_one(installed: str) -> None:
    assert "No list has been imported yet" in run("show", "--case", installed)
