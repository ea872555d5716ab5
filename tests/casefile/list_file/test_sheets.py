"""Spreadsheets: what stands in the cells, what Excel did to them, and what is refused unopened."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casefile.errors import ListRefused
from casefile.list_file.limits import Limits
from casefile.list_file.options import Options

SPEC = importlib.util.spec_from_file_location("workbooks", Path(__file__).with_name("workbooks.py"))
assert SPEC is not None
assert SPEC.loader is not None
workbooks = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(workbooks)

Reads = Callable[..., dict[str, Any]]
HEADER = ["First", "Last", "State", "Zip", "Phone"]


def kinds(report: dict[str, Any], row: int | None) -> set[str]:
    return {f["kind"] for f in report["faults"] if f["row"] == row}


def test_numbers_that_were_zips_and_phones(read_list: Reads, tmp_path: Path) -> None:
    rows = [
        ["Rented list"],
        HEADER,
        ["Ann", "Null", "MA", "<v>2139</v>", "<v>2025550101</v>"],
        [],
        ["Bo", "Sample", "IL", "62704", "<v>2.025550102E9</v>"],
    ]
    report = read_list(workbooks.xlsx(tmp_path / "l.xlsx", {"List": rows}))
    assert report["columns"] == HEADER
    assert report["dialect"] == {"format": "xlsx", "sheet": "List", "header_row": 2}
    assert report["rows"][3]["postcode"] == "02139"
    assert report["rows"][3]["family_name"] == "Null"
    assert report["rows"][3]["phone"] == "2025550101"
    assert report["rows"][5]["phone"] == "2025550102"
    assert json.loads(report["rows"][3]["raw"]) == ["Ann", "Null", "MA", 2139, 2025550101]
    assert kinds(report, 3) == {"lost_zero"}
    assert kinds(report, 5) == set()


def test_formulas_use_their_saved_value_and_say_when_there_is_none(read_list: Reads, tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["Ann", "Sample", "MA", '<f>CONCATENATE("02","139")</f><v>62704</v>', "2025550101"],
        ["Bo", "<f>NOW()</f>", "MA", "02139", "2025550102"],
    ]
    report = read_list(workbooks.xlsx(tmp_path / "l.xlsx", {"List": rows}))
    assert kinds(report, None) == {"formulas"}
    assert kinds(report, 2) == set()
    assert kinds(report, 3) == {"formula"}


def test_the_first_visible_sheet_with_rows_is_read_and_the_others_are_named(read_list: Reads, tmp_path: Path) -> None:
    full = [HEADER, ["Ann", "Sample", "MA", "02139", "2025550101"]]
    path = workbooks.xlsx(tmp_path / "l.xlsx", {"Notes": full, "Empty": [], "List": full, "More": full}, hidden=("Notes",))
    report = read_list(path)
    assert report["dialect"]["sheet"] == "List"
    assert "'More'" in next(f["text"] for f in report["faults"] if f["kind"] == "other_sheets")
    assert read_list(path, Options(sheet="More"))["dialect"]["sheet"] == "More"
    with pytest.raises(ListRefused, match="no sheet 'Rows'"):
        read_list(path, Options(sheet="Rows"))


def test_a_list_that_begins_far_in_keeps_its_row_numbers(read_list: Reads, tmp_path: Path) -> None:
    rows = [[], [], ["", "", *HEADER], [], ["", "", "Ann", "Sample", "MA", "02139", "2025550101"]]
    report = read_list(workbooks.xlsx(tmp_path / "l.xlsx", {"List": rows}))
    assert report["columns"] == ["", "", *HEADER]
    assert list(report["rows"]) == [5]
    assert (report["rows"][5]["given_name"], report["rows"][5]["postcode"]) == ("Ann", "02139")


def test_open_document_spreadsheets(read_list: Reads, tmp_path: Path) -> None:
    report = read_list(workbooks.ods(tmp_path / "l.ods", [HEADER, ["Ann", "Sample", "MA", "2139", "2025550101"]]))
    assert report["dialect"]["format"] == "ods"
    assert report["rows"][2]["postcode"] == "02139"


def test_old_excel_workbooks(read_list: Reads, tmp_path: Path) -> None:
    report = read_list(workbooks.xls(tmp_path / "l.xls", [HEADER, ["José", "Null", "MA", "2139", "2025550101"]]))
    assert report["dialect"] == {"format": "xls", "sheet": "List", "header_row": 1}
    assert (report["rows"][2]["given_name"], report["rows"][2]["family_name"]) == ("José", "Null")
    assert (report["rows"][2]["postcode"], report["rows"][2]["phone"]) == ("02139", "2025550101")


def test_an_empty_workbook_has_no_rows(read_list: Reads, tmp_path: Path) -> None:
    report = read_list(workbooks.xlsx(tmp_path / "l.xlsx", {"List": []}))
    assert (report["columns"], report["rows_in"]) == ([], 0)
    assert {"no_rows", "no_usable_column"} <= kinds(report, None)


ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ({"xl/sharedStrings.xml": f"<?xml version='1.0'?>{ENTITY}<sst><si><t>&a;</t></si></sst>"}, "declares XML entities"),
        ({"docProps/app.xml": f"{' ' * 70_000}{ENTITY}<x/>"}, "declares XML entities"),
        ({"xl/xmlMaps.xml": '<MapInfo><xs:redefine schemaLocation="http://localhost"/></MapInfo>'}, "outside schema"),
        ({"xl/media/zeros.xml": "0" * 40_000_000}, "unpacks to far more"),
        ({"xl/sharedStrings.xml": f"<sst><si><t>{'ab' * 500_000}</t></si></sst>"}, "one cell holds more text"),
        ({f"xl/part{i}.xml": "" for i in range(300)}, "parts"),
    ],
    ids=["external entity", "entity far in", "outside schema", "zip bomb", "shared string bomb", "many parts"],
)
def test_hostile_workbooks_are_refused(read_list: Reads, tmp_path: Path, extra: dict[str, str], sentence: str) -> None:
    path = workbooks.xlsx(tmp_path / "l.xlsx", {"List": [HEADER]}, extra)
    with pytest.raises(ListRefused, match=sentence):
        read_list(path, limits=Limits(unpacked_parts=250))


def test_a_hostile_open_document_is_refused(read_list: Reads, tmp_path: Path) -> None:
    with pytest.raises(ListRefused, match="declares XML entities"):
        read_list(workbooks.ods(tmp_path / "l.ods", [HEADER], before=ENTITY))


def test_a_sheet_that_spans_too_much_is_refused(read_list: Reads, tmp_path: Path) -> None:
    path = workbooks.xlsx(tmp_path / "l.xlsx", {"List": [HEADER, *([[]] * 5_000), ["Ann"]]})
    with pytest.raises(ListRefused, match="spans"):
        read_list(path, limits=Limits(cells=20_000))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("list.zip", None, "ZIP archive"),
        ("list.xlsx", b"PK\x03\x04 not really", "damaged"),
        ("list.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "cannot be read"),
        ("list.xls", b"<html><table><tr><td>Ann</td></tr></table></html>", "web page or XML"),
        ("list.csv", b"%PDF-1.7 and so on", "PDF"),
        ("list.csv", bytes(range(256)) * 8, "neither text nor a spreadsheet"),
    ],
)
def test_what_is_no_list_is_refused(read_list: Reads, tmp_path: Path, name: str, content: bytes | None, sentence: str) -> None:
    path = tmp_path / name
    if content is None:
        workbooks.package(path, {"list.csv": "name\nAnn\n"})
    else:
        path.write_bytes(content)
    with pytest.raises(ListRefused, match=sentence):
        read_list(path)
