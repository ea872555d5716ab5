"""Several rows of one entity become one row with alternative columns, of which any may agree."""

from __future__ import annotations

import dataclasses

import pyarrow as pa

from matching.types import AddressColumns, Schema

_SINGLE = ("given_name", "middle_name", "family_name", "suffix", "full_name", "birth_date", "email", "phone")


def widen(rows: pa.Table, schema: Schema, *, key: str, most: int = 3) -> tuple[pa.Table, Schema]:
    """Return one row per value of `key`, in order of first appearance, and the schema of the wide table.

    The columns of the schema are repeated for the first `most` different rows of each entity (`street`, `street_2`, ...);
    further rows are left out. Cost: about 3 s and 1 GB per million rows.
    """
    columns = _columns(schema)
    frame = rows.select([key, *columns]).to_pandas()
    frame = frame.drop_duplicates(ignore_index=True)
    position = frame.groupby(key, sort=False).cumcount()
    wide = frame[position == 0].set_index(key)
    for number in range(1, most):
        further = frame[position == number].set_index(key).rename(columns=lambda name, n=number: _named(name, n))
        wide = wide.join(further)
    table = pa.Table.from_pandas(wide.reset_index(), preserve_index=False)
    return table.cast(pa.schema([(name, pa.string()) for name in table.column_names])), _wide_schema(schema, key=key, most=most)


def _columns(schema: Schema) -> list[str]:
    found = [column for field in _SINGLE for column in getattr(schema, field)]
    for address in schema.address:
        found += [column for column in dataclasses.astuple(address) if column is not None]
    return list(dict.fromkeys([*found, *(other.column for other in schema.other)]))


def _named(column: str, number: int) -> str:
    return column if number == 0 else f"{column}_{number + 1}"


def _wide_schema(schema: Schema, *, key: str, most: int) -> Schema:
    numbers = range(most)
    single = {field: tuple(_named(column, n) for n in numbers for column in getattr(schema, field)) for field in _SINGLE}
    address = tuple(_wide_address(columns, n) for n in numbers for columns in schema.address)
    return Schema(id=key, address=address, other=schema.other, **single)


def _wide_address(columns: AddressColumns, number: int) -> AddressColumns:
    named = {
        field.name: None if getattr(columns, field.name) is None else _named(getattr(columns, field.name), number)
        for field in dataclasses.fields(columns)
    }
    return AddressColumns(**named)
