"""Turns tables of people into integer codes: one code per distinct value of a field, shared by both sides of a linkage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.normalise import distinct
from matching.normalise.addresses import addresses
from matching.normalise.dates import dates
from matching.normalise.emails import emails
from matching.normalise.names import names
from matching.normalise.phones import phones
from matching.normalise.text import fold
from matching.types import OtherColumn, Schema

Codes = NDArray[np.int32]
Spelled = dict[str, list[pa.Array]]
"""Normalised columns by field; several columns of one field are alternatives."""

ALIGNED = frozenset({"street", "number", "name", "unit", "city", "region", "postcode"})
"""Parts of an address: alternative k of each belongs to address k."""


@dataclass(frozen=True, slots=True)
class Coded:
    """One field of all rows: `codes` has one column per alternative, -1 where nothing is known, into `values`."""

    codes: Codes
    values: pa.Array

    @property
    def alternatives(self) -> int:
        """How many columns of the table hold this field."""
        return int(self.codes.shape[1])

    def combinations(self) -> list[tuple[int, int]]:
        """Return each alternative of one row with each of another."""
        every = range(self.alternatives)
        return list(product(every, every))

    def value(self, row: int, alternative: int = 0) -> str | None:
        """Return the normalised value of one row."""
        code = int(self.codes[row, alternative])
        return None if code < 0 else str(self.values[code].as_py())


@dataclass(frozen=True, slots=True)
class People:
    """All rows of one run: ids, coded fields, and how many rows are the left side (None when rows face each other)."""

    ids: pa.Array
    fields: dict[str, Coded]
    left: int | None
    others: tuple[OtherColumn, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def codes(self, field: str) -> Codes:
        """Return the codes of a field; one column of -1 when no table has it."""
        coded = self.fields.get(field)
        return np.full((len(self), 1), -1, np.int32) if coded is None else coded.codes

    @property
    def possible_pairs(self) -> float:
        """How many pairs of rows could be compared."""
        rows = len(self)
        return rows * (rows - 1) / 2 if self.left is None else float(self.left) * (rows - self.left)


def read(sides: Sequence[tuple[pa.Table, Schema]]) -> People:
    """Return one table (or a left and a right one) as coded people, each side in an order that its ids alone decide."""
    ordered = [(canonical(table, schema.id), schema) for table, schema in sides]
    spelled = [spell(table, schema) for table, schema in ordered]
    lengths = [table.num_rows for table, _ in ordered]
    fields = {}
    for field in sorted(set().union(*spelled)):
        coded = _code([side.get(field, []) for side in spelled], lengths, aligned=field in ALIGNED)
        if coded is not None:
            fields[field] = coded
    ids = pa.concat_arrays([text(table[schema.id]) for table, schema in ordered])
    others = {_other(i, other): other for _, schema in ordered for i, other in enumerate(schema.other)}
    kept = tuple(OtherColumn(key, other.kind) for key, other in sorted(others.items()) if key in fields)
    return People(ids, fields, lengths[0] if len(sides) == 2 else None, kept)


def named(schema: Schema) -> list[str]:
    """Return the columns that a schema names, without the id."""
    single = (schema.given_name, schema.middle_name, schema.family_name, schema.suffix, schema.full_name)
    found = [column for part in (*single, schema.birth_date, schema.email, schema.phone) for column in part]
    for one in schema.address:
        found += [part for part in (one.street, one.unit, one.city, one.region, one.postcode) if part]
    return list(dict.fromkeys([*found, *(other.column for other in schema.other)]))


def canonical(table: pa.Table, id_column: str) -> pa.Table:
    """Return the rows in the order of their ids' hashes, so that the order of a file changes nothing that follows."""
    ids = text(table[id_column]).to_numpy(zero_copy_only=False)
    return table.take(pa.array(np.lexsort((hashed(ids),))))


def hashed(values: NDArray[np.object_]) -> NDArray[np.uint64]:
    """Return 64-bit hashes of strings that are the same on every machine."""
    from pandas.util import hash_array

    return np.asarray(hash_array(values, categorize=False), np.uint64)


