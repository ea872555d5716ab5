"""Reads the schema file that says which columns of a table hold what, and holds it against the table."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from matching.errors import ColumnMissing, SchemaFaulty, TableFaulty
from matching.types import AddressColumns, OtherColumn, OtherKind, Schema

NAMES = ("given_name", "middle_name", "family_name", "suffix", "full_name", "birth_date", "email", "phone")
"""Fields whose value is the name of a column or a list of names."""

ADDRESS_KEYS = tuple(field.name for field in fields(AddressColumns))
FIELD_KEYS = (*NAMES, "address", "other")


def load(path: Path) -> Schema | tuple[Schema, Schema]:
    """Return the schema of one table, or the pair for (left, right) where the file has tables of these names.

    Raises SchemaFaulty naming file and key for unreadable TOML, unknown keys, values of the wrong kind and schemas that name no
    field at all.
    """
    document = _read(path)
    if "left" in document or "right" in document:
        _known(document, ("left", "right"), path, "")
        for side in ("left", "right"):
            if not isinstance(document.get(side), dict):
                raise SchemaFaulty(f"{path}: a schema for two tables needs both [left] and [right]; [{side}] is missing.")
        return _schema(document["left"], path, "left."), _schema(document["right"], path, "right.")
    return _schema(document, path, "")


def check(table: pa.Table, schema: Schema, *, path: Path, schema_path: Path) -> None:
    """Hold a schema against its table: columns exist, ids are there and unique, and no column says the same in every row.

    Raises ColumnMissing or TableFaulty naming the file and the key.
    """
    for key, column in columns_of(schema):
        if column not in table.column_names:
            has = ", ".join(table.column_names)
            raise ColumnMissing(f"{schema_path}: {key} names the column {column!r}, but {path} has only: {has}.")
    if table.num_rows == 0:
        raise TableFaulty(f"{path}: the table has no rows.")
    _check_ids(table[schema.id], path, schema.id)
    for key, column in columns_of(schema)[1:]:
        _check_varies(table[column], path=path, schema_path=schema_path, key=key, column=column)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise SchemaFaulty(f"{path}: there is no such schema file.") from error
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise SchemaFaulty(f"{path}: the schema cannot be read as TOML: {error}.") from error


def _schema(document: dict[str, Any], path: Path, prefix: str) -> Schema:
    given = dict(document)
    if "fields" in given and not isinstance(given["fields"], dict):
        raise SchemaFaulty(f"{path}: {prefix}fields is a table: [{prefix}fields].")
    flat = {key: given.pop(key) for key in FIELD_KEYS if key in given}
    _known(given, ("id", "fields"), path, prefix)
    named = {**flat, **given.get("fields", {})}
    _known(named, FIELD_KEYS, path, f"{prefix}fields.")
    if not isinstance(given.get("id"), str) or not given["id"]:
        raise SchemaFaulty(f"{path}: {prefix}id must name the column that holds the id of each row.")
    if not named:
        raise SchemaFaulty(f"{path}: [{prefix}fields] names no field; at least one is needed, of: {', '.join(FIELD_KEYS)}.")
    columns = {key: _names(named[key], path, f"{prefix}fields.{key}") for key in NAMES if key in named}
    return Schema(
        id=given["id"],
        **columns,
        address=tuple(_address(one, path, f"{prefix}fields.address") for one in _list(named.get("address", []))),
        other=tuple(_other(one, path, f"{prefix}fields.other") for one in _list(named.get("other", []))),
    )


def _known(given: dict[str, Any], allowed: tuple[str, ...], path: Path, prefix: str) -> None:
    unknown = [key for key in given if key not in allowed]
    if unknown:
        raise SchemaFaulty(f"{path}: unknown key {prefix}{unknown[0]}; known here: {', '.join(allowed)}.")


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _names(value: object, path: Path, key: str) -> tuple[str, ...]:
    names = _list(value)
    if not names or not all(isinstance(name, str) and name for name in names):
        raise SchemaFaulty(f"{path}: {key} must be the name of a column or a list of names, not {value!r}.")
    if len(set(names)) < len(names):
        raise SchemaFaulty(f"{path}: {key} names the same column twice.")
    return tuple(cast("list[str]", names))


def _address(value: object, path: Path, key: str) -> AddressColumns:
    if isinstance(value, str):
        return AddressColumns(street=value)
    if not isinstance(value, dict) or not value:
        raise SchemaFaulty(f"{path}: {key} must be a table such as {{street = ..., city = ..., postcode = ...}}.")
    _known(value, ADDRESS_KEYS, path, f"{key}.")
    return AddressColumns(**{part: _names(column, path, f"{key}.{part}")[0] for part, column in value.items()})


def _other(value: object, path: Path, key: str) -> OtherColumn:
    if isinstance(value, str):
        return OtherColumn(value)
    if not isinstance(value, dict) or not isinstance(value.get("column"), str):
        raise SchemaFaulty(f'{path}: {key} must be tables such as {{column = "gender", kind = "exact"}}.')
    _known(value, ("column", "kind"), path, f"{key}.")
    kinds = [kind.value for kind in OtherKind]
    if value.get("kind", "exact") not in kinds:
        raise SchemaFaulty(f"{path}: {key}.kind must be one of {', '.join(kinds)}, not {value['kind']!r}.")
    return OtherColumn(value["column"], OtherKind(value.get("kind", "exact")))


def columns_of(schema: Schema) -> list[tuple[str, str]]:
    """Return every (key, column) that a schema names, the id first."""
    named = [("id", schema.id)]
    named += [(f"fields.{key}", column) for key in NAMES for column in getattr(schema, key)]
    for address in schema.address:
        parts = [(part, getattr(address, part)) for part in ADDRESS_KEYS]
        named += [(f"fields.address.{part}", column) for part, column in parts if column]
    return named + [("fields.other", other.column) for other in schema.other]


def _check_ids(ids: pa.ChunkedArray, path: Path, column: str) -> None:
    if ids.null_count:
        raise TableFaulty(f"{path}: the id column {column!r} is empty in {ids.null_count:,} rows.")
    if len(ids.unique()) < len(ids):
        counts = pc.value_counts(ids)
        repeated = counts.filter(pc.greater(pc.struct_field(counts, "counts"), 1))
        example = repeated[0]["values"].as_py()
        raise TableFaulty(f"{path}: the id column {column!r} is not unique: {len(repeated):,} ids repeat, such as {example!r}.")


def _check_varies(values: pa.ChunkedArray, *, path: Path, schema_path: Path, key: str, column: str) -> None:
    """Refuse a column that holds one value in all of its rows: it tells nobody apart and is most likely the wrong one.

    A list of one state is ordinary, and two rows may agree by chance: regions and tables of two rows pass.
    """
    if len(values) < 3 or values.null_count or key.endswith(".region"):
        return
    if pc.all(pc.equal(values, values[0])).as_py():
        raise TableFaulty(
            f"{path}: the column {column!r} ({key} in {schema_path}) holds the same value in every row and tells nobody apart; "
            "leave it out of the schema."
        )
