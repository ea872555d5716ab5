"""A sheet of rows that knows whom each row is about, and the faults that real lists have, put into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from flows.sample.pools import Numbers, Texts

Cells = tuple[str, ...]
Change = Callable[[Cells], Cells]
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows in their order, each with the person it is about (or nobody), what it is, and what is wrong with it."""

    cells: npt.NDArray[np.object_]
    person: Numbers
    kind: Texts
    """`person`, `title`, `header`, `totals`, `blank` or `junk`."""
    fault: Texts
    """Empty for a sound row, else the name of the fault."""

    def __len__(self) -> int:
        return len(self.cells)


def make_sheet(columns: Sequence[Texts], person: Numbers) -> Sheet:
    """Return a sheet of people, one per position of the columns."""
    count = len(person)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    cells = np.fromiter(rows, dtype=object, count=count)
    return Sheet(cells, person, np.full(count, "person", dtype=object), np.full(count, "", dtype=object))


def insert(sheet: Sheet, *, before: Sequence[int] | Numbers, rows: Sequence[Cells], kind: str) -> Sheet:
    """Return the sheet with rows about nobody put before the given positions."""
    added = np.fromiter(rows, dtype=object, count=len(rows))
    return Sheet(
        np.insert(sheet.cells, before, added),
        np.insert(sheet.person, before, NOBODY),
        np.insert(sheet.kind, before, kind),
        np.insert(sheet.fault, before, ""),
    )


def repeat_rows(sheet: Sheet, at: Numbers) -> Sheet:
    """Return the sheet with some rows standing twice."""
    return Sheet(
        np.insert(sheet.cells, at, sheet.cells[at]),
        np.insert(sheet.person, at, sheet.person[at]),
        np.insert(sheet.kind, at, sheet.kind[at]),
        np.insert(sheet.fault, at, "repeated_row"),
    )


def pick(rng: np.random.Generator, sheet: Sheet, share: float) -> Numbers:
    """Return positions of sound rows, at least one where there are enough, for a fault of this share."""
    sound = np.flatnonzero((sheet.kind == "person") & (sheet.fault == "") & (np.arange(len(sheet)) > 0))
    count = min(len(sound), max(1, round(share * len(sheet))))
    return np.sort(rng.choice(sound, count, replace=False))


def shorten(sheet: Sheet, at: Numbers, *, by: int) -> None:
    """Take the last cells away, as an export that stops at the last filled one does."""
    _change(sheet, at, "ragged_short", lambda cells: cells[:-by])


def lengthen(sheet: Sheet, at: Numbers, *, column: int) -> None:
    """Let a delimiter inside a cell stand unquoted, so that the row has a cell too many."""
    _change(sheet, at, "ragged_long", lambda cells: (*cells[: column + 1], "REAR", *cells[column + 1 :]))


def break_lines(sheet: Sheet, at: Numbers, *, column: int) -> None:
    """Put a line break into a cell."""
    _change(sheet, at, "line_break_in_cell", lambda cells: _with_cell(cells, column, f"{cells[column]}\nREAR HOUSE"))


def make_text_formulas(sheet: Sheet, at: Numbers, *, column: int) -> None:
    """Write a cell as `="02134"`, which people do to keep Excel from changing it."""
    _change(sheet, at, "formula_cell", lambda cells: _with_cell(cells, column, f'="{cells[column]}"'))


def make_name_formulas(sheet: Sheet, at: Numbers, *, column: int) -> None:
    """Write a name as a formula that joins its parts."""
    _change(sheet, at, "formula_cell", lambda cells: _with_cell(cells, column, _concatenation(cells[column])))


def _concatenation(name: str) -> str:
    first, _, rest = name.partition(" ")
    return f'=CONCATENATE("{first}"," ","{rest}")'


def _with_cell(cells: Cells, column: int, text: str) -> Cells:
    return (*cells[:column], text, *cells[column + 1 :])


def _change(sheet: Sheet, at: Numbers, fault: str, change: Change) -> None:
    for place in at.tolist():
        sheet.cells[place] = change(sheet.cells[place])
        sheet.fault[place] = fault
