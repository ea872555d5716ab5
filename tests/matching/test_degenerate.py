"""Tables that no one would call data: nothing known, one row, one value everywhere, one phone for a whole town."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from matching import engine
from matching.types import AddressColumns, OtherColumn, OtherKind, Schema

SCHEMA = Schema(
    id="id",
    given_name=("first",),
    middle_name=("middle",),
    family_name=("last",),
    suffix=("suffix",),
    birth_date=("born",),
    phone=("phone",),
    email=("email",),
    address=(AddressColumns(street="street", unit="unit", city="city", region="state", postcode="zip"),),
    other=(OtherColumn("member"), OtherColumn("job", OtherKind.TEXT)),
)
COLUMNS = (
    "first", "middle", "last", "suffix", "born", "phone", "email", "street", "unit", "city", "state", "zip", "member", "job",
)  # fmt: skip
FULL = {
    "first": "Maria", "middle": "E", "last": "Garcia", "suffix": "Jr", "born": "1980-06-05", "phone": "202-555-0147",
    "email": "maria@mail.example", "street": "12 Oak St", "unit": "4", "city": "Springfield", "state": "IL", "zip": "62704",
    "member": "A123456", "job": "nurse",
}  # fmt: skip


def table(rows: int, **known: str | Sequence[str | None]) -> pa.Table:
    """Return rows in which only the given columns are known."""
    columns: dict[str, pa.Array] = {"id": pa.array([f"r{n}" for n in range(rows)])}
    for name in COLUMNS:
        value = known.get(name)
        columns[name] = pa.array([value] * rows if value is None or isinstance(value, str) else value, pa.string())
    return pa.table(columns)


@pytest.mark.parametrize("rows", [0, 1, 2, 50])
def test_nothing_known(rows: int) -> None:
    found = engine.dedupe(table(rows), SCHEMA)
    assert found.pairs.num_rows == 0
    assert found.clusters["cluster"].to_pylist() == found.clusters["id"].to_pylist()


def test_one_row_that_knows_everything() -> None:
    found = engine.dedupe(table(1, **FULL), SCHEMA)
    assert found.clusters.to_pylist() == [{"id": "r0", "cluster": "r0"}]


def test_all_rows_the_same() -> None:
    """Fifty copies of one rich row are one person: nobody else can be told apart from them."""
    found = engine.dedupe(table(50, **FULL), SCHEMA)
    assert set(found.clusters["cluster"].to_pylist()) == {"r0"}


def test_links_to_an_empty_list() -> None:
    found = engine.link(table(3, **FULL), table(0), SCHEMA)
    assert found.pairs.num_rows == 0


def test_a_common_name_alone_makes_nobody_one_person() -> None:
    """100,000 people called Maria Garcia and nothing else known: no pair is a match, and the cap is told."""
    found = engine.dedupe(table(100_000, first="Maria", last="Garcia"), SCHEMA)
    assert len(set(found.clusters["cluster"].to_pylist())) == 100_000
    assert sum(one.capped_rows for one in found.blocking) >= 100_000


def test_a_shared_phone_makes_nobody_one_person() -> None:
    """A number that 50,000 differently named people gave says nothing about who they are."""
    first = [f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}ra" for n in range(50_000)]
    last = [f"b{chr(97 + n // 676 % 26)}{chr(97 + n % 23)}{chr(97 + n % 19)}son" for n in range(50_000)]
    found = engine.dedupe(table(50_000, first=first, last=last, phone="202-555-0147"), SCHEMA)
    sizes = pa.compute.value_counts(found.clusters["cluster"]).field("counts")
    assert pa.compute.max(sizes).as_py() <= 2
    assert sum(one.split_rows for one in found.blocking) >= 50_000


def test_explains_pairs_that_were_never_compared() -> None:
    rows = table(3, first=["Ana", "Luis", None], last=["Ruiz", "Sosa", None])
    found = engine.dedupe(rows, SCHEMA)
    strangers, unknown = found.explain([("r0", "r1"), ("r0", "r2")])
    assert strangers.probability < 0.5
    assert [one.field for one in unknown.fields] == ["household"]
