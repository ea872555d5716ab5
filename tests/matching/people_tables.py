"""Small tables of made-up people for the tests of the engine."""

from __future__ import annotations

import pyarrow as pa

from matching.types import AddressColumns, Schema

SCHEMA = Schema(
    id="id",
    given_name=("first",),
    family_name=("last",),
    phone=("phone",),
    email=("email",),
    address=(AddressColumns(street="street", city="city", region="state", postcode="zip"),),
)
COLUMNS = ("id", "first", "last", "phone", "email", "street", "city", "state", "zip")
GIVEN = ("Ana", "Robert", "Linda", "Wei", "Oskar", "Fatima", "Grace", "Tomas", "Ines", "Peter")
FAMILY = ("Quintana", "Halloway", "Brandt", "Osei", "Lindqvist", "Amari", "Petrov", "Sandoval", "Whitaker", "Yamada")

Row = tuple[str | None, ...]


def people(rows: list[Row]) -> pa.Table:
    """Return rows as a table."""
    return pa.table({name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(COLUMNS)})


def town() -> list[Row]:
    """One hundred different people at a hundred addresses."""
    return [
        (f"p{10 * g + f}", given, family, f"20255501{g}{f}", f"{given}.{family}@a.example", f"{10 * g + f + 1} Oak St",
         "Springfield", "IL", f"62{g}0{f}")
        for g, given in enumerate(GIVEN)
        for f, family in enumerate(FAMILY)
    ]  # fmt: skip


def copies() -> list[Row]:
    """The same people once more, here and there without phone or e-mail."""
    return [
        (f"q{row[0]}", row[1], row[2], row[3] if n % 3 else None, row[4] if n % 2 else None, *row[5:])
        for n, row in enumerate(town())
    ]
