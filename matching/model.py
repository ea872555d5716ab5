"""The statistical model: three classes of pairs (match, household, stranger), their shares of levels, learning and scoring.

Fellegi and Sunter 1969 ("A Theory for Record Linkage", JASA 64) with a third class for two people of one household. Weights are
base-2 logarithms of the ratio of a level's share among matches (or household pairs) to its share among strangers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.comparisons import Comparison
from matching.errors import ModelFaulty
from matching.patterns import Patterns

VERSION = 1

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FieldModel:
    """Shares of one field's levels among matches, household pairs and strangers, each summing to one per stratum.

    `stranger` of a level with rarity is the average; the value's own frequency takes its place when pairs are scored.
    """

    field: str
    levels: tuple[str, ...]
    match: tuple[float, ...]
    household: tuple[float, ...]
    stranger: tuple[float, ...]
    learned_from: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """What scoring needs: a share of matches and of household pairs among all pairs, and the fields' shares of levels."""

    match_rate: float
    household_rate: float
    fields: tuple[FieldModel, ...]
    notes: tuple[str, ...] = ()
    version: int = VERSION

    def to_json(self) -> str:
        """Return the model as text with stable order, one level a line, so that two models can be compared by diff."""
        body: dict[str, Any] = {
            "version": self.version,
            "match_rate": self.match_rate,
            "household_rate": self.household_rate,
            "notes": list(self.notes),
            "fields": {
                one.field: {
                    "learned_from": one.learned_from,
                    "note": one.note,
                    "levels": {
                        key: {"match": m, "household": h, "stranger": u}
                        for key, m, h, u in zip(one.levels, one.match, one.household, one.stranger, strict=True)
                    },
                }
                for one in self.fields
            },
        }
        return json.dumps(body, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Model:
        """Read what `to_json` wrote; a text that is no model of this version raises ModelFaulty."""
        try:
            body = json.loads(text)
            if body["version"] != VERSION:
                raise ModelFaulty(f"The model has version {body['version']}; this program reads version {VERSION}.")
            fields = tuple(_field(name, one) for name, one in body["fields"].items())
            return cls(body["match_rate"], body["household_rate"], fields, tuple(body["notes"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelFaulty("The file is not a matching model.") from error

    def save(self, path: Path) -> None:
        """Write the model to a file."""
        path.write_text(self.to_json())

    @classmethod
    def load(cls, path: Path) -> Model:
        """Read a model from a file."""
        return cls.from_json(path.read_text())


def _field(name: str, body: dict[str, Any]) -> FieldModel:
    levels = body["levels"]
    shares = {share: tuple(one[share] for one in levels.values()) for share in ("match", "household", "stranger")}
    return FieldModel(name, tuple(levels), **shares, learned_from=body["learned_from"], note=body["note"])


@dataclass(frozen=True, slots=True)
class Scores:
    """Per pattern: log2 shares of the three classes before their rates, and the probabilities after them."""

    match: Floats
    household: Floats
    stranger: Floats
    probability: Floats
    household_probability: Floats
    weight: Floats


def score(model: Model, columns: tuple[tuple[str, Comparison], ...], patterns: Patterns) -> Scores:
    """Return the scores of patterns; `weight` is log2 of the odds of match against household and stranger together."""
    parts = [contributions(model, columns, patterns, number) for number in range(len(columns))]
    match, household, stranger = (sum((part[k] for part in parts), np.zeros(len(patterns))) for k in range(3))
    stranger = stranger + name_correction(columns, patterns)
    a = match + np.log2(model.match_rate)
    b = household + np.log2(model.household_rate)
    c = stranger + np.log2(max(1 - model.match_rate - model.household_rate, 1e-12))
    other = np.logaddexp2(b, c)
    total = np.logaddexp2(a, other)
    return Scores(match, household, stranger, np.exp2(a - total), np.exp2(b - total), a - other)


def contributions(
    model: Model, columns: tuple[tuple[str, Comparison], ...], patterns: Patterns, number: int
) -> tuple[Floats, Floats, Floats]:
    """Return what one field adds to the log2 shares of match, household and stranger for each pattern."""
    shares, levels = model.fields[number], columns[number][1].levels
    level = patterns.levels[:, number].astype(np.intp)
    match, household, stranger = (
        np.log2(np.asarray(values))[level] for values in (shares.match, shares.household, shares.stranger)
    )
    rare = np.array([one.rarity for one in levels])[level]
    by_chance = np.array([one.rarity and one.household is None for one in levels])[level]
    rarity = -patterns.rarities[:, number].astype(np.float64)
    return match, np.where(by_chance, rarity, household), np.where(rare, rarity, stranger)


def name_correction(columns: tuple[tuple[str, Comparison], ...], patterns: Patterns) -> Floats:
    """Return what a shared full name adds to the strangers' share beyond its parts taken alone."""
    names = [field for field, _ in columns]
    if not {"given", "family"} <= set(names):
        return np.zeros(len(patterns))
    full = patterns.rarities[:, -1].astype(np.float64)
    exact = [
        (patterns.levels[:, names.index(part)] == dict(columns)[part].index("exact")) * patterns.rarities[:, names.index(part)]
        for part in ("given", "family")
    ]
    return np.where(full > 0, exact[0] + exact[1] - full, 0.0)  # a swapped name has no parts that agree
