"""Every pair of edge_cases.toml falls into a band that may stand, among the people of a list and under one trained model."""

import tomllib
from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.people.__main__ import birth
from matching import engine, policy
from matching.types import AddressColumns, Schema

CASES = tomllib.loads(Path(__file__).with_name("edge_cases.toml").read_text(encoding="utf-8"))["pair"]
COLUMNS = ("first", "middle", "last", "suffix", "born", "addr1", "apt", "city", "st", "zip", "phone", "email")
PRIOR = ("prior_last", "prior_addr1", "prior_apt", "prior_city", "prior_st", "prior_zip")
ADDRESS = AddressColumns(street="addr1", unit="apt", city="city", region="st", postcode="zip")
LIST = Schema(
    id="row_id", given_name=("first",), middle_name=("middle",), family_name=("last",), suffix=("suffix",), birth_date=("born",),
    email=("email",), phone=("phone",), address=(ADDRESS,),
)  # fmt: skip
CLAIMS = Schema(
    id="row_id", given_name=("first",), middle_name=("middle",), family_name=("last", "prior_last"), suffix=("suffix",),
    birth_date=("born",), email=("email",), phone=("phone",),
    address=(ADDRESS, AddressColumns("prior_addr1", "prior_apt", "prior_city", "prior_st", "prior_zip")),
)  # fmt: skip
BACKGROUND = 20_000


def table(side: str) -> pa.Table:
    names = COLUMNS + (PRIOR if side == "left" else ())
    said = [{**case.get("both", {}), **case.get(side, {})} for case in CASES]
    columns = {name: pa.array([row.get(name) or None for row in said], pa.string()) for name in names}
    return pa.table({"row_id": [f"{side}{number}" for number in range(len(CASES))], **columns})


@pytest.fixture(scope="module")
def told():
    """The evidence of every pair, weighed where it stands: claims against a list of twenty thousand other rows."""
    background = birth(rows=BACKGROUND, seed=5)["rows"].select(["row_id", *COLUMNS])
    model = engine.dedupe(background, LIST).model
    whole = pa.concat_tables([table("right").cast(background.schema), background])
    found = engine.link(table("left"), whole, CLAIMS, LIST, model=model)
    return found.explain([(f"left{number}", f"right{number}") for number in range(len(CASES))])


def test_there_are_at_least_150_pairs_each_with_its_own_name_and_reason():
    assert len({case["name"] for case in CASES}) == len(CASES) >= 150
    bands = {band.value for band in policy.Band}
    for case in CASES:
        assert set(case["bands"]) <= bands
        assert case["why"].endswith(".")


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_a_pair_falls_into_a_band_that_may_stand(told, number):
    case, evidence = CASES[number], told[number]
    band = policy.band(evidence, []).value
    said = "\n".join(f"{one.field}: {one.left} / {one.right}: {one.sentence} ({one.weight:+.1f})" for one in evidence.fields)
    assert band in case["bands"], f"{case['why']}\n{said}\n{evidence.sentence}"
