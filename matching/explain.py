"""Says in words and bits why two records are, or are not, one person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from matching import model as models
from matching import patterns, policy, words
from matching.columns import People
from matching.compare import Comparer
from matching.errors import TableFaulty
from matching.model import Model, Scores
from matching.patterns import Patterns
from matching.types import Evidence, FieldEvidence


def explain(
    people: People, comparer: Comparer, model: Model, pairs: Sequence[tuple[str, str]], *, language: str = "en"
) -> list[Evidence]:
    """Return the evidence for pairs of ids; the bits of prior, fields and household sum to the weight."""
    if not pairs:
        return []
    left = _rows(people, [a for a, _ in pairs], slice(0, people.left))
    right = _rows(people, [b for _, b in pairs], slice(people.left or 0, None))
    seen, numbers = patterns.distinct(*comparer.levels(left, right))
    scores = models.score(model, comparer.columns, seen)
    teller = _Teller(people, comparer, model, seen, scores, language)
    return [
        teller.tell(pair, int(i), int(j), int(number)) for pair, i, j, number in zip(pairs, left, right, numbers, strict=True)
    ]


def _rows(people: People, ids: list[str], side: slice) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    found = pc.index_in(pa.array(ids, pa.string()), people.ids[side])
    if found.null_count:
        raise TableFaulty(f"There is no row with the id {ids[found.is_null().index(True).as_py()]!r}.")
    return np.asarray(found.to_numpy(), np.int32) + np.int32(side.start or 0)


class _Teller:
    """Tells one pair after another, from the patterns' contributions."""

    def __init__(self, people: People, comparer: Comparer, model: Model, seen: Patterns, scores: Scores, language: str) -> None:
        self.people, self.comparer, self.model, self.seen, self.scores = people, comparer, model, seen, scores
        self.language = language
        columns = comparer.columns
        self.parts = [models.contributions(model, columns, seen, n) for n in range(len(columns))]
        self.name = models.name_correction(columns, seen)

    def tell(self, pair: tuple[str, str], left: int, right: int, number: int) -> Evidence:
        """Return the evidence of one pair."""
        fields = [*self._fields(left, right, number), *self._full_name(left, right, number)]
        prior = float(np.log2(self.model.match_rate) - np.log2(1 - self.model.match_rate - self.model.household_rate))
        weight = float(self.scores.weight[number])
        household = weight - prior - sum(one.weight for one in fields)
        if fields:
            fields.append(
                FieldEvidence("household", None, None, "household", words.said(words.HOUSEHOLD, self.language), household)
            )
        probability = float(self.scores.probability[number])
        shared = float(self.scores.household_probability[number])
        return Evidence(
            left_id=pair[0],
            right_id=pair[1],
            prior_weight=prior,
            fields=tuple(fields),
            weight=weight,
            probability=probability,
            household_probability=shared,
            stranger_probability=max(0.0, 1.0 - probability - shared),
            contradictions=self._contradictions(number),
            sentence=self._sum(prior, household, weight, probability),
        )

    def _fields(self, left: int, right: int, number: int) -> list[FieldEvidence]:
        found = []
        for at, (name, comparison) in enumerate(self.comparer.columns):
            level = comparison.levels[self.seen.levels[number, at]]
            if not level.stratum:
                continue
            match, _, stranger = (float(part[number]) for part in self.parts[at])
            a, b = self.comparer.shown(name, left, right)
            phrase = words.said(words.PHRASES[comparison.field, level.key], self.language)
            if level.rarity:
                phrase += ", " + self._rarity(float(self.seen.rarities[number, at]))
            found.append(FieldEvidence(_label(name), a, b, level.key, phrase, match - stranger))
        return found

    def _full_name(self, left: int, right: int, number: int) -> list[FieldEvidence]:
        correction = -float(self.name[number])
        if not correction:
            return []
        direction = words.said(words.DIRECTION_OF[correction > 0], self.language)
        count = _count(float(self.seen.rarities[number, -1]))
        sentence = words.said(words.FULL_NAME, self.language).format(direction=direction, count=count)
        names = [" ".join(v for v in (self.comparer.shown(f, left, right)[s] for f in ("given", "family")) if v) for s in (0, 1)]
        return [FieldEvidence("full_name", names[0], names[1], "exact", sentence, correction)]

    def _rarity(self, bits: float) -> str:
        return words.said(words.RARITY, self.language).format(count=_count(bits))

    def _contradictions(self, number: int) -> tuple[str, ...]:
        levels = {
            comparison.field: comparison.levels[self.seen.levels[number, at]].key
            for at, (_, comparison) in enumerate(self.comparer.columns)
        }
        return tuple(words.said(words.CONTRADICTIONS[field], self.language) for field in policy.contradictions(levels))

    def _sum(self, prior: float, household: float, weight: float, probability: float) -> str:
        return words.said(words.SUM, self.language).format(
            prior=_bits(prior),
            fields=_bits(weight - prior - household),
            household=_bits(household),
            weight=_bits(weight),
            probability=f"{min(max(probability, 0.0001), 0.9999):.4f}",
        )


def _label(name: str) -> str:
    return name.partition(":")[2] or name


def _bits(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\u2212")


def _count(bits: float) -> str:
    return f"{round(2**bits):,}"