def text(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column as one array of strings."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return whole.cast(pa.string())


def spell(table: pa.Table, schema: Schema) -> Spelled:
    """Return every field of a table in its one spelling, as dictionary-encoded alternatives."""
    return {
        **_names(table, schema),
        **_addresses(table, schema),
        **_emails(table, schema),
        "phone": [phones(table[column]) for column in schema.phone],
        "birth_date": [_dates(table[column]) for column in schema.birth_date],
        **{_other(i, other): [distinct.each(table[other.column], fold)] for i, other in enumerate(schema.other)},
    }


def _other(position: int, other: OtherColumn) -> str:
    return f"other{position}:{other.column}"


def _names(table: pa.Table, schema: Schema) -> Spelled:
    parts = (schema.given_name, schema.middle_name, schema.family_name, schema.suffix, schema.full_name)
    spelled: Spelled = {"given": [], "middle": [], "family": [], "suffix": []}
    for alternative in range(max(map(len, parts))):
        columns = [table[part[min(alternative, len(part) - 1)]] if part else None for part in parts]
        read_names = names(*columns)
        for field in spelled:
            spelled[field].append(_plain(read_names[field]))
    return spelled


def _addresses(table: pa.Table, schema: Schema) -> Spelled:
    spelled: Spelled = {field: [] for field in ("street", "number", "name", "unit", "city", "region", "postcode")}
    for address in schema.address:
        columns = [address.street, address.unit, address.city, address.region, address.postcode]
        read_addresses = addresses(*(table[column] if column else None for column in columns))
        for field in spelled:
            spelled[field].append(_plain(read_addresses[field]))
    return spelled


def _emails(table: pa.Table, schema: Schema) -> Spelled:
    read_emails = [emails(table[column]) for column in schema.email]
    return {
        "email": [_plain(one["key"]) for one in read_emails],
        "local": [_plain(one["local"]) for one in read_emails],
    }


def _dates(column: pa.ChunkedArray) -> pa.Array:
    return dates(column).dictionary_encode()


def _plain(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _code(sides: Sequence[Sequence[pa.Array]], lengths: Sequence[int], *, aligned: bool) -> Coded | None:
    """Return the alternatives of a field over all rows as codes; nothing when no alternative knows anything.

    Parts of one address stand in aligned columns: there an alternative that knows nothing keeps its place.
    """
    columns_per_alternative = [
        [columns[k] if k < len(columns) else None for columns in sides] for k in range(max(map(len, sides)))
    ]
    known = [any(a is not None and a.null_count < len(a) for a in column) for column in columns_per_alternative]
    if not any(known):
        return None
    arrays: list[pa.Array] = []
    for column, useful in zip(columns_per_alternative, known, strict=True):
        if not (useful or aligned):
            continue
        arrays += [distinct.nulls(n) if a is None else _dictionary(a) for a, n in zip(column, lengths, strict=True)]
    unified = pa.chunked_array(arrays).unify_dictionaries()
    codes = np.concatenate(list(_indices(unified.chunks)))
    return Coded(np.ascontiguousarray(codes.reshape(-1, sum(lengths)).T), unified.chunks[0].dictionary)


def _dictionary(array: pa.Array) -> pa.DictionaryArray:
    """Return an array as int32 codes over strings."""
    encoded = array if isinstance(array, pa.DictionaryArray) else array.dictionary_encode()
    values = encoded.dictionary.cast(pa.string())
    return pa.DictionaryArray.from_arrays(encoded.indices.cast(pa.int32()), values)


def _indices(chunks: Iterable[pa.DictionaryArray]) -> Iterable[Codes]:
    for chunk in chunks:
        yield pc.fill_null(chunk.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)


def combine(*codes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return one code per distinct combination of codes; -1 where any of them is unknown."""
    known = np.logical_and.reduce([code >= 0 for code in codes])
    combined = np.full(known.shape, -1, np.int32)
    if known.any():
        packed = codes[0][known].astype(np.int64)
        for code in codes[1:]:
            packed = _dense(packed) << 32 | code[known]
        combined[known] = _dense(packed)
    return combined


def _dense(packed: NDArray[np.int64]) -> NDArray[np.int64]:
    import pandas as pd

    return np.asarray(pd.factorize(packed)[0], np.int64)
