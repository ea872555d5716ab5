"""Learns the model: priors first, strangers from random pairs, matches from pairs that other fields have settled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.comparisons import NAMESAKES_AT_HOME, Comparison
from matching.model import FieldModel, Floats, Model, contributions, name_correction, score
from matching.patterns import Patterns

Columns = tuple[tuple[str, Comparison], ...]

LEARNING_ROUNDS = 10
RATE_ROUNDS = 200
SETTLED_RATE = 1e-7
SETTLED_CHANGE = 5e-4
"""Learning ends when no share changes by more than this, or after the last round."""

CERTAIN = 0.9
"""Probability, without the field at hand, from which a pair speaks about the field."""

PRIOR_PAIRS = 200.0
PRIOR_SHARE = 0.3
"""The prior counts as 200 pairs and as three tenths of the pairs that speak, whichever is more."""

HOPELESS = 1e-5
FEW_PAIRS = 50.0
RUNAWAY = 0.35
"""A field that keeps less of its priors' agreement has run away: it describes other people, not one person's errors."""


def prior(columns: Columns, strangers: Patterns, rows: int, possible_pairs: float, *, suffixes: float) -> Model:
    """Return the model before learning: informed shares, strangers' shares from randomly paired rows.

    `suffixes` is the share of rows that state a generation suffix.
    """
    fields = tuple(_prior_field(name, c, _tally(strangers, strangers.counts, n, c)) for n, (name, c) in enumerate(columns))
    match, household = suffix_shares(suffixes)
    fields = tuple(replace(one, match=match, household=household) if one.field == "suffix" else one for one in fields)
    rate = min(0.25 * max(rows, 1) / max(possible_pairs, 1.0), 0.2)
    return Model(match_rate=rate, household_rate=rate, fields=fields)


def suffix_shares(stated: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the shares of suffix levels among matches and among namesakes of one household.

    A list that states suffixes in `stated` of its rows states them for `s` of the people who need one. Matches are of such
    people as rarely as people are; two namesakes of one household always are, and then their suffixes differ.
    """
    s = float(np.clip(stated / NAMESAKES_AT_HOME, 0.05, 0.5))
    neither, one, both = (1 - s) ** 2, 2 * s * (1 - s), s * s
    few = NAMESAKES_AT_HOME
    match = (1 - few + few * neither - 0.002, 0.002 + few * one, few * both * 0.02, few * both * 0.98)
    return (1.0, *match), (1.0, neither, one, both * 0.95, both * 0.05)


def _without_matches(start: Model, model: Model, columns: Columns, strangers: Patterns) -> tuple[FieldModel, ...]:
    """Return the priors with strangers' shares from random pairs less the matches that chance put among them."""
    weights = strangers.counts * (1 - score(model, columns, strangers).probability)
    fresh = (_prior_field(name, c, _tally(strangers, weights, n, c)) for n, (name, c) in enumerate(columns))
    return tuple(
        new if comparison.learned else replace(old, stranger=new.stranger)
        for old, new, (_, comparison) in zip(start.fields, fresh, columns, strict=True)
    )


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


