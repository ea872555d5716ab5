"""Learns from reviewers: their decisions make a new model, and what it would change is told before it is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching import learning, patterns
from matching import model as models
from matching.comparisons import Comparison
from matching.engine import Link
from matching.explain import rows_of
from matching.learning import PRIOR_PAIRS
from matching.model import FieldModel, Floats, Model

Levels = NDArray[np.int8]
Decision = tuple[str, str, bool]
"""Left id, right id, and whether the reviewer found one person."""

FEW_DECISIONS = 20.0
"""So many decisions as expected stand behind the rate before the first real one."""


def relearned(found: Link, decisions: Sequence[Decision]) -> Model:
    """Return a new model in which reviewers' decisions count beside what was learned; the old one is unchanged.

    Accepted pairs count among the matches, rejected ones among the households where they look like one; the model so far
    counts as 200 pairs per field. The rate of matches moves by the ratio of accepted to expected pairs. Reviewers see doubtful
    pairs, so the shares move towards the errors of doubtful pairs: look at `differences` before using the model. Raises
    TableFaulty for unknown ids.
    """
    if not decisions:
        return found.model
    people, comparer = found.prepared.people, found.prepared.comparer
    left, right = rows_of(people, [(a, b) for a, b, _ in decisions])
    levels, rarities = comparer.levels(left, right)
    seen, numbers = patterns.distinct(levels, rarities)
    scores = models.score(found.model, comparer.columns, seen)
    same = np.array([one for _, _, one in decisions])
    household = ~same & (scores.household_probability[numbers] >= 0.5)
    fields = tuple(
        _field(one, comparison, levels[same, n], levels[household, n])
        for n, (one, (_, comparison)) in enumerate(zip(found.model.fields, comparer.columns, strict=True))
    )
    expected = float(scores.probability[numbers].sum())
    ratio = (float(same.sum()) + FEW_DECISIONS) / (expected + FEW_DECISIONS)
    note = f"Re-estimated from {len(decisions)} decisions, of which {int(same.sum())} accepted."
    rate = min(found.model.match_rate * ratio, 0.45)
    return replace(found.model, match_rate=rate, fields=fields, notes=(*found.model.notes, note))


def _field(one: FieldModel, comparison: Comparison, matches: Levels, households: Levels) -> FieldModel:
    if not comparison.learned:
        return one
    match = _blended(one.match, comparison, matches)
    household = _blended(one.household, comparison, households) if comparison.shared else one.household
    return replace(one, match=match, household=household)


def _blended(shares: tuple[float, ...], comparison: Comparison, levels: Levels) -> tuple[float, ...]:
    tally: Floats = np.bincount(levels, minlength=len(shares)).astype(np.float64)
    blended = np.array(shares)
    for stratum in learning.strata(comparison):
        if len(stratum) > 1 and tally[stratum].sum():
            before = blended[stratum] / blended[stratum].sum() * PRIOR_PAIRS
            blended[stratum] = (before + tally[stratum]) / (before + tally[stratum]).sum()
    return tuple(blended.tolist())


def differences(before: pa.Table, after: pa.Table, *, threshold: float = 0.5) -> pa.Table:
    """Return the pairs that change sides of a threshold: left_id, right_id, probability_before, probability_after.

    A pair that one table does not list has the probability 0 there.
    """
    columns = ["left_id", "right_id", "probability"]
    joined = before.select(columns).join(
        after.select(columns), keys=["left_id", "right_id"], join_type="full outer", left_suffix="_before", right_suffix="_after"
    )
    filled = {name: pc.fill_null(joined[name], 0.0) for name in ("probability_before", "probability_after")}
    table = pa.table({"left_id": joined["left_id"], "right_id": joined["right_id"], **filled})
    crosses = pc.not_equal(*(pc.greater_equal(table[name], threshold) for name in filled))
    return table.filter(crosses).sort_by([("left_id", "ascending"), ("right_id", "ascending")])
