"""Checking whole columns at once: each distinct value is judged a single time, the rows that hold it share the verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from casefile.list_file import dates, odd_text, values
from casefile.list_file.cells import Cell
from casefile.list_file.faults import FaultKind

NAME_FIELDS = frozenset({"full_name", "given_name", "middle_name", "family_name", "second_family_name", "suffix", "organisation"})
_NULLS = pa.array(sorted(values.NULL_WORDS))
_NULL_NAMES = pa.array(sorted(values.NOT_A_NAME))
BLANK = " \t\r\n\x0b\x0c\xa0\u200b\ufeff"


@dataclass(frozen=True, slots=True)
class ColumnFaults:
    """Faults of one kind in one column: the rows (index in the batch), and for each its sentence."""

    column: str | None
    kind: FaultKind
    rows: NDArray[np.int64]
    texts: pa.Array


def trimmed(column: pa.Array) -> pa.Array:
    """Return the column without blanks around its cells; empty cells are null."""
    cut = pc.utf8_trim(column, characters=BLANK)
    return pc.if_else(pc.equal(cut, ""), pa.scalar(None, pa.string()), cut)


def without_null_words(column: pa.Array, field: str) -> tuple[pa.Array, pa.Array]:
    """Return the column with `NULL`, `n/a` and the like as null, and where they stood; in names only what no name can be."""
    words = _NULL_NAMES if field in NAME_FIELDS else _NULLS
    found = pc.fill_null(pc.is_in(pc.utf8_lower(column), value_set=words), False)
    return pc.if_else(found, pa.scalar(None, pa.string()), column), found


def check(column: pa.Array, field: str, name: str, *, form: dates.DateForm | None = None) -> tuple[pa.Array, list[ColumnFaults]]:
    """Check a trimmed column as values of a field; returns the values to use and the faults found."""
    column, faults = _mapped(column, name, odd_text.text, matches(column, odd_text.ODD))
    if field in ("full_name", "given_name"):
        faults += _nobody(column, name)
    if field not in values.CHECKS:
        return column, faults
    rule: Callable[[str], Cell] = values.CHECKS[field]
    if rule is dates.date:

        def rule(value: str) -> Cell:
            return dates.date(value, day_first=form.day_first, serials=form.serials) if form else dates.date(value)

    doubtful = column.is_valid()
    if field in values.FINE:
        doubtful = pc.and_(doubtful, pc.or_(pc.invert(matches(column, values.FINE[field])), matches(column, values.NEVER_FINE)))
    usable, more = _mapped(column, name, rule, doubtful)
    return usable, faults + more


def _nobody(column: pa.Array, name: str) -> list[ColumnFaults]:
    """Find what is no name of a person; it is kept, for a person to decide."""
    rows = np.flatnonzero(matches(column, odd_text.NOBODY).to_numpy(zero_copy_only=False))
    if not len(rows):
        return []
    texts = [f"{value!r} is hardly the name of a person." for value in column.take(pa.array(rows)).to_pylist()]
    return [ColumnFaults(name, FaultKind.PLACEHOLDER, rows, pa.array(texts))]


def matches(column: pa.Array, pattern: str) -> pa.Array:
    """Return which cells match an RE2 pattern somewhere; an empty cell does not."""
    return pc.fill_null(pc.match_substring_regex(column, pattern), False)


def _mapped(column: pa.Array, name: str, rule: Callable[[str], Cell], which: pa.Array) -> tuple[pa.Array, list[ColumnFaults]]:
    """Apply a rule to each distinct value of the cells `which`; the others stay as they are."""
    if not pc.any(which).as_py():
        return column, []
    coded = column.filter(which).dictionary_encode()
    cells = [rule(word) for word in coded.dictionary.to_pylist()]
    usable = pa.array([cell.value for cell in cells], pa.string())
    result = pc.replace_with_mask(column, which, usable.take(coded.indices))
    places = np.flatnonzero(which.to_numpy(zero_copy_only=False))
    return result, _column_faults(name, cells, coded.indices.to_numpy(), places)


def _column_faults(name: str, cells: list[Cell], codes: NDArray[np.int32], places: NDArray[np.int64]) -> list[ColumnFaults]:
    texts = pa.array([cell.text for cell in cells], pa.string())
    faults = []
    for kind in sorted({cell.kind for cell in cells if cell.kind is not None}):
        faulty = np.array([cell.kind is kind for cell in cells])[codes]
        faults.append(ColumnFaults(name, kind, places[faulty], texts.take(pa.array(codes[faulty]))))
    return faults
