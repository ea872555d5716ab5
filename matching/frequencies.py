"""How common each value is among people: the chance that a stranger shares it, in whole bits.

Frequencies count people, not rows: rows that agree on the full name and one more identifier count as one person, so a person
who stands in a list ten times does not make a name common. The rows of the pair at hand never count against it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from matching.columns import Codes, People, combine

MOST_BITS = 31
UNSEEN = 0.5
"""Further bearers that are expected of a value of which none was seen (Krichevsky-Trofimov's half)."""


@dataclass(frozen=True)
class Frequencies:
    """Shares of values among the people of one run."""

    people: People
    person: NDArray[np.int32]

    @classmethod
    def count(cls, people: People) -> Frequencies:
        """Count values among people, taking rows that surely are one person together."""
        return cls(people, _persons(people))

    def joined(self, left: Codes, right: Codes) -> Frequencies:
        """Return the frequencies as they are when these pairs of rows are one person each."""
        rows = len(self.people)
        a = np.concatenate([np.arange(rows), left])
        b = np.concatenate([self.person + rows, right])
        graph = coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(2 * rows, 2 * rows))
        label = connected_components(graph, directed=False)[1][:rows]
        return replace(self, person=np.unique(label, return_inverse=True)[1].astype(np.int32))

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """One over the number of rows of each row's person."""
        return 1.0 / np.bincount(self.person)[self.person]

    @cached_property
    def persons(self) -> float:
        """How many people there are, as far as exact agreement tells."""
        return max(float(self.person.max(initial=0)) + 1.0, 1.0)

    def shares(self, field: str) -> NDArray[np.float64]:
        """Return for each value of a field the chance that another person has it."""
        return self._shares[field]

    def bits(self, field: str) -> NDArray[np.int8]:
        """Return -log2 of the shares, rounded."""
        return self._bits[field]

    @cached_property
    def _bits(self) -> dict[str, NDArray[np.int8]]:
        return {field: _rounded(shares) for field, shares in self._shares.items()}

    @cached_property
    def _shares(self) -> dict[str, NDArray[np.float64]]:
        counted = (*self.people.fields.keys() - {"number", "name", "unit", "local", "suffix"},)
        shares = {field: self._share(self.people.fields[field].codes) for field in counted}
        if "street" in self.people.fields:
            shares["building"] = self._share(self.building)
        return shares

    def _share(self, codes: Codes) -> NDArray[np.float64]:
        size = int(codes.max(initial=-1)) + 1
        total = np.zeros(size)
        for k in range(codes.shape[1]):
            known = codes[:, k] >= 0
            total += np.bincount(codes[known, k], self.weights[known], minlength=size)
        return (np.maximum(total - 1, 0) + UNSEEN) / (self.persons + 2 * UNSEEN)

    @cached_property
    def building(self) -> Codes:
        """A code per row and address for street line and place (postcode, else city)."""
        street = self.people.fields["street"].codes
        place = np.full_like(street, -1)
        for field in ("city", "postcode"):
            if field in self.people.fields:
                codes = self.people.fields[field].codes[:, : street.shape[1]]
                place = np.where(codes >= 0, codes * 2 + (field == "city"), place)
        flat = combine(street.ravel().astype(np.int32), (place.ravel() + 1).astype(np.int32))
        return np.asarray(flat.reshape(street.shape), np.int32)

    @cached_property
    def name(self) -> Codes:
        """A code per row for the full name (first alternative of given and family name)."""
        fields = self.people.fields
        return combine(fields["given"].codes[:, 0], fields["family"].codes[:, 0])

    @cached_property
    def name_counts(self) -> NDArray[np.float64]:
        """How many people bear each full name."""
        known = self.name >= 0
        return np.asarray(np.bincount(self.name[known], self.weights[known]), np.float64)

    @cached_property
    def lift(self) -> float:
        """How much more often two people share a full name than independent given and family names would have it.

        Given and family names go together (by language, by generation): the ratio of the namesakes that there are to those
        that independence predicts; at least one, at most a thousand.
        """
        counts = np.floor(self.name_counts + 1e-9)
        namesakes = float((counts * (counts - 1)).sum()) / self.persons**2
        independent = float((self.shares("given") ** 2).sum() * (self.shares("family") ** 2).sum())
        return float(np.clip(namesakes / max(independent, 1e-300), 1.0, 1000.0))

    def name_bits(
        self, left: Codes, right: Codes, given_bits: NDArray[np.int8], family_bits: NDArray[np.int8]
    ) -> NDArray[np.int8]:
        """Return the rarity of the full name that pairs share, in bits.

        The name's true share has a gamma prior around what its parts predict (mean e, shape 1 / (lift - 1)), and has been
        seen on the people other than this pair: E[share^2] / E[share] = (shape + 1 + others) / (shape / e + persons).
        """
        code = np.where(self.name[left] == self.name[right], self.name[left], -1)
        same_person = self.person[left] == self.person[right]
        others = np.where(code >= 0, self.name_counts[code] - np.where(same_person, 1, 2), 0)
        expected = np.exp2(-(given_bits.astype(np.float64) + family_bits))
        shape = 1.0 / max(self.lift - 1.0, 1e-3)
        share = (shape + 1 + np.maximum(others, 0)) / (shape / expected + self.persons)
        return _rounded(share)

    def swapped_bits(self, left: Codes, right: Codes) -> NDArray[np.int8]:
        """Return the rarity of the commoner reading of a name whose parts are exchanged."""
        fields = self.people.fields
        given, family = fields["given"].codes[:, 0], fields["family"].codes[:, 0]
        shares = [self.shares("given")[given[rows]] * self.shares("family")[family[rows]] for rows in (left, right)]
        return _rounded(np.maximum(*shares) * self.lift)


def _rounded(shares: NDArray[np.float64]) -> NDArray[np.int8]:
    with np.errstate(divide="ignore"):
        return np.clip(np.rint(-np.log2(shares)), 0, MOST_BITS).astype(np.int8)


def _persons(people: People) -> NDArray[np.int32]:
    """Return a person number per row: rows that agree exactly on full name and one more identifier are one person."""
    rows = len(people)
    fields = people.fields
    if not {"given", "family"} <= fields.keys():
        return np.arange(rows, dtype=np.int32)
    name = combine(fields["given"].codes[:, 0], fields["family"].codes[:, 0])
    edges = []
    for field in ("birth_date", "email", "phone", "street", "postcode"):
        if field in fields:
            for k in range(fields[field].alternatives):
                edges.append(_chain(combine(name, fields[field].codes[:, k])))
    if not edges:
        return np.arange(rows, dtype=np.int32)
    a, b = (np.concatenate(side) for side in zip(*edges, strict=True))
    graph = coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(rows, rows))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32)


def _chain(codes: Codes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return edges between rows of equal code that follow each other."""
    known = np.flatnonzero(codes >= 0)
    packed = np.sort(codes[known].astype(np.int64) << 32 | known)
    same = (packed[1:] >> 32) == (packed[:-1] >> 32)
    rows = packed & 0xFFFFFFFF
    return rows[:-1][same], rows[1:][same]
