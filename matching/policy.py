"""Decides what a scored pair means: what contradicts it, and whether it needs a person's eye."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from matching.types import Evidence

TWO_NAMES = "two_names"
"""Given names spelled alike that are two people's names (Daniel and Danielle)."""

CONTRADICTING: Mapping[str, frozenset[str]] = {
    "suffix": frozenset({"different"}),
    "birth_date": frozenset({"different", "year", "partly_differs"}),
    "middle": frozenset({"different", "initial_differs"}),
    "given": frozenset({"different", "initial_differs", TWO_NAMES}),
    "family": frozenset({"different"}),
}
"""Levels that veto acceptance without review. Generation suffix and birth date by the court practice in domain.md; another
middle, given or family name beside agreeing other fields is how relatives and the next tenants look."""

IDENTIFYING: Mapping[str, frozenset[str]] = {
    "name": frozenset({"exact", "nickname", "near", "swapped"}),
    "birth_date": frozenset({"exact"}),
    "email": frozenset({"exact"}),
    "phone": frozenset({"exact"}),
    "address": frozenset({"exact", "unit_one_side"}),
}
"""Levels that count as an identifier that agrees; the name counts once, and only when given and family name both agree."""


class Band(StrEnum):
    """What is to be done with a pair."""

    NO_DISPUTE = "no_dispute"
    REVIEW = "review"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from which a pair is beyond dispute, or worth a review; and how near a rival makes it ambiguous (bits)."""

    no_dispute_probability: float = 0.99
    review_probability: float = 0.10
    ambiguous_margin: float = 5.0


def contradictions(levels: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields whose level contradicts a match, given level keys by field."""
    return tuple(field for field, keys in CONTRADICTING.items() if levels.get(field) in keys)


def identifiers(levels: Mapping[str, str]) -> tuple[str, ...]:
    """Return the independent identifiers that agree, given level keys by field."""
    named = all(levels.get(part) in IDENTIFYING["name"] for part in ("given", "family"))
    found = ["name"] if named else []
    return (*found, *(field for field, keys in IDENTIFYING.items() if field != "name" and levels.get(field) in keys))


def band(best: Evidence, others: Sequence[Evidence], thresholds: Thresholds | None = None) -> Band:
    """Return the band of a claim's best candidate, given the other candidates.

    No dispute: probable enough, two independent identifiers agree and nothing contradicts. Ambiguous: another member comes
    within the margin. Review: worth a person's look. None: too improbable.
    """
    limits = thresholds or Thresholds()
    if best.probability < limits.review_probability:
        return Band.NONE
    if any(best.weight - other.weight < limits.ambiguous_margin for other in others):
        return Band.AMBIGUOUS
    levels = {one.field: one.level for one in best.fields}
    certain = best.probability >= limits.no_dispute_probability and len(identifiers(levels)) >= 2
    return Band.NO_DISPUTE if certain and not best.contradictions else Band.REVIEW