def learn(
    start: Model,
    columns: Columns,
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
    names = [name for name, _ in columns]
    met = [np.ones(len(patterns), bool) if everything else brought_together(columns, patterns, name) for name in names]
    for _ in range(LEARNING_ROUNDS):
        before = model
        start = replace(start, fields=_without_matches(start, model, columns, strangers))
        model = replace(model, fields=_shares(start, model, columns, patterns, met))
        model = rates(model, columns, patterns, possible_pairs)
        if _change(before, model) < SETTLED_CHANGE:
            break
    model = replace(model, fields=tuple(_judged(*pair) for pair in zip(start.fields, model.fields, strict=True)))
    return rates(model, columns, patterns, possible_pairs)


def _change(before: Model, after: Model) -> float:
    """Return the largest change of a share, or of a rate as a tenth of its ratio."""
    pairs = zip(before.fields, after.fields, strict=True)
    shares = (float(np.abs(np.subtract(a.match, b.match)).max()) for a, b in pairs)
    rates_before, rates_after = ((one.match_rate, one.household_rate) for one in (before, after))
    ratios = (abs(b / a - 1) / 10 for a, b in zip(rates_before, rates_after, strict=True))
    return max((*shares, *ratios), default=0.0)


def _judged(start: FieldModel, learned: FieldModel) -> FieldModel:
    """Return the learned shares with a note on what they rest on; those that ran away from their priors are not used."""
    if learned.note:
        return learned
    if learned.learned_from < FEW_PAIRS:
        return replace(learned, note="Too few settled pairs to learn from: the prior shares are used.")
    lost = [
        key
        for key, before, after, u in zip(learned.levels, start.match, learned.match, start.stranger, strict=True)
        if before >= 0.5 and after < RUNAWAY * before and u < 1.0
    ]
    if lost:
        note = f"Learning ran away from its priors (level {', '.join(lost)}): the prior shares are used."
        return replace(start, learned_from=learned.learned_from, note=note)
    return learned


def _telling(model: Model, columns: Columns, patterns: Patterns) -> Patterns:
    """Return the patterns that learning can gain from: nearly all others are strangers whatever the shares become."""
    scores = score(model, columns, patterns)
    kept = scores.probability + scores.household_probability > HOPELESS
    return Patterns(patterns.keys[kept], patterns.levels[kept], patterns.rarities[kept], patterns.counts[kept])


def rates(model: Model, columns: Columns, patterns: Patterns, possible: float) -> Model:
    """Return the model with the rates of matches and households that these pairs show."""
    scores = score(model, columns, patterns)
    counts = patterns.counts.astype(np.float64)
    # Relative to strangers, so that only two exponentials are left for the rounds.
    match, household = np.exp2(scores.match - scores.stranger), np.exp2(scores.household - scores.stranger)
    a, b = model.match_rate, model.household_rate
    for _ in range(RATE_ROUNDS):
        before = a, b
        one, two = a * match, b * household
        total = one + two + max(1 - a - b, 1e-12)
        a = _rate(counts * (one / total), possible)
        b = _rate(counts * (two / total), possible)
        if max(abs(a / before[0] - 1), abs(b / before[1] - 1)) < SETTLED_RATE:
            break
    return replace(model, match_rate=a, household_rate=b)


def _rate(pairs: Floats, possible: float) -> float:
    return float(np.clip((pairs.sum() + 0.5) / (possible + 2), 1e-15, 0.45))


def _shares(
    start: Model, model: Model, columns: Columns, patterns: Patterns, met: list[NDArray[np.bool_]]
) -> tuple[FieldModel, ...]:
    """Return the shares that settled pairs show, tied to the priors of `start`."""
    parts = [contributions(model, columns, patterns, number) for number in range(len(columns))]
    correction = name_correction(columns, patterns)
    sums = [np.sum([part[k] for part in parts], axis=0) for k in range(3)]
    match, household = _probabilities(model, sums[0], sums[1], sums[2] + correction)
    # What the whole household has in common, taken as no evidence for one of it against another.
    common = np.sum([part[0] - part[1] for part, (_, c) in zip(parts, columns, strict=True) if c.shared], axis=0)
    # Next tenants share an address too: only families teach what a household shares.
    household = household * _agree(columns, patterns, "family")
    found = []
    for number, (name, comparison) in enumerate(columns):
        a, b, c = (total - part for total, part in zip(sums, parts[number], strict=True))
        c = c if name in ("given", "family") else c + correction
        as_match, as_household = _probabilities(model, a, b if comparison.shared else b + common, c)
        tallies = [
            _levels(patterns, number, comparison, patterns.counts * whole * (without >= CERTAIN) * met[number])
            for whole, without in ((match, as_match), (household, as_household))
        ]
        found.append(_towards(start.fields[number], comparison, *tallies))
    return tuple(found)


def _agree(columns: Columns, patterns: Patterns, field: str) -> NDArray[np.bool_]:
    """Say in which patterns a field is the same; nowhere when it is not compared."""
    names = [name for name, _ in columns]
    if field not in names:
        return np.zeros(len(patterns), bool)
    return np.asarray(patterns.levels[:, names.index(field)] == dict(columns)[field].index("exact"), bool)


def _levels(patterns: Patterns, number: int, comparison: Comparison, pairs: Floats) -> Floats:
    return np.bincount(patterns.levels[:, number], pairs, minlength=len(comparison.levels)).astype(np.float64)


def _probabilities(model: Model, match: Floats, household: Floats, stranger: Floats) -> tuple[Floats, Floats]:
    """Return the probabilities of match and household from log2 shares."""
    a, b = np.log2(model.match_rate) + match, np.log2(model.household_rate) + household
    total = np.logaddexp2(np.logaddexp2(a, b), stranger)
    return np.exp2(a - total), np.exp2(b - total)


def _towards(start: FieldModel, comparison: Comparison, matches: Floats, households: Floats) -> FieldModel:
    """Return shares between the priors and what settled pairs show; households teach only what households share."""
    if not comparison.learned:
        return replace(start, note="Not learned: nothing else in the data tells these people apart.")
    match, household = _blend(start.match, comparison, matches), start.household
    if comparison.shared and comparison.field != "family":
        household = _blend(start.household, comparison, households)
    return replace(start, match=match, household=household, learned_from=float(matches[1:].sum()))


def _blend(prior: tuple[float, ...], comparison: Comparison, tally: Floats) -> tuple[float, ...]:
    shares = np.array(prior)
    for stratum in strata(comparison):
        if len(stratum) > 1:
            seen = tally[stratum].sum()
            strength = max(PRIOR_PAIRS, PRIOR_SHARE * seen)
            shares[stratum] = (strength * shares[stratum] / shares[stratum].sum() + tally[stratum]) / (strength + seen)
    return tuple(shares.tolist())


def brought_together(columns: Columns, patterns: Patterns, without: str) -> NDArray[np.bool_]:
    """Say which patterns some blocking rule that does not use a field would have brought together."""
    names = [name for name, _ in columns]

    def at_least(field: str, *keys: str) -> NDArray[np.bool_]:
        if field not in names or field == without:
            return np.zeros(len(patterns), bool)
        levels = dict(columns)[field].levels
        return np.array([level.key in keys for level in levels])[patterns.levels[:, names.index(field)]]

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
