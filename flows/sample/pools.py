"""The names and places that the synthetic people are made of, drawn with the skew of real ones."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Texts = npt.NDArray[np.object_]
"""A column of Python strings."""
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FOLDER = Path(__file__).parent / "pools"
ORIGINS = {
    "english": 0.62,
    "spanish": 0.20,
    "slavic": 0.05,
    "chinese": 0.04,
    "indian": 0.04,
    "vietnamese": 0.03,
    "korean": 0.02,
}
"""Given and family names go together: a name is drawn within one of these groups; shares roughly as in the United States."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Values in order of frequency with their cumulated probability."""

    values: Texts
    cumulated: npt.NDArray[np.float64]

    def draw(self, rng: np.random.Generator, count: int) -> Texts:
        """Return `count` values."""
        return self.values[self.draw_positions(rng, count)]

    def draw_positions(self, rng: np.random.Generator, count: int) -> Numbers:
        """Return the positions of `count` drawn values."""
        return np.searchsorted(self.cumulated, rng.random(count), side="right").astype(np.int64)


def texts(values: list[str]) -> Texts:
    """Return a column of strings."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def weighted(values: list[str], weights: npt.ArrayLike) -> Pool:
    """Return a pool with the given weights."""
    cumulated = np.cumsum(np.asarray(weights, dtype=np.float64))
    return Pool(texts(values), cumulated / cumulated[-1])


def zipf(values: list[str], *, exponent: float, offset: float) -> Pool:
    """Return a pool whose r-th value has weight 1/(r + offset)^exponent (Zipf-Mandelbrot, which surnames follow)."""
    ranks = np.arange(1, len(values) + 1)
    return weighted(values, (ranks + offset) ** -exponent)


@cache
def given_names() -> dict[tuple[str, str], Pool]:
    """Return the given names of each origin and sex."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in _rows("given_names.csv"):
        groups.setdefault((row["origin"], row["sex"]), []).append(row["name"])
    return {group: zipf(names, exponent=1.0, offset=8) for group, names in groups.items()}


@cache
def family_names() -> dict[str, Pool]:
    """Return the family names of each origin."""
    groups: dict[str, list[str]] = {}
    for row in _rows("family_names.csv"):
        groups.setdefault(row["origin"], []).append(row["name"])
    return {origin: zipf(names, exponent=0.95, offset=12) for origin, names in groups.items()}


@cache
def nicknames() -> dict[str, tuple[str, ...]]:
    """Return the short forms of given names."""
    return {row["name"]: tuple(row["nicknames"].split("|")) for row in _rows("nicknames.csv")}


@cache
def street_names() -> Pool:
    """Return invented street names."""
    names = (FOLDER / "streets.txt").read_text(encoding="utf-8").splitlines()
    return zipf(names, exponent=0.5, offset=20)


@dataclass(frozen=True, slots=True)
class Cities:
    """Real cities with a range of their real ZIP codes and their telephone area codes."""

    pool: Pool
    region: Texts
    first_postcode: Numbers
    last_postcode: Numbers
    area_codes: tuple[tuple[str, ...], ...]
    is_dense: Flags


@cache
def cities() -> Cities:
    """Return the cities; a dense one has apartment houses that many households share."""
    rows = _rows("cities.csv")
    weights = np.array([int(row["weight"]) for row in rows])
    return Cities(
        pool=weighted([row["city"] for row in rows], weights),
        region=texts([row["region"] for row in rows]),
        first_postcode=np.array([int(row["first_postcode"]) for row in rows], dtype=np.int64),
        last_postcode=np.array([int(row["last_postcode"]) for row in rows], dtype=np.int64),
        area_codes=tuple(tuple(row["area_codes"].split("|")) for row in rows),
        is_dense=weights >= 80,
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
