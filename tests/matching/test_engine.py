"""What `dedupe` and `link` promise, on small tables of made-up people."""

from __future__ import annotations

import pyarrow.compute as pc
import pytest

from matching import engine
from matching.errors import TableFaulty
from tests.matching.people_tables import SCHEMA, copies, people, town


def test_finds_every_person_twice() -> None:
    found = engine.dedupe(people(town() + copies()), SCHEMA)
    sure = found.pairs.filter(pc.greater(found.pairs["probability"], 0.5))
    pairs = set(zip(sure["left_id"].to_pylist(), sure["right_id"].to_pylist(), strict=True))
    assert pairs == {(row[0], f"q{row[0]}") for row in town()}
    clusters = dict(zip(found.clusters["id"].to_pylist(), found.clusters["cluster"].to_pylist(), strict=True))
    assert all(clusters[f"q{row[0]}"] == clusters[row[0]] == row[0] for row in town())


def test_links_claims_to_the_list() -> None:
    found = engine.link(people(copies()[:20]), people(town()), SCHEMA)
    sure = found.pairs.filter(pc.greater(found.pairs["probability"], 0.5))
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
