"""Intervals for a share seen in a sample, and the agreement of two judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A share between 0 and 1 with the bounds that hold it at the confidence asked for."""

    share: float
    low: float
    high: float


def clopper_pearson(hits: int, trials: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Return the exact binomial interval, never narrower than promised (Clopper & Pearson 1934, Biometrika 26:404).

    No trials say nothing: the interval is 0 to 1 and the share is not a number.
    """
    _check(hits, trials)
    if trials == 0:
        return Interval(float("nan"), 0.0, 1.0)
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = float(betaincinv(hits, trials - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, trials - hits, 1 - tail)) if hits < trials else 1.0
    return Interval(hits / trials, low, high)


def wilson(hits: int, trials: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Return the score interval, close to the confidence on average (Wilson 1927, JASA 22:209)."""
    _check(hits, trials)
    if trials == 0:
        return Interval(float("nan"), 0.0, 1.0)
    z = NormalDist().inv_cdf(1 - (1 - confidence) / 2)
    share = hits / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return Interval(share, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)))


def cohen_kappa(first: Sequence[bool], second: Sequence[bool]) -> float:
    """Return the agreement of two judges beyond chance (Cohen 1960, Educ. Psychol. Meas. 20:37): 1 is full, 0 is chance.

    Judges who both gave one and the same answer throughout agree fully (1.0). Raises ValueError for lists of unlike length or
    without an entry.
    """
    if len(first) != len(second) or not first:
        raise ValueError("Two judges must have judged the same pairs, at least one.")
    count = len(first)
    agreed = sum(a == b for a, b in zip(first, second, strict=True)) / count
    yes = sum(first) / count * sum(second) / count
    chance = yes + (1 - sum(first) / count) * (1 - sum(second) / count)
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)


def _check(hits: int, trials: int) -> None:
    if not 0 <= hits <= trials:
        raise ValueError(f"{hits} hits in {trials} trials cannot be.")
