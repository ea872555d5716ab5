"""Says in words and bits why two records are, or are not, one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching import comparisons as table
from matching import model as models
from matching import patterns, policy, words
from matching.columns import People
from matching.compare import Comparer
from matching.errors import TableFaulty
from matching.model import Model, Scores
from matching.patterns import Patterns
from matching.types import Evidence, FieldEvidence


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of a waterfall: what it is, and the bits before and after it."""

    label: str
    start: float
    end: float


def waterfall(evidence: Evidence, *, language: str = "en") -> tuple[Bar, ...]:
    """Return the steps from the bits before looking to the weight, for a picture."""
    bars = [Bar(words.said(words.FIELDS["prior"], language), 0.0, evidence.prior_weight)]
    for one in evidence.fields:
        label = words.said(words.FIELDS[one.field], language) if one.field in words.FIELDS else one.field
        bars.append(Bar(label, bars[-1].end, bars[-1].end + one.weight))
    return tuple(bars)


def explain(
    people: People,
    comparer: Comparer,
    model: Model,
    pairs: Sequence[tuple[str, str]],
    *,
    together: Mapping[tuple[str, str], float] | None = None,
    language: str = "en",
) -> list[Evidence]:
    """Return the evidence for pairs of ids; the bits of prior, fields, household and other records sum to the weight.

    `together` has the weights of pairs that other records of the same component changed.
    """
    if not pairs:
        return []
    left, right = rows_of(people, pairs)
    seen, numbers = patterns.distinct(*comparer.levels(left, right))
    scores = models.score(model, comparer.columns, seen)
    teller = _Teller(people, comparer, model, seen, scores, language)
    return [
        teller.tell(pair, int(i), int(j), int(number), (together or {}).get(pair))
        for pair, i, j, number in zip(pairs, left, right, numbers, strict=True)
    ]


def rows_of(people: People, pairs: Sequence[tuple[str, str]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the row numbers of pairs of ids; TableFaulty for an unknown id."""
    left = _rows(people, [a for a, _ in pairs], slice(0, people.left))
    return left, _rows(people, [b for _, b in pairs], slice(people.left or 0, None))


def _rows(people: People, ids: list[str], side: slice) -> NDArray[np.int32]:
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

    def tell(self, pair: tuple[str, str], left: int, right: int, number: int, together: float | None) -> Evidence:
        """Return the evidence of one pair; `together` is its weight once all records of its component are seen."""
        fields = [*self._fields(left, right, number), *self._full_name(left, right, number)]
        rates = self.model.match_rate, self.model.household_rate
        prior = float(np.log2(rates[0]) - np.log2(max(1 - sum(rates), 1e-12)))
        weight = float(self.scores.weight[number])
        household = weight - prior - sum(one.weight for one in fields)
        fields.append(self._further("household", words.HOUSEHOLD, household))
        if together is not None and abs(together - weight) > 1e-6:
            fields.append(self._further("other_records", words.OTHER_RECORDS, together - weight))
        total = weight if together is None else together
        probability = float(1 / (1 + np.exp2(-total)))
        share = self.scores.household_probability[number] / max(1 - self.scores.probability[number], 1e-300)
        shared = (1 - probability) * min(float(share), 1.0)
        return Evidence(
            left_id=pair[0],
            right_id=pair[1],
            prior_weight=prior,
            fields=tuple(fields),
            weight=total,
            probability=probability,
            household_probability=shared,
            stranger_probability=max(0.0, 1.0 - probability - shared),
            contradictions=self._contradictions(number),
            sentence=self._sum(prior, household, total, probability),
        )

    def _further(self, name: str, texts: tuple[str, str], weight: float) -> FieldEvidence:
        return FieldEvidence(name, None, None, name, words.said(texts, self.language), weight)

    def _fields(self, left: int, right: int, number: int) -> list[FieldEvidence]:
        found = []
        for at, (name, comparison) in enumerate(self.comparer.columns):
            level = comparison.levels[self.seen.levels[number, at]]
            if not level.stratum:
                continue
            match, _, stranger = (float(part[number]) for part in self.parts[at])
            a, b = self.comparer.shown(name, int(self.seen.levels[number, at]), left, right)
            phrase = words.said(words.PHRASES[comparison.field, level.key], self.language)
            if level.rarity:
                phrase += ", " + self._rarity(float(self.seen.rarities[number, at]))
            found.append(FieldEvidence(_label(name), a, b, level.key, phrase, match - stranger))
        return found

    def _full_name(self, left: int, right: int, number: int) -> list[FieldEvidence]:
        """Say how common the whole name is, where that differs from what its parts suggest."""
        correction = -float(self.name[number])
        if not correction:
            return []
        levels = {name: int(self.seen.levels[number, at]) for at, (name, _) in enumerate(self.comparer.columns)}
        parts = [self.comparer.shown(part, levels[part], left, right) for part in ("given", "family")]
        names = [" ".join(part[side] or "" for part in parts).strip() for side in (0, 1)]
        rarity = float(self.seen.rarities[number, -1])
        exchanged = levels["given"] != table.GIVEN.index("exact")
        texts = words.EXCHANGED if exchanged else words.FULL_NAME
        direction = words.said(words.DIRECTION_OF[correction > 0], self.language)
        sentence = words.said(texts, self.language).format(direction=direction, count=_count(rarity))
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
