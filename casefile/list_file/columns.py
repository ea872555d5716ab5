"""Checking whole columns at once: each distinct value is judged a single time, the rows that hold it share the verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from casefile.list_file import values
from casefile.list_file.faults import FaultKind
from casefile.list_file.values import Cell

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


def check(column: pa.Array, field: str, name: str, *, day_first: bool = False) -> tuple[pa.Array, list[ColumnFaults]]:
    """Check a trimmed column as values of a field; returns the values to use and the faults found."""
    column, faults = _mapped(column, name, values.text, only=values.ODD)
    if field not in values.CHECKS:
        return column, faults
    rule: Callable[[str], Cell] = values.CHECKS[field]
    if rule is values.date:

        def rule(value: str) -> Cell:
            return values.date(value, day_first=day_first)

    usable, more = _mapped(column, name, rule)
    return usable, faults + more


def _mapped(
    column: pa.Array, name: str, rule: Callable[[str], Cell], *, only: str | None = None
) -> tuple[pa.Array, list[ColumnFaults]]:
    """Apply a rule to each distinct value (those that match the pattern `only`)."""
    if only is not None:
        odd = pc.fill_null(pc.match_substring_regex(column, only), False)
        if not pc.any(odd).as_py():
            return column, []
    coded = column.dictionary_encode()
    words: list[str | None] = coded.dictionary.to_pylist()
    cells = [Cell(None) if word is None else rule(word) for word in words]
    usable = pa.array([cell.value for cell in cells], pa.string())
    result = usable.take(coded.indices)
    return result, _column_faults(name, cells, coded.indices)


def _column_faults(name: str, cells: list[Cell], indices: pa.Array) -> list[ColumnFaults]:
    kinds = {cell.kind for cell in cells if cell.kind is not None}
    if not kinds:
        return []
    codes = pc.fill_null(indices, -1).to_numpy(zero_copy_only=False)
    texts = pa.array([cell.text for cell in cells], pa.string())
    faults = []
    for kind in sorted(kinds):
        faulty = np.array([cell.kind is kind for cell in cells] + [False])
        rows = np.flatnonzero(faulty[codes])
        faults.append(ColumnFaults(name, kind, rows, texts.take(pa.array(codes[rows]))))
    return faults
