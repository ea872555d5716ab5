"""How common each value is among people: the chance that a stranger shares it, in whole bits.

Frequencies count people, not rows: rows that agree on the full name and one more identifier count as one person, so a person
who stands in a list ten times does not make a name common. The rows of the pair at hand never count against it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from matching.columns import Codes, People, combine

Bits = NDArray[np.int8]
Floats = NDArray[np.float64]

MOST_BITS = 31
UNSEEN = 0.5
"""Further bearers that are expected of a value of which none was seen (Krichevsky and Trofimov's half)."""

_UNCOUNTED = frozenset({"number", "name", "unit", "local", "suffix"})
_IDENTIFYING = ("birth_date", "email", "phone", "street", "postcode")


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Shares of values among people: `bits` is -log2 of the share per value of each field, rounded.

    `building` and `name` are codes per row for house and full name, `name_counts` says how many people bear each full name,
    `lift` how much oftener two people share a full name than independent given and family names would have it, and `person`
    which rows were counted as one.
    """

    bits: dict[str, Bits]
    building: Codes
    name: Codes
    name_counts: Floats
    persons: float
    lift: float
    person: Codes

    def full_name_bits(self, left: Codes, right: Codes, given_bits: Bits, family_bits: Bits) -> Bits:
        """Return the rarity of the full name that pairs of rows share, in bits.

        The name's true share has a gamma prior around what its parts predict (mean e, shape 1 / (lift - 1)), and was seen on
        the people other than this pair: E[share^2] / E[share] = (shape + 1 + others) / (shape / e + persons).
        """
        code = np.where(self.name[left] == self.name[right], self.name[left], -1)
        of_pair = np.where(self.person[left] == self.person[right], 1, 2)
        others = np.where(code >= 0, self.name_counts[code] - of_pair, 0)
        expected = np.exp2(-(given_bits.astype(np.float64) + family_bits))
        shape = 1.0 / max(self.lift - 1.0, 1e-3)
        return rounded((shape + 1 + np.maximum(others, 0)) / (shape / expected + self.persons))

    def swapped_bits(self, given: tuple[Codes, Codes], family: tuple[Codes, Codes]) -> Bits:
        """Return the rarity of the commoner reading of a name whose parts are exchanged between the sides."""
        bits = [
            self.bits["given"][first].astype(np.float64) + self.bits["family"][last]
            for first, last in zip(given, family, strict=True)
        ]
        return rounded(np.exp2(-np.minimum(*bits)) * self.lift)


def count(people: People) -> Frequencies:
    """Count values among people, taking rows together that agree exactly on full name and one more identifier."""
    name = full_names(people)
    return _count(people, name, _persons(people, name))


def recount(people: People, before: Frequencies, left: Codes, right: Codes) -> Frequencies:
    """Count again, with pairs of rows that were found to be one person taken together as well."""
    rows = len(people)
    a = np.concatenate([np.arange(rows), left])
    b = np.concatenate([before.person + rows, right])
    label = _components(a, b, 2 * rows)[:rows]
    return _count(people, before.name, np.unique(label, return_inverse=True)[1].astype(np.int32))


def full_names(people: People) -> Codes:
    """Return a code per row for the full name (first alternative of given and family name), -1 where a part is unknown."""
    return combine(people.codes("given")[:, 0], people.codes("family")[:, 0])


def buildings(people: People) -> Codes:
    """Return a code per row and address for street line and place (postcode, else city)."""
    street = people.codes("street")
    place = np.zeros_like(street)
    for field, odd in (("city", 1), ("postcode", 0)):
        codes = people.codes(field)
        if codes.shape == street.shape:
            place = np.where(codes >= 0, codes * 2 + 2 + odd, place)
    return combine(street.ravel(), place.ravel()).reshape(street.shape)


def rounded(shares: Floats) -> Bits:
    """Return -log2 of shares in whole bits."""
    with np.errstate(divide="ignore"):
        return np.clip(np.rint(-np.log2(shares)), 0, MOST_BITS).astype(np.int8)


def _count(people: People, name: Codes, person: Codes) -> Frequencies:
    weights = 1.0 / np.bincount(person)[person] if len(person) else np.zeros(0)
    persons = max(float(person.max(initial=0)) + 1.0, 1.0)
    building = buildings(people)
    codes = {field: coded.codes for field, coded in people.fields.items() if field not in _UNCOUNTED}
    shares = {field: _shares(one, weights, persons) for field, one in codes.items()}
    name_counts = np.bincount(name[name >= 0], weights[name >= 0]).astype(np.float64)
    bits = {field: rounded(share) for field, share in shares.items()}
    bits["building"] = rounded(_shares(building, weights, persons))
    return Frequencies(bits, building, name, name_counts, persons, _lift(shares, name_counts, persons), person)


def _shares(codes: Codes, weights: Floats, persons: float) -> Floats:
    """Return the chance that another person has each value."""
    total = np.zeros(int(codes.max(initial=-1)) + 1)
    for column in codes.T:
        known = column >= 0
        total += np.bincount(column[known], weights[known], minlength=len(total))
    return np.asarray((np.maximum(total - 1, 0) + UNSEEN) / (persons + 2 * UNSEEN), np.float64)


def _lift(shares: dict[str, Floats], name_counts: Floats, persons: float) -> float:
    """Return the ratio of the namesakes that there are to those that independent names predict, from 1 to 1000.

    Given and family names go together, by language and by generation.
    """
    if not {"given", "family"} <= shares.keys():
        return 1.0
    counts = np.floor(name_counts + 1e-9)
    namesakes = float((counts * (counts - 1)).sum()) / persons**2
    independent = float((shares["given"] ** 2).sum() * (shares["family"] ** 2).sum())
    return float(np.clip(namesakes / max(independent, 1e-300), 1.0, 1000.0))


def _persons(people: People, name: Codes) -> Codes:
    """Return a person number per row: rows that agree exactly on full name and one more identifier are one person."""
    rows = len(people)
    edges = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    for field in _IDENTIFYING:
        if field in people.fields:
            edges += [_chain(combine(name, codes)) for codes in people.codes(field).T]
    a, b = (np.concatenate(side) for side in zip(*edges, strict=True))
    return _components(a, b, rows)


def _components(a: NDArray[np.integer], b: NDArray[np.integer], size: int) -> Codes:
    graph = coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32) if size else np.zeros(0, np.int32)


def _chain(codes: Codes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return edges between rows of equal code that follow each other."""
    known = np.flatnonzero(codes >= 0)
    packed = np.sort(codes[known].astype(np.int64) << 32 | known)
    same = (packed[1:] >> 32) == (packed[:-1] >> 32)
    rows = packed & 0xFFFFFFFF
    return rows[:-1][same], rows[1:][same]
