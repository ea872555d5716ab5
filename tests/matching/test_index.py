"""A list held ready gives the same answers as linking, one claim at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from matching import engine
from matching.errors import ModelFaulty
from matching.index import Index
from matching.model import Model
from tests.matching.people_tables import SCHEMA, copies, people, town


def test_finds_whom_link_finds() -> None:
    claims, listed = people(copies()[:20]), people(town())
    linked = engine.link(claims, listed, SCHEMA)
    index = Index.build(listed, SCHEMA, linked.model)
    for claim in claims.to_pylist():
        (best, *_) = index.find(claim).candidates
        assert best.right_id == claim["id"].removeprefix("q")
        assert best.probability > 0.5
        assert best.weight == pytest.approx(best.prior_weight + sum(one.weight for one in best.fields))


def test_knows_nobody_of_another_name() -> None:
    listed = people(town())
    model = engine.dedupe(people(town() + copies()), SCHEMA).model
    index = Index.build(listed, SCHEMA, model)
    assert index.find({"first": "Zebulon", "last": "Thistlewood"}).candidates == ()
    assert index.find({}).candidates == ()


def test_evidence_speaks_spanish() -> None:
    listed = people(town())
    model = engine.dedupe(people(town() + copies()), SCHEMA).model
    (best, *_) = Index.build(listed, SCHEMA, model).find(listed.to_pylist()[0], language="es").candidates
    assert any("mismo apellido" in one.sentence for one in best.fields)


def test_refuses_a_model_of_other_fields() -> None:
    listed = people(town())
    index = Index.build(listed, SCHEMA, Model(1e-6, 1e-6, ()))
    with pytest.raises(ModelFaulty):
        index.find(listed.to_pylist()[0])


def test_is_the_same_after_being_saved(tmp_path: Path) -> None:
    listed = people(town())
    model = engine.dedupe(people(town() + copies()), SCHEMA).model
    index = Index.build(listed, SCHEMA, model)
    index.save(tmp_path / "index")
    claim = copies()[7]
    again = Index.load(tmp_path / "index")
    assert again.find(dict(zip(("id", "first", "last", "phone"), claim, strict=False))) == index.find(
        dict(zip(("id", "first", "last", "phone"), claim, strict=False))
    )
