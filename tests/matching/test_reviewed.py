"""Reviewers' decisions make a new model, and what it would change is told."""

from __future__ import annotations

import pytest

from matching import engine, reviewed
from matching.errors import TableFaulty
from tests.matching.people_tables import SCHEMA, copies, people, town


def test_accepted_pairs_with_other_phones_make_other_phones_matter_less() -> None:
    table = people(town() + copies())
    found = engine.dedupe(table, SCHEMA)
    decisions = [(row[0], f"q{row[0]}", True) for row in town() if row[0]]
    again = reviewed.relearned(found, [(str(a), b, same) for a, b, same in decisions])
    email = {one.field: one for one in again.fields}["email"]
    before = {one.field: one for one in found.model.fields}["email"]
    assert email.match[email.levels.index("exact")] > before.match[before.levels.index("exact")]
    assert "100 decisions" in again.notes[-1]
    assert found.model.notes == ()


def test_rejected_pairs_make_matches_rarer() -> None:
    found = engine.dedupe(people(town() + copies()), SCHEMA)
    again = reviewed.relearned(found, [(f"p{n}", f"qp{n}", False) for n in range(50)])
    assert again.match_rate < found.model.match_rate
    after = engine.dedupe(people(town() + copies()), SCHEMA, model=again)
    assert reviewed.differences(found.pairs, found.pairs).num_rows == 0
    changed = reviewed.differences(found.pairs, after.pairs)
    assert changed.column_names == ["left_id", "right_id", "probability_before", "probability_after"]


def test_differences_names_pairs_that_change_sides() -> None:
    found = engine.dedupe(people(town() + copies()), SCHEMA)
    none = found.pairs.slice(0, 0)
    assert reviewed.differences(found.pairs, none)["left_id"].to_pylist() == sorted(str(row[0]) for row in town())


def test_no_decisions_change_nothing() -> None:
    found = engine.dedupe(people(town()), SCHEMA)
    assert reviewed.relearned(found, []) is found.model
    with pytest.raises(TableFaulty):
        reviewed.relearned(found, [("p1", "nobody", True)])
