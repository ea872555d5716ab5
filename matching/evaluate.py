"""How often the matcher is right: expected from its own probabilities, or measured against the truth."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.errors import LabelsFaulty

THRESHOLDS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
BAND_EDGES = (0.001, 0.1, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
"""Bands of probability that samples and calibration tables are cut by; narrow where decisions fall."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measures:
    """Right and wrong answers, and what follows from them; a share of nothing is not a number."""

    true_positives: int
    false_positives: int
    false_negatives: int

    @property
    def precision(self) -> float:
        """Share of the answers that are right."""
        return _share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> float:
        """Share of the truth that was found."""
        return _share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        wrong = self.false_positives + self.false_negatives
        return _share(2 * self.true_positives, 2 * self.true_positives + wrong)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the probabilities themselves promise for a threshold."""

    threshold: float
    pairs: int
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One band of probability: what was promised on average and what is true (None without labels)."""

    low: float
    high: float
    pairs: int
    promised: float
    true: float | None


def expected(probabilities: Floats, thresholds: Sequence[float] = THRESHOLDS) -> list[Expected]:
    """Return precision and recall without labels: the mean probability above a threshold, and its share of all matches.

    The estimate of Fellegi & Sunter's error rates from posteriors (Belin & Rubin 1995, JASA 90:694). It is as good as the
    calibration, and recall counts only pairs that blocking brought together.
    """
    ordered = np.sort(probabilities)[::-1]
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    above = [int(np.searchsorted(-ordered, -threshold, side="right")) for threshold in thresholds]
    return [
        Expected(threshold, count, _share(sums[count], count), _share(sums[count], sums[-1]))
        for threshold, count in zip(thresholds, above, strict=True)
    ]


def calibration(probabilities: Floats, truth: Bools | None = None, edges: Sequence[float] = BAND_EDGES) -> list[Calibrated]:
    """Return promised and true precision per band of probability; the last band includes its upper edge."""
    which = np.clip(np.searchsorted(np.asarray(edges), probabilities, side="right") - 1, 0, len(edges) - 2)
    bands = []
    for band, (low, high) in enumerate(itertools.pairwise(edges)):
        inside = which == band
        count = int(inside.sum())
        promised = float(probabilities[inside].mean()) if count else float("nan")
        true = None if truth is None else float(truth[inside].mean()) if count else float("nan")
        bands.append(Calibrated(low, high, count, promised, true))
    return bands


def pairwise(same: Bools, probabilities: Floats, true_pairs: int, threshold: float = 0.5) -> Measures:
    """Return the measures of pairs at a threshold: `same` says which of the pairs are true, `true_pairs` how many there are."""
    answered = probabilities >= threshold
    right = int(same[answered].sum())
    return Measures(right, int(answered.sum()) - right, true_pairs - right)


def clusters(found: pa.Table, entities: pa.Table) -> Measures:
    """Return the pairwise measures of clusters: every two rows of a cluster count as an answer.

    `found` has id and cluster, `entities` id and entity. Computed from the sizes of clusters, entities and their overlaps.
    """
    ids = found["id"].combine_chunks()
    entity = entity_of(entities, ids)
    cluster = found["cluster"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    both = cluster << 32 | entity
    right, answered, true = (_pairs_within(column) for column in (both, cluster, entity))
    return Measures(right, answered - right, true - right)


def entity_of(entities: pa.Table, ids: pa.Array) -> NDArray[np.int64]:
    """Return the entity of each id as a number; LabelsFaulty if an id has no entity."""
    at = pc.index_in(ids, entities["id"].combine_chunks())
    if at.null_count:
        missing = ids.filter(at.is_null())[0].as_py()
        raise LabelsFaulty(f"The labels do not say who the row {missing!r} is ({at.null_count:,} rows have no label).")
    codes = entities["entity"].combine_chunks().cast(pa.string()).dictionary_encode().indices
    return np.asarray(codes.take(at).to_numpy(), np.int64)


def same_entity(pairs: pa.Table, left: pa.Table, right: pa.Table | None = None) -> tuple[Bools, int]:
    """Return which pairs are one person, and how many true pairs there are at all.

    `left` and `right` have id and entity; without `right` the pairs are of one table.
    """
    together = left if right is None else pa.table(
        {name: pa.chunked_array([*left[name].chunks, *right[name].chunks]).cast(pa.string()) for name in ("id", "entity")}
    )  # fmt: skip
    entity = together["entity"].combine_chunks().cast(pa.string())
    codes = np.asarray(entity.dictionary_encode().indices.to_numpy(), np.int64)
    of_left = _codes(pairs["left_id"], left, codes[: left.num_rows])
    of_right = _codes(pairs["right_id"], right or left, codes[left.num_rows :] if right is not None else codes)
    true = _pairs_within(codes) if right is None else _pairs_across(codes[: left.num_rows], codes[left.num_rows :])
    return of_left == of_right, true


def _codes(ids: pa.ChunkedArray, table: pa.Table, codes: NDArray[np.int64]) -> NDArray[np.int64]:
    at = pc.index_in(ids.combine_chunks(), table["id"].combine_chunks().cast(pa.string()))
    if at.null_count:
        raise LabelsFaulty(f"The labels do not say who {at.null_count:,} of the paired rows are.")
    return np.asarray(codes[at.to_numpy()])


def _pairs_within(codes: NDArray[np.int64]) -> int:
    _, sizes = np.unique(codes, return_counts=True)
    return int((sizes * (sizes - 1) // 2).sum())


def _pairs_across(left: NDArray[np.int64], right: NDArray[np.int64]) -> int:
    size = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    return int(np.bincount(left, minlength=size) @ np.bincount(right, minlength=size))


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")
