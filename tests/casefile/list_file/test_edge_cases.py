"""Every list of edge_cases.toml is read as it says."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from casefile.list_file import reading
from casefile.list_file.records import Record

CASES = tomllib.loads(Path(__file__).with_name("edge_cases.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_edge_case(case: dict[str, Any], read_list: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = case["content"]
    content = content.removeprefix("\n") if case.get("format") == "fixed width" else content
    path = tmp_path / "list.csv"
    path.write_bytes(content.encode(case.get("bytes", "utf-8")))
    cells: list[list[str]] = []
    monkeypatch.setattr(reading, "_batches", remembering(cells))
    report = read_list(path)
    rows = report["rows"]

    assert report["rows_in"] == report["accepted"] + report["warned"] + report["rejected"] == len(rows) == len(cells)
    if "columns" in case:
        assert report["columns"] == case["columns"]
    if "rows" in case:
        assert cells == case["rows"]
    if "numbers" in case:
        assert list(rows) == case["numbers"]
    if "mapping" in case:
        assert report["mapping"] == case["mapping"]
    if "encoding" in case:
        assert report["encoding"] == case["encoding"]
    if "delimiter" in case:
        assert report["dialect"]["delimiter"] == case["delimiter"]
    if "format" in case:
        assert report["dialect"]["format"] == case["format"]
    if "counts" in case:
        assert [report[k] for k in ("rows_in", "accepted", "warned", "rejected")] == case["counts"]
    for number, wanted in case.get("values", {}).items():
        row = rows[int(number)]
        assert {name: row[name] for name in wanted} == wanted
    if "kinds" in case:
        found: dict[str, set[str]] = {}
        for fault in report["faults"]:
            at = "file" if fault["row"] is None or fault["kind"] == "count_mismatch" else str(fault["row"])
            found.setdefault(at, set()).add(fault["kind"])
        expected = {at: set(kinds) for at, kinds in case["kinds"].items() if kinds}
        assert {at: kinds - {"mapped_by_contents"} for at, kinds in found.items()} == expected


def remembering(cells: list[list[str]]) -> Any:
    """Batch the records as ever, and remember their cells before they are checked."""
    original = reading._batches

    def batches(rows: Any) -> Any:
        for batch in original(rows):
            records: list[Record] = batch
            cells.extend(list(record.cells) for record in records)
            yield batch

    return batches
