"""Applies a rule once to each distinct value of a column instead of once to each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

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


def split(column: Column, rule: Callable[[str], Sequence[str | None]], *, parts: int) -> tuple[pa.DictionaryArray, ...]:
    """Return the `parts` answers of a rule as that many columns, having asked it once for each distinct value."""
    encoded = encode(column)
    answers = [rule(value) for value in encoded.dictionary.to_pylist()]
    columns = zip(*answers, strict=True) if answers else [()] * parts
    return tuple(_recode(encoded.indices, pa.array(list(answer), pa.string())) for answer in columns)


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
