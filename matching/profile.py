"""What a table of people holds, column by column: how full, how varied, how much one value repeats."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from matching.schema import columns_of
from matching.types import Schema


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column; shares are of all rows. The commonest value itself is left out: it may be somebody's."""

    key: str
    column: str
    filled: float
    distinct: int
    commonest: float
    warning: str


def profile(table: pa.Table, schema: Schema) -> list[ColumnProfile]:
    """Return the profile of every column that the schema names, the id first."""
    with ThreadPoolExecutor() as pool:  # Arrow counts outside of Python's lock
        return list(pool.map(lambda named: _column(table[named[1]], *named), columns_of(schema)))


def _column(values: pa.ChunkedArray, key: str, column: str) -> ColumnProfile:
    rows = max(len(values), 1)
    if key == "id":  # they are known to be different
        return ColumnProfile(key, column, 1.0, len(values), 1 / rows, "")
    counts = pc.value_counts(values.drop_null())
    most = pc.max(pc.struct_field(counts, "counts")).as_py() or 0
    filled = 1 - values.null_count / rows
    return ColumnProfile(key, column, filled, len(counts), most / rows, _warning(key, filled, len(counts), most))


def _warning(key: str, filled: float, distinct: int, most: int) -> str:
    if filled == 0:
        return "empty: it can say nothing"
    if distinct == 1:
        return "one value only: it tells nobody apart"
    if filled < 0.05:
        return "nearly empty"
    if key.endswith(("phone", "email")) and most > 50:
        return f"one value stands in {most:,} rows: a shop's or an office's, or a placeholder"
    return ""
