"""The statistical model: three classes of pairs (match, household, stranger), their shares of levels, learning and scoring.

Fellegi and Sunter 1969 ("A Theory for Record Linkage", JASA 64) with a third class for two people of one household. Weights are
base-2 logarithms of the ratio of a level's share among matches (or household pairs) to its share among strangers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
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
    shares = model.fields[number]
    level = patterns.levels[:, number]
    rarity = patterns.rarities[:, number].astype(np.float64)
    match, household, stranger = (
        np.log2(np.asarray(values))[level] for values in (shares.match, shares.household, shares.stranger)
    )
    for at, one in enumerate(columns[number][1].levels):
        if one.rarity:
            here = level == at
            stranger[here] = -rarity[here]
            if one.household is None:
                household[here] = -rarity[here]
    return match, household, stranger


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


def prior(columns: tuple[tuple[str, Comparison], ...], strangers: Patterns, rows: int, possible_pairs: float) -> Model:
    """Return the model before learning: informed shares, strangers' shares from randomly paired rows."""
    fields = tuple(_prior_field(name, c, _tally(strangers, strangers.counts, n, c)) for n, (name, c) in enumerate(columns))
    rate = min(0.25 * max(rows, 1) / max(possible_pairs, 1.0), 0.2)
    return Model(match_rate=rate, household_rate=rate, fields=fields)


def _without_matches(model: Model, columns: tuple[tuple[str, Comparison], ...], strangers: Patterns) -> tuple[FieldModel, ...]:
    """Return the priors with strangers' shares from random pairs less the matches that chance put among them."""
    weights = strangers.counts * (1 - score(model, columns, strangers).probability)
    return tuple(_prior_field(name, c, _tally(strangers, weights, n, c)) for n, (name, c) in enumerate(columns))


def _tally(patterns: Patterns, weights: NDArray[Any], number: int, comparison: Comparison) -> Floats:
    return np.bincount(patterns.levels[:, number], weights, minlength=len(comparison.levels)).astype(np.float64)


def _prior_field(name: str, comparison: Comparison, tally: Floats) -> FieldModel:
    stranger = stranger_shares(comparison, tally)
    match = np.array([level.match for level in comparison.levels])
    household = np.array(
        [u if one.household is None else one.household for one, u in zip(comparison.levels, stranger, strict=True)]
    )
    explicit = {level.stratum for level in comparison.levels if level.household is not None and level.stratum}
    for stratum in strata(comparison):
        implied = [at for at in stratum if comparison.levels[at].household is None]
        given = sum(household[at] for at in stratum if comparison.levels[at].household is not None)
        if comparison.levels[stratum[0]].stratum in explicit and implied:
            household[implied] *= (1 - given) / household[implied].sum()
    keys = tuple(level.key for level in comparison.levels)
    return FieldModel(name, keys, tuple(match.tolist()), tuple(household.tolist()), tuple(stranger.tolist()))


def strata(comparison: Comparison) -> list[list[int]]:
    """Return the numbers of the levels by stratum, without the level for what is not known."""
    found: dict[int, list[int]] = {}
    for at, level in enumerate(comparison.levels):
        if level.stratum:
            found.setdefault(level.stratum, []).append(at)
    return list(found.values())


def stranger_shares(comparison: Comparison, tally: Floats) -> Floats:
    """Return the strangers' share of each level per stratum; what was never seen counts half a pair (Jeffreys)."""
    shares = np.ones(len(comparison.levels))
    for stratum in strata(comparison):
        seen = tally[stratum] + 0.5
        seen[0] += 20.0
        shares[stratum] = seen / seen.sum() if len(stratum) > 1 else 1.0
    return shares


LEARNING_ROUNDS = 10
RATE_ROUNDS = 12
CERTAIN = 0.9
PRIOR_PAIRS = 200.0
PRIOR_SHARE = 0.3
HOPELESS = 1e-5
"""The prior counts as 200 pairs and as three tenths of the pairs that speak, whichever is more."""


def learn(
    start: Model,
    columns: tuple[tuple[str, Comparison], ...],
    patterns: Patterns,
    strangers: Patterns,
    possible_pairs: float,
    *,
    everything: bool,
) -> Model:
    """Return the model after expectation maximisation on pattern counts (Dempster, Laird and Rubin 1977).

    The rates are free. A field's shares among matches are learned only from pairs that the other fields brought together and
    settled, so no field can talk itself into being right, and they stay tied to their priors.
    """
    model = rates(start, columns, patterns, possible_pairs)
    patterns = _telling(model, columns, patterns)
    for _ in range(LEARNING_ROUNDS):
        model = rates(model, columns, patterns, possible_pairs)
        start = replace(start, fields=_without_matches(model, columns, strangers))
        model = replace(model, fields=_shares(start, model, columns, patterns, everything=everything))
    return rates(model, columns, patterns, possible_pairs)


