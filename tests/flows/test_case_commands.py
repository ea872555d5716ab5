"""`redress case`: faults come with file and line and exit status 2; opening twice opens once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from casefile import errors
from casefile.settings import Settings
from flows.cli import opening
from flows.cli.main import build

DEMO = Path(__file__).parents[2] / "cases" / "cartmanager"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demonstration case under a slug of this test's own."""
    shutil.copytree(DEMO, tmp_path / "case")
    slug = f"case-{abs(hash(tmp_path)) % 10**9}"
    text = (DEMO / "case.toml").read_text(encoding="utf-8").replace('slug = "cartmanager"', f'slug = "{slug}"')
    (tmp_path / "case" / "case.toml").write_text(text, encoding="utf-8")
    return tmp_path / "case"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, settings: Settings, engine: sa.Engine) -> None:
    """Let the command find the database of this test run, through the pool that the run closes."""
    monkeypatch.setattr(opening, "installation", lambda: (settings, engine))


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(build(), ["case", *map(str, words)])


def test_a_sound_folder_is_said_to_be_sound() -> None:
    shown = run("check", DEMO)
    assert (shown.exit_code, "no fault found (360 merchants, en, es)" in shown.output) == (0, True)


def test_a_fault_is_shown_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text("[case]\nslug = 'x'\nnotice = 2026-02-30\n", encoding="utf-8")
    shown = run("check", tmp_path)
    assert (shown.exit_code, shown.output) == (2, "case.toml, line 3: 2026-02-30 is not a date or time that exists.\n")


def test_faults_as_json(folder: Path) -> None:
    (folder / "merchants.csv").write_text("name,domain,aliases\nA\n", encoding="utf-8")
    shown = run("check", folder, "--json")
    report = json.loads(shown.output)
    assert (shown.exit_code, report["sound"]) == (2, False)
    assert report["faults"] == ["merchants.csv, line 2: this line has 1 fields, not 3."]


def test_faults_of_the_notices_are_faults_of_the_folder(folder: Path) -> None:
    body = folder / "notices" / "class_notice" / "en" / "body.txt"
    body.write_text(body.read_text(encoding="utf-8") + "{{ no_such_field }}\n", encoding="utf-8")
    shown = run("check", folder)
    assert shown.exit_code == 2
    assert "notices/class_notice: en/body.txt:" in shown.output
    assert "no_such_field" in shown.output


def test_a_case_without_its_class_notice_is_not_whole(folder: Path) -> None:
    shutil.rmtree(folder / "notices" / "class_notice")
    shown = run("check", folder)
    assert (shown.exit_code, "there is no folder class_notice" in shown.output) == (2, True)


@pytest.mark.usefixtures("installed")
def test_opening_twice_and_listing(folder: Path) -> None:
    first, second = run("open", folder), run("open", folder)
    assert first.exit_code == second.exit_code == 0, first.output
    assert "360 added" in first.output
    assert "nothing in its folder has changed" in second.output
    (folder / "case.toml").write_text(
        (folder / "case.toml").read_text(encoding="utf-8").replace("claim_deadline = 2027-05-10", "claim_deadline = 2027-05-11"),
        encoding="utf-8",
    )
    assert "dates.claim_deadline changed" in run("open", folder).output
    listed = run("list")
    assert listed.exit_code == 0
    assert "2027-05-11" in listed.output


@pytest.mark.usefixtures("installed")
def test_a_faulty_folder_is_not_opened(folder: Path) -> None:
    (folder / "case.toml").write_text("slug = 1\n", encoding="utf-8")
    shown = run("open", folder)
    assert isinstance(shown.exception, errors.CaseFolderFaulty)
    assert "case is missing" in str(shown.exception)
