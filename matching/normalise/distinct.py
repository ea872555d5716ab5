"""Applies a rule once to each distinct value of a column instead of once to each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Column: TypeAlias = "pa.Array | pa.ChunkedArray"
"""A column as callers have it; anything that is not text is cast to text first."""

ENCODED = pa.dictionary(pa.int32(), pa.string())


def as_text(column: Column) -> pa.Array:
    """Return one contiguous array of strings without blanks at the ends; an empty string is null."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def encode(column: Column) -> pa.DictionaryArray:
    """Return the column as int32 codes over its distinct values, which are trimmed text; null stays null."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pa.DictionaryArray):
        return _recode(column.indices, as_text(column.dictionary))
    return as_text(column).dictionary_encode()


def decode(column: Column) -> pa.Array:
    """Return plain strings for a column, dictionary-encoded or not."""
    return as_text(column)


def nulls(length: int) -> pa.DictionaryArray:
    """Return an encoded column in which nothing is known."""
    return pa.nulls(length, ENCODED)


def each(column: Column, rule: Callable[[str], str | None]) -> pa.DictionaryArray:
    """Return the rule's answer for every row, having asked it once for each distinct value."""
    encoded = encode(column)
    answers = [rule(value) for value in encoded.dictionary.to_pylist()]
    return _recode(encoded.indices, pa.array(answers, pa.string()))


def split(
    column: Column,
    rule: Callable[[str], Sequence[str | None]],
    *,
    parts: int,
    ordinary: Callable[[pa.Array], tuple[pa.Array, pa.Array]] | None = None,
    at: int = 0,
) -> tuple[pa.DictionaryArray, ...]:
    """Return the `parts` answers of a rule as that many columns, having asked it once for each distinct value.

    `ordinary` says of all distinct values at once which need no rule, and what the answer number `at` is for these; their
    other answers are null.
    """
    encoded = encode(column)
    known, plain = _ordinary(encoded.dictionary, ordinary)
    asked = np.flatnonzero(~known)
    answers = [rule(value) for value in encoded.dictionary.take(pa.array(asked)).to_pylist()]
    columns = zip(*answers, strict=True) if answers else [()] * parts
    back = np.cumsum(~known) - 1
    places = pa.array(back.astype(np.int32), mask=known)
    spread = [pa.array(list(answer), pa.string()).take(places) for answer in columns]
    spread[at] = pc.if_else(pa.array(known), plain, spread[at])
    return tuple(_recode(encoded.indices, answer) for answer in spread)


def _ordinary(
    values: pa.Array, ordinary: Callable[[pa.Array], tuple[pa.Array, pa.Array]] | None
) -> tuple[NDArray[np.bool_], pa.Array]:
    if ordinary is None or not len(values):
        return np.zeros(len(values), bool), pa.nulls(len(values), pa.string())
    known, plain = ordinary(values)
    return np.asarray(pc.fill_null(known, False).to_numpy(zero_copy_only=False), bool), plain


def first_known(*columns: pa.DictionaryArray) -> pa.DictionaryArray:
    """Return the first value that is known in each row; columns that know nothing cost nothing."""
    known = [column for column in columns if column.null_count < len(column)]
    if not known:
        return columns[0]
    if len(known) == 1 or known[0].null_count == 0:
        return known[0]
    return pc.coalesce(*(decode(column) for column in known)).dictionary_encode()


def _recode(indices: pa.Array, answers: pa.Array) -> pa.DictionaryArray:
    spelled = answers.dictionary_encode()
    return pa.DictionaryArray.from_arrays(spelled.indices.take(indices), spelled.dictionary)
