"""What `dedupe` and `link` promise, on small tables of made-up people."""

from __future__ import annotations

import pyarrow as pa
import pytest

from matching import engine
from matching.errors import TableFaulty
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


def people(rows: list[tuple[str | None, ...]]) -> pa.Table:
    return pa.table({name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(COLUMNS)})


def town() -> list[tuple[str | None, ...]]:
    """One hundred different people at a hundred addresses."""
    return [
        (f"p{10 * g + f}", given, family, f"20255501{g}{f}", f"{given}.{family}@a.example", f"{10 * g + f + 1} Oak St",
         "Springfield", "IL", f"62{g}0{f}")
        for g, given in enumerate(GIVEN)
        for f, family in enumerate(FAMILY)
    ]  # fmt: skip


def copies() -> list[tuple[str | None, ...]]:
    """The same people once more, with a slip here and a gap there."""
    return [
        (f"q{row[0]}", row[1], row[2], row[3] if n % 3 else None, row[4] if n % 2 else None, *row[5:])
        for n, row in enumerate(town())
    ]


def test_finds_every_person_twice() -> None:
    found = engine.dedupe(people(town() + copies()), SCHEMA)
    sure = found.pairs.filter(pa.compute.greater(found.pairs["probability"], 0.5))
    pairs = set(zip(sure["left_id"].to_pylist(), sure["right_id"].to_pylist(), strict=True))
    assert pairs == {(row[0], f"q{row[0]}") for row in town()}
    clusters = dict(zip(found.clusters["id"].to_pylist(), found.clusters["cluster"].to_pylist(), strict=True))
    assert all(clusters[f"q{row[0]}"] == clusters[row[0]] == row[0] for row in town())


def test_links_claims_to_the_list() -> None:
    found = engine.link(people(copies()[:20]), people(town()), SCHEMA)
    sure = found.pairs.filter(pa.compute.greater(found.pairs["probability"], 0.5))
    pairs = set(zip(sure["left_id"].to_pylist(), sure["right_id"].to_pylist(), strict=True))
    assert pairs == {(f"q{row[0]}", row[0]) for row in town()[:20]}


def test_evidence_adds_up() -> None:
    found = engine.dedupe(people(town() + copies()), SCHEMA)
    (evidence,) = found.explain([("p7", "qp7")])
    assert evidence.weight == pytest.approx(evidence.prior_weight + sum(one.weight for one in evidence.fields))
    total = evidence.probability + evidence.household_probability + evidence.stranger_probability
    assert total == pytest.approx(1.0)
    assert "same address" in {one.sentence.split(",")[0] for one in evidence.fields}


@pytest.mark.parametrize("ids", [["a", "a"], ["a", None]])
def test_refuses_ids_that_are_not_ids(ids: list[str | None]) -> None:
    with pytest.raises(TableFaulty):
        engine.dedupe(people([(each, *town()[0][1:]) for each in ids]), SCHEMA)
