"""Samples for people to judge, blind and twice, and what their answers say about precision and recall."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from matching.errors import LabelsFaulty
from matching.evaluate import BAND_EDGES, Floats
from matching.intervals import Interval, clopper_pearson

NO_CANDIDATE = "no candidate"
"""The recall stratum: claims for which nothing was proposed; a person looks for the member by hand."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """One band of a judged sample: how many pairs it has, how many were judged, how many of these are one person."""

    band: str
    size: int
    judged: int
    matches: int

    @property
    def precision(self) -> Interval:
        """Share of matches with its exact 95 % interval."""
        return clopper_pearson(self.matches, self.judged)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Precision and recall of accepting all pairs of some bands, with 95 % intervals from a stratified sample."""

    precision: Interval
    recall: Interval


def band_name(low: float, high: float) -> str:
    """Return the name of a band of probability."""
    return f"{low:g} to {high:g}"


def bands(probabilities: Floats, edges: Sequence[float] = BAND_EDGES) -> NDArray[np.int64]:
    """Return the number of each probability's band; the last band includes its upper edge."""
    return np.clip(np.searchsorted(np.asarray(edges), probabilities, side="right") - 1, 0, len(edges) - 2)


def accepted_from(threshold: float) -> list[str]:
    """Return the bands that lie above a threshold; LabelsFaulty where the threshold cuts a band, which no sample can tell."""
    if threshold not in BAND_EDGES[:-1]:
        edges = ", ".join(f"{edge:g}" for edge in BAND_EDGES[:-1])
        raise LabelsFaulty(f"The sample was drawn by bands, so the threshold must be one of {edges}, not {threshold:g}.")
    return [band_name(low, high) for low, high in itertools.pairwise(BAND_EDGES) if low >= threshold]


def draw(pairs: pa.Table, *, per_band: int, seed: int, unmatched: Sequence[str] = ()) -> pa.Table:
    """Return a sample of `per_band` pairs of every band, and as many of the claims without candidate, in random order.

    Columns: sample_id (number on the sheet), left_id, right_id (null in the recall stratum), band, size (of the band). The same
    seed and pairs give the same sample. The judges' sheet leaves out band and size: who sees a score first, follows it.
    """
    rng = np.random.default_rng(seed)
    which = bands(pairs["probability"].to_numpy())
    rows: list[tuple[str, str | None, str, int]] = []
    for number, (low, high) in enumerate(itertools.pairwise(BAND_EDGES)):
        inside = np.flatnonzero(which == number)
        chosen = pairs.take(pa.array(rng.permutation(inside)[:per_band])).select(["left_id", "right_id"]).to_pylist()
        rows += [(pair["left_id"], pair["right_id"], band_name(low, high), len(inside)) for pair in chosen]
    missed = rng.permutation(np.array(sorted(unmatched), object))[:per_band].tolist()
    rows += [(claim, None, NO_CANDIDATE, len(unmatched)) for claim in missed]
    order = rng.permutation(len(rows))
    columns = list(zip(*(rows[i] for i in order), strict=True)) or [(), (), (), ()]
    named = dict(zip(("left_id", "right_id", "band", "size"), map(list, columns), strict=True))
    return pa.table({"sample_id": list(range(1, len(rows) + 1)), **named})


def strata(sample: pa.Table, answers: dict[int, bool]) -> list[Stratum]:
    """Return the strata of a judged sample; pairs without an answer (the judge could not say) are not counted as judged."""
    found: dict[str, list[int]] = {}
    sizes: dict[str, int] = {}
    for row in sample.to_pylist():
        sizes[row["band"]] = row["size"]
        if row["sample_id"] in answers:
            found.setdefault(row["band"], []).append(answers[row["sample_id"]])
    return [Stratum(band, sizes[band], len(found.get(band, [])), sum(found.get(band, []))) for band in sorted(sizes)]


def estimate(judged: Sequence[Stratum], accepted: Sequence[str]) -> Estimate:
    """Return precision and recall of accepting the bands `accepted`, by weighting each stratum with its size.

    Stratified estimators of Cochran, Sampling Techniques (3rd ed. 1977), chapter 5; the variance of a stratum uses the rule of
    succession ((matches + 1) / (judged + 2)), so that a stratum without errors is not certain. Recall is a ratio estimate:
    matches in accepted bands over matches in all strata, the claims without candidate among them.
    """
    taken = [one for one in judged if one.band in accepted]
    others = [one for one in judged if one.band not in accepted]
    matches, variance = _total(taken)
    missed, missed_variance = _total(others)
    size = sum(one.size for one in taken)
    everything = matches + missed
    precision = _around(matches / size, sqrt(variance) / size) if size else Interval(float("nan"), 0.0, 1.0)
    if not everything:
        return Estimate(precision, Interval(float("nan"), 0.0, 1.0))
    share = matches / everything
    spread = sqrt((1 - share) ** 2 * variance + share**2 * missed_variance) / everything
    return Estimate(precision, _around(share, spread))


def _total(part: Sequence[Stratum]) -> tuple[float, float]:
    """Return the estimated number of matches in some strata and its variance."""
    matches = variance = 0.0
    for one in part:
        if one.judged == 0:
            matches, variance = matches + one.size / 2, variance + one.size**2 / 12
            continue
        matches += one.size * one.matches / one.judged
        smooth = (one.matches + 1) / (one.judged + 2)
        left_over = max(0.0, 1 - one.judged / one.size) if one.size else 0.0
        variance += one.size**2 * left_over * smooth * (1 - smooth) / one.judged
    return matches, variance


def _around(share: float, spread: float) -> Interval:
    return Interval(share, max(0.0, share - 1.96 * spread), min(1.0, share + 1.96 * spread))
