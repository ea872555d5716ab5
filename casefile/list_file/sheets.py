"""Reading XLSX, XLSB, XLS and ODS: one sheet, its cells as text as a reader of the sheet would see them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from casefile.errors import ListRefused
from casefile.list_file import packages
from casefile.list_file.faults import Fault, FaultKind
from casefile.list_file.limits import Limits
from casefile.list_file.records import Record


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open sheet, whose `rows` can be asked for again; `without_value`: rows with a formula whose result was not saved."""

    name: str
    rows: Callable[[], Iterator[list[Any]]]
    faults: tuple[Fault, ...]
    without_value: frozenset[int]


def open_sheet(path: Path, *, format_name: str, limits: Limits, named: str | None = None) -> Sheet:
    """Open the named sheet, or the first visible one with anything in it; raises ListRefused."""
    formulas = packages.Formulas() if format_name == "xls" else packages.inspect(path, limits=limits)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            names = [s.name for s in book.sheets_metadata if _is_visible(s)] or book.sheet_names
            if named is not None and named not in book.sheet_names:
                raise ListRefused(f"There is no sheet {named!r}; there are {', '.join(book.sheet_names)}.")
            name, rows = _first_filled(book, [named] if named is not None else names, limits=limits)
            others = [n for n in book.sheet_names if n != name]
    except CalamineError as error:
        raise ListRefused(f"The spreadsheet cannot be read ({error}).") from error
    part = _part_of(path, name) if format_name == "xlsx" else "content.xml"
    missing = frozenset(formulas.without_value.get(part, []))
    return Sheet(name, rows, tuple(_faults(name, others, formulas.counts.get(part, 0))), missing)


def _is_visible(sheet: Any) -> bool:
    return bool(sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet)


def _first_filled(book: CalamineWorkbook, names: list[str], *, limits: Limits) -> tuple[str, Callable[[], Iterator[list[Any]]]]:
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_width > limits.columns:
            raise ListRefused(f"The sheet has {sheet.total_width:,} columns; at most {limits.columns:,} are read.")
        if sheet.total_height * sheet.total_width > limits.cells:
            raise ListRefused(
                f"The sheet spans {sheet.total_height * sheet.total_width:,} cells; at most {limits.cells:,} are read."
            )
        if sheet.start is not None:
            return name, lambda sheet=sheet: _rows(sheet)
    return (names[0] if names else ""), lambda: iter(())


def _rows(sheet: Any) -> Iterator[list[Any]]:
    """Yield the rows from the sheet's first on; the reader leaves out the empty columns on the left, so they are put back."""
    left = [""] * sheet.start[1]
    for row in sheet.iter_rows():
        yield left + row if left else row


def _faults(name: str, others: list[str], formula_count: int) -> Iterator[Fault]:
    if others:
        text = f"Only the sheet {name!r} was read; the file also has {', '.join(repr(o) for o in others[:20])}."
        yield Fault(None, None, FaultKind.OTHER_SHEETS, text)
    if formula_count:
        text = f"{formula_count:,} cells are formulas; their last saved values were used and no formula was run."
        yield Fault(None, None, FaultKind.FORMULAS, text)


def _part_of(path: Path, name: str) -> str:
    """Return the package part that holds a sheet (ECMA-376 part 1, 18.2.19: a relationship id); the XML was checked before."""
    import zipfile

    with zipfile.ZipFile(path) as package:
        try:
            book = ElementTree.fromstring(package.read("xl/workbook.xml"))  # noqa: S314  # declarations were refused before
            links = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))  # noqa: S314  # the same
        except (KeyError, ElementTree.ParseError):
            return ""
    keys = {e.get("name"): v for e in book.iter() if e.tag.endswith("}sheet") for k, v in e.items() if k.endswith("}id")}
    targets = {e.get("Id"): e.get("Target", "") for e in links}
    target = targets.get(keys.get(name), "")
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def cut(sheet: Sheet, *, limits: Limits) -> Iterator[Record]:
    """Yield the rows that are not blank, numbered as the sheet numbers them; the raw bytes are the row's cells as JSON."""
    total = 0
    for number, row in enumerate(sheet.rows(), 1):
        cells = [as_text(value) for value in row]
        total += sum(map(len, cells))
        if total > limits.unpacked_bytes or max(map(len, cells), default=0) > limits.field_characters:
            raise ListRefused("The spreadsheet is a bomb: its cells hold far more text than a list can.")
        if any(cells) or number in sheet.without_value:
            fault = FaultKind.FORMULA if number in sheet.without_value else None
            yield Record(number, _as_json(row), cells, fault)


def as_text(value: Any) -> str:
    """Return a cell as a person reads it: 2139.0 is `2139`, a date is ISO, TRUE is `TRUE`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
    return "" if value is None else str(value)


def _as_json(row: list[Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, default=str).encode("utf-8", "replace")
