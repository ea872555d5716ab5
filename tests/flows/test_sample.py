"""The synthetic case: same seed, same bytes; its truth accounts for every row; nobody in it could be real."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from casefile.case_file.read import read_case_folder
from casefile.list_file.read import check
from flows.cli.main import build
from flows.sample.dates import copy_with_dates_around
from flows.sample.generate import Sample, SampleRefused, write_sample

DEMO = Path(__file__).parents[2] / "cases" / "cartmanager"
MEMBERS = 700
Rows = list[dict[str, Any]]


def write(out: Path, *, seed: int, members: int = MEMBERS) -> Sample:
    return write_sample(out=out, members=members, seed=seed, case=read_case_folder(DEMO))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample") / "case"


@pytest.fixture(scope="module")
def sample(out: Path) -> Sample:
    return write(out, seed=7)


@pytest.fixture(scope="module")
def rows(sample: Sample, out: Path) -> Rows:
    return pyarrow.parquet.read_table(out / "truth" / "rows.parquet").to_pylist()


@pytest.fixture(scope="module")
def people(sample: Sample, out: Path) -> dict[str, dict[str, Any]]:
    found = pyarrow.parquet.read_table(out / "truth" / "people.parquet").to_pylist()
    return {person["person_id"]: person for person in found}


@pytest.fixture(scope="module")
def claims(sample: Sample, out: Path) -> Rows:
    with (out / "truth" / "claims.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hashes(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def read_records(path: Path) -> list[list[str]]:
    """Read a file of the sample by plain means, every record of it, blank lines included."""
    if path.suffix == ".xlsx":
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
        return [[str(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    encoding = {".tsv": "utf-16", "northlight-direct.csv": "cp1252"}.get(path.suffix, "utf-8-sig")
    text = path.read_text(encoding="cp1252" if path.name == "northlight-direct.csv" else encoding)
    if path.suffix == ".dat":
        return [[line] for line in text.splitlines()]
    return list(csv.reader(io.StringIO(text, newline=""), delimiter={".tsv": "\t", ".txt": "|"}.get(path.suffix, ",")))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        write(tmp_path / name, seed=seed, members=60)
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    first, other = hashes(tmp_path / "a"), hashes(tmp_path / "c")
    assert first.keys() == other.keys()
    assert not any(first[name] == other[name] for name in first)


def test_writing_again_leaves_nothing_of_the_earlier_sample(tmp_path: Path) -> None:
    write(tmp_path / "a", seed=3, members=100)
    write(tmp_path / "a", seed=4, members=60)
    write(tmp_path / "b", seed=4, members=60)
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")


def test_truth_accounts_for_every_record_of_every_file(sample: Sample, out: Path, rows: Rows) -> None:
    assert {file.path for file in sample.files} == {
        f"{p.parent.name}/{p.name}" for d in ("lists", "orders") for p in (out / d).iterdir()
    }
    for file in sample.files:
        known = [row for row in rows if row["file"] == file.path]
        assert [row["row"] for row in known] == list(range(1, file.rows + 1))
        assert len(read_records(out / file.path)) == file.rows, file.path
        assert sum(row["kind"] == "person" for row in known) == file.people_rows
        assert all((row["person_id"] != "") == (row["kind"] == "person") for row in known)


def test_each_row_is_about_the_person_that_the_truth_names(
    sample: Sample, out: Path, rows: Rows, people: dict[str, dict[str, Any]]
) -> None:
    for file in sample.files:
        records = read_records(out / file.path)
        for row in (row for row in rows if row["file"] == file.path and row["kind"] == "person"):
            person = people[row["person_id"]]
            record = " ".join(records[row["row"] - 1]).lower()
            assert person["city"].lower() in record or person["city_mid"].lower() in record, (file.path, row)


def test_the_class_is_whoever_stands_in_a_marketing_list(rows: Rows, people: dict[str, dict[str, Any]]) -> None:
    listed = {row["person_id"] for row in rows if row["file"].startswith("lists/") and row["person_id"]}
    assert listed == {name for name, person in people.items() if person["in_class"]}
    assert len(listed) == MEMBERS
    ordered = {row["person_id"] for row in rows if row["file"].startswith("orders/")}
    assert any(not people[name]["in_class"] for name in ordered if name), "order logs also name people outside the class"


def test_the_population_holds_the_pairs_that_matchers_mistake(people: dict[str, dict[str, Any]]) -> None:
    roles = {person["role"] for person in people.values()}
    assert roles == {"alone", "spouse", "junior", "twin", "relative", "roommate"}
    families = [person["family_name"] for person in people.values()]
    assert "Null" in families
    assert any(" " in family for family in families)
    assert {person["suffix"] for person in people.values()} == {"", "Jr", "Sr"}
    assert any(person["family_name"] != person["family_name_now"] for person in people.values())
    addresses = [person["email"] for person in people.values()]
    assert len(set(addresses)) < len(addresses), "spouses share an e-mail address"


def test_marketing_lists_have_no_email_and_nobody_could_be_real(
    sample: Sample, out: Path, people: dict[str, dict[str, Any]], claims: Rows
) -> None:
    for file in sample.files:
        if file.kind != "contact_source":
            assert "@" not in " ".join(cell for record in read_records(out / file.path) for cell in record)
    for person in people.values():
        assert person["email"].endswith(".example")
        assert person["email_now"].endswith(".example")
        assert person["phone"][3:8] == person["phone_now"][3:8] == "55501"
    assert all(claim["email"].endswith(".example") and claim["phone"][3:8] == "55501" for claim in claims)


def test_the_faults_of_real_lists_are_there(rows: Rows) -> None:
    assert {row["kind"] for row in rows} == {"person", "title", "header", "totals", "blank", "junk"}
    faults = {row["fault"] for row in rows}
    assert faults == {"", "ragged_short", "ragged_long", "line_break_in_cell", "formula_cell", "repeated_row"}


def test_the_list_reader_takes_every_file(sample: Sample, out: Path, rows: Rows) -> None:
    for file in sample.files:
        report = check(out / file.path)
        assert report["rows_in"] == report["accepted"] + report["warned"] + report["rejected"]
        known = [row for row in rows if row["file"] == file.path]
        header = next(row["row"] for row in known if row["kind"] == "header")
        below = [row for row in known if row["row"] > header and row["kind"] != "blank"]
        assert report["rows_in"] == len(below), file.path
        never_people = sum(row["kind"] in {"header", "totals"} for row in below)
        too_long = sum(row["fault"] == "ragged_long" for row in below)
        # A row with a cell too many is put right where the ZIP, state and phone then fit, and rejected where they do not.
        assert never_people <= report["rejected"] <= never_people + too_long, file.path
        assert {"street", "city", "region", "postcode", "merchant", "purchased_on"} <= report["mapping"].keys()
        assert ("email" in report["mapping"]) == (file.kind == "contact_source")


def test_claims_expect_members_and_only_members(claims: Rows, people: dict[str, dict[str, Any]]) -> None:
    assert {claim["kind"] for claim in claims} == {"member", "duplicate", "household", "namesake", "stranger"}
    for claim in claims:
        person = people[claim["person_id"]]
        is_member = claim["kind"] in {"member", "duplicate"}
        assert claim["expected_person_id"] == (claim["person_id"] if is_member else "")
        assert person["in_class"] == is_member
        assert all(
            claim[name] for name in ("given_name", "family_name", "street", "city", "region", "postcode", "email", "merchant")
        )
        if claim["by_notice"] == "yes":
            assert person["email_in_orders"]
            assert person["mailbox"] == "accepts"
            assert person["behaviour"] == "claims_by_notice"
    members = [claim["person_id"] for claim in claims if claim["kind"] == "member"]
    assert len(set(members)) == len(members) == 40
    assert {claim["by_notice"] for claim in claims} == {"yes", "no"}


def test_mailboxes_cover_every_address_in_the_order_logs(sample: Sample, out: Path) -> None:
    table = pyarrow.parquet.read_table(out / "truth" / "mailboxes.parquet").to_pydict()
    outcome = dict(zip(table["email"], table["outcome"], strict=True))
    assert len(outcome) == len(table["email"])
    assert set(outcome.values()) <= {"accepts", "bounces_hard", "bounces_soft"}
    for file in sample.files:
        if file.kind == "contact_source":
            header, *records = read_records(out / file.path)
            column = header.index("Email")
            assert all(record[column] in outcome for record in records if "@" in record[column])


@pytest.mark.parametrize("members", [0, 49, 1_000_001])
def test_impossible_sizes_are_refused_and_nothing_is_written(tmp_path: Path, members: int) -> None:
    with pytest.raises(SampleRefused, match="from 50 to 1,000,000 people"):
        write(tmp_path / "new", seed=1, members=members)
    assert not (tmp_path / "new").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "precious.csv").write_text("name\n", encoding="utf-8")
    with pytest.raises(SampleRefused, match="holds no sample of ours"):
        write(tmp_path, seed=1, members=50)
    assert (tmp_path / "lists" / "precious.csv").read_text(encoding="utf-8") == "name\n"


@pytest.mark.parametrize("days", [-400, -1, 0, 6, 7, 2000])
def test_court_dates_move_to_today_and_stay_on_their_weekdays(tmp_path: Path, days: int) -> None:
    before = read_case_folder(DEMO)
    today = before.dates.notice + timedelta(days=days)
    moved = read_case_folder(copy_with_dates_around(source=DEMO, out=tmp_path / "case", today=today)).dates
    assert timedelta(0) <= today - moved.notice < timedelta(days=7)
    assert moved.claim_deadline - moved.notice == before.dates.claim_deadline - before.dates.notice
    assert moved.final_hearing.weekday() == before.dates.final_hearing.weekday()
    assert moved.class_period_end == date(2004, 12, 31)


def test_the_command_writes_a_sample_and_says_where(tmp_path: Path) -> None:
    shown = CliRunner().invoke(build(), ["sample", "--out", str(tmp_path / "x"), "--people", "50", "--case", str(DEMO)])
    assert shown.exit_code == 0, shown.output
    assert "50 class members in 9 files" in shown.output
    assert "Nobody in these files ever lived" in (tmp_path / "x" / "README.md").read_text(encoding="utf-8")
