"""Promises of the engine on any table: order, sides and threads change nothing; blocking loses nothing; letters are bounded."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import JaroWinkler

from matching import blocking, columns, engine, frequencies, keys
from matching.compare import Comparer
from matching.letters import Letters
from matching.model import Model
from matching.types import Schema
from tests.matching.people_tables import COLUMNS, SCHEMA, Row, copies, people, town

GIVEN = st.sampled_from([None, "Ana", "Anna", "Bob", "Robert", "Maria", "M", "Quintana", "José Luis", "Zoë"])
FAMILY = st.sampled_from([None, "Quintana", "Quintanna", "Garcia Lopez", "Lopez", "Ana", "O'Neil", "Smith Jr", "Ng"])
PHONE = st.sampled_from([None, "202-555-0100", "202-555-0101", "(202) 555-0110", "202 555 0199"])
EMAIL = st.sampled_from([None, "ana@a.example", "ana@b.example", "ana.quintana@a.example", "bob@a.example"])
STREET = st.sampled_from([None, "1 Oak St", "1 Oak Street", "1 Oka St", "2 Oak St", "PO Box 7", "1 Oak St Apt 4"])
CITY = st.sampled_from([None, "Springfield", "Springfeild", "Salem"])
STATE = st.sampled_from([None, "IL", "OR"])
ZIP = st.sampled_from([None, "62701", "62710", "97301"])
WORD = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=24)
ROWS = st.lists(st.tuples(GIVEN, FAMILY, PHONE, EMAIL, STREET, CITY, STATE, ZIP), min_size=2, max_size=25)


def numbered(rows: list[Row]) -> pa.Table:
    return people([(f"r{n:03}", *row) for n, row in enumerate(rows)])


def listed(table: pa.Table) -> list[dict[str, object]]:
    return sorted(table.to_pylist(), key=str)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
def test_comparing_has_no_sides(rows: list[Row]) -> None:
    """score(a, b) = score(b, a): every level and every rarity is the same from both sides."""
    everyone = columns.read([(numbered(rows), SCHEMA)])
    comparer = Comparer(everyone, frequencies.count(everyone))
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(rows), 1))
    for forth, back in zip(comparer.levels(left, right), comparer.levels(right, left), strict=True):
        np.testing.assert_array_equal(forth, back)


@settings(max_examples=8, deadline=None)
@given(rows=ROWS, seed=st.integers(0, 100))
def test_the_order_of_rows_changes_nothing(rows: list[Row], seed: int) -> None:
    table = numbered(rows)
    order = random.Random(seed).sample(range(len(rows)), len(rows))
    found, shuffled = engine.dedupe(table, SCHEMA), engine.dedupe(table.take(pa.array(order)), SCHEMA)
    assert found.model == shuffled.model
    assert listed(found.pairs) == listed(shuffled.pairs)
    assert listed(found.clusters) == listed(shuffled.clusters)


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CHUNK_PAIRS", 500)
    table = people(town() + copies())
    one, many = (engine.dedupe(table, SCHEMA, threads=threads) for threads in (1, 7))
    assert one.model == many.model
    assert one.pairs.equals(many.pairs)
    assert one.clusters.equals(many.clusters)


def test_the_size_of_chunks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    table = people(town() + copies())
    whole = engine.dedupe(table, SCHEMA)
    monkeypatch.setattr(engine, "CHUNK_PAIRS", 777)
    assert engine.dedupe(table, SCHEMA).pairs.equals(whole.pairs)


def test_blocking_finds_what_comparing_everything_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow reference compares all pairs; blocks must bring together all but the pairs that share no identifier."""
    table = people(town() + copies())
    model = engine.dedupe(table, SCHEMA).model
    everything = probable(engine.dedupe(table, SCHEMA, model=model))
    monkeypatch.setattr(blocking, "ALL_PAIRS", 0)
    assert probable(engine.dedupe(table, SCHEMA, model=model)) == everything