def _telling(model: Model, columns: tuple[tuple[str, Comparison], ...], patterns: Patterns) -> Patterns:
    """Return the patterns that learning can gain from: nearly all others are strangers whatever the shares become."""
    scores = score(model, columns, patterns)
    kept = scores.probability + scores.household_probability > HOPELESS
    return Patterns(patterns.keys[kept], patterns.levels[kept], patterns.rarities[kept], patterns.counts[kept])


def rates(model: Model, columns: tuple[tuple[str, Comparison], ...], patterns: Patterns, possible: float) -> Model:
    """Return the model with the rates of matches and households that these pairs show."""
    scores = score(model, columns, patterns)
    counts = patterns.counts.astype(np.float64)
    # Relative to strangers, so that only two exponentials are left for the rounds.
    match, household = np.exp2(scores.match - scores.stranger), np.exp2(scores.household - scores.stranger)
    a, b = model.match_rate, model.household_rate
    for _ in range(RATE_ROUNDS):
        one, two = a * match, b * household
        total = one + two + max(1 - a - b, 1e-12)
        a = float(np.clip((counts @ (one / total) + 0.5) / (possible + 2), 1e-15, 0.45))
        b = float(np.clip((counts @ (two / total) + 0.5) / (possible + 2), 1e-15, 0.45))
    return replace(model, match_rate=a, household_rate=b)


def _shares(
    start: Model, model: Model, columns: tuple[tuple[str, Comparison], ...], patterns: Patterns, *, everything: bool
) -> tuple[FieldModel, ...]:
    scores = score(model, columns, patterns)
    found = []
    for number, (name, comparison) in enumerate(columns):
        settled = _without(model, columns, patterns, scores, number) >= CERTAIN
        if not everything:
            settled &= brought_together(columns, patterns, without=name)
        pairs = np.where(settled, patterns.counts * scores.probability, 0.0)
        tally = np.bincount(patterns.levels[:, number], pairs, minlength=len(comparison.levels)).astype(np.float64)
        found.append(_towards(start.fields[number], comparison, tally))
    return tuple(found)


def _towards(start: FieldModel, comparison: Comparison, tally: Floats) -> FieldModel:
    match = np.array(start.match)
    if not comparison.learned:
        return start
    for stratum in strata(comparison):
        seen = tally[stratum].sum()
        strength = max(PRIOR_PAIRS, PRIOR_SHARE * seen)
        match[stratum] = (strength * match[stratum] / match[stratum].sum() + tally[stratum]) / (strength + seen)
        if len(stratum) == 1:
            match[stratum] = start.match[stratum[0]]
    return replace(start, match=tuple(match.tolist()), learned_from=float(tally[1:].sum()))


def _without(
    model: Model, columns: tuple[tuple[str, Comparison], ...], patterns: Patterns, scores: Scores, number: int
) -> Floats:
    """Return the probability of a match as it would be if one field were not known."""
    match, household, stranger = contributions(model, columns, patterns, number)
    if columns[number][0] in ("given", "family"):
        stranger = stranger + name_correction(columns, patterns)
    a = scores.match - match + np.log2(model.match_rate)
    b = scores.household - household + np.log2(model.household_rate)
    c = scores.stranger - stranger
    return np.asarray(np.exp2(a - np.logaddexp2(a, np.logaddexp2(b, c))))


def brought_together(columns: tuple[tuple[str, Comparison], ...], patterns: Patterns, *, without: str) -> NDArray[np.bool_]:
    """Say which patterns some blocking rule that does not use a field would have brought together."""
    names = [name for name, _ in columns]

    def at_least(field: str, *keys: str) -> NDArray[np.bool_]:
        if field not in names or field == without:
            return np.zeros(len(patterns), bool)
        wanted = [dict(columns)[field].index(key) for key in keys]
        return np.isin(patterns.levels[:, names.index(field)], wanted)

    given, family = at_least("given", "exact"), at_least("family", "exact")
    born = at_least("birth_date", "exact")
    house = at_least("address", "exact", "unit_one_side", "other_unit")
    postcode = house | at_least("address", "postcode", "postcode_only")
    alone = at_least("email", "exact") | at_least("phone", "exact") | house
    for name in names:
        if name.startswith("other"):
            rare = patterns.rarities[:, names.index(name)] >= 10
            alone = alone | (at_least(name, "exact") & rare)
    return np.asarray(alone | family & (postcode | born | given) | given & born, bool)