def probable(found: engine.Link) -> set[tuple[str, str]]:
    rows = found.pairs.to_pylist()
    return {(row["left_id"], row["right_id"]) for row in rows if row["probability"] > 0.5}


def test_blocks_are_pairs_that_share_a_key() -> None:
    """Against a slow reference: every pair of rows that agrees on a rule's fields, and no pair twice."""
    everyone = columns.read([(people(town() + copies()), SCHEMA)])
    fields = keys.row_keys(everyone)
    for rule in blocking.RULES:
        if set(rule.fields) <= fields.keys():
            key = keys.join([fields[field] for field in rule.fields])[:, 0]
            wanted = {(i, j) for i in range(len(key)) for j in range(i) if key[i] == key[j] and key[i]}
            packed = blocking.rule_pairs(everyone, rule)
            assert {(int(p & np.uint64(0xFFFFFFFF)), int(p >> np.uint64(32))) for p in packed} == wanted
            assert len(packed) == len(wanted)


@settings(max_examples=300, deadline=None)
@given(a=WORD, b=WORD, floor=st.sampled_from([0.82, 0.92]))
def test_the_bound_never_hides_a_likeness(a: str, b: str, floor: float) -> None:
    found = Letters(pa.array([a, b], pa.string())).alike(np.array([0], np.int32), np.array([1], np.int32), floor=floor)
    likeness = JaroWinkler.normalized_similarity(a, b)
    assert found[0] == pytest.approx(likeness if likeness >= floor else 0.0, abs=1e-6)


@settings(max_examples=200, deadline=None)
@given(a=st.text("abcr", min_size=1, max_size=9), b=st.text("abcr", min_size=1, max_size=9))
def test_the_bound_holds_for_words_of_few_letters(a: str, b: str) -> None:
    found = Letters(pa.array([a, b])).alike(np.array([0], np.int32), np.array([1], np.int32), floor=0.82)
    likeness = JaroWinkler.normalized_similarity(a, b)
    assert found[0] == pytest.approx(likeness if likeness >= 0.82 else 0.0, abs=1e-6)


def test_a_model_is_the_same_after_json() -> None:
    model = engine.dedupe(people(town() + copies()), SCHEMA).model
    again = Model.from_json(model.to_json())
    assert again == model
    assert again.to_json() == model.to_json()


def test_a_model_learned_once_scores_the_same_again() -> None:
    table = people(town() + copies())
    learned = engine.dedupe(table, SCHEMA)
    applied = engine.dedupe(table, SCHEMA, model=learned.model)
    assert probable(applied) == probable(learned)
    assert [one.match for one in applied.model.fields] == [one.match for one in learned.model.fields]


def test_a_model_holds_no_personal_data() -> None:
    text = engine.dedupe(people(town() + copies()), SCHEMA).model.to_json().lower()
    values = {str(value).lower() for row in town() for value in row[1:] if value and len(value) > 5}
    assert not [value for value in values if value in text]


def test_alternatives_any_may_agree() -> None:
    """A claim with a former name and address finds the row that knows only those."""
    listed_rows = people(town())
    moved = Schema(**{**{f: getattr(SCHEMA, f) for f in ("id", "given_name", "phone", "email", "address")},
                      "family_name": ("last", "prior_last")})  # fmt: skip
    claims = [("c1", "Grace", "Newname", None, None, *town()[60][5:])]
    table = people(claims).append_column("prior_last", pa.array([town()[60][2]]))
    found = engine.link(table, listed_rows, moved, SCHEMA)
    assert ("c1", "p60") in probable(found)
    (evidence,) = found.explain([("c1", "p60")])
    family = next(one for one in evidence.fields if one.field == "family")
    assert (family.level, family.left) == ("exact", "quintana")


def test_columns_are_those_of_the_schema() -> None:
    assert set(columns.named(SCHEMA)) == set(COLUMNS) - {"id"}
