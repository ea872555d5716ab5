"""Compares pairs of rows field by field: the level that they reach, and how rare the value is that they share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matching import comparisons as table
from matching import places
from matching.columns import Codes, People
from matching.comparisons import Comparison
from matching.frequencies import Frequencies
from matching.places import Seen
from matching.types import OtherKind
from matching.values import Values

Rows = NDArray[np.int32]

_ADDRESS_PARTS = ("street", "unit", "city", "region", "postcode")


@dataclass(frozen=True)
class Comparer:
    """Everything that comparing rows of these people needs."""

    people: People
    frequencies: Frequencies
    values: Values = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", Values(self.people))

    @cached_property
    def columns(self) -> tuple[tuple[str, Comparison], ...]:
        """The compared fields, as (name, comparison)."""
        stated = self.people.fields.keys()
        has = {"address": {"street", "postcode", "city", "region"}}
        own = [(one.field, one) for one in table.TABLE if has.get(one.field, {one.field}) & stated]
        kinds = {OtherKind.EXACT: table.OTHER_EXACT, OtherKind.TEXT: table.OTHER_TEXT}
        return (*own, *((other.column, kinds[other.kind]) for other in self.people.others))

    def levels(self, left: Rows, right: Rows) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """Return level and rarity per pair and compared field; the last rarity column is the full name's."""
        seen = {name: self._compare(name, comparison, left, right) for name, comparison in self.columns}
        full = self._full_name(left, right, seen)
        self._gate_email(seen)
        self._gate_suffix(seen)
        levels = [np.zeros((0, len(left)), np.int8), *(level[None] for level, _ in seen.values())]
        rarities = [*(rarity[None] for _, rarity in seen.values()), full[None]]
        return np.concatenate(levels).T.copy(), np.concatenate(rarities).T.copy()

    def counting(self, frequencies: Frequencies) -> Comparer:
        """Return a comparer with other frequencies and the same values."""
        other = replace(self, frequencies=frequencies)
        object.__setattr__(other, "values", self.values)
        return other

    def prepare(self) -> None:
        """Make everything that is made at first use, so that threads only read."""
        self.values.prepare()
        self.levels(np.zeros(1, np.int32), np.zeros(1, np.int32))

    def shown(self, name: str, level: int, left: int, right: int) -> tuple[str | None, str | None]:
        """Return the two values by which a pair of rows reached a level, out of their alternatives."""
        if name == "address":
            k, m = places.reached(self.people, self.frequencies, self.values, level, left, right)
            return self._address(left, k), self._address(right, m)
        coded = self.people.fields[name]
        if coded.alternatives == 1:
            return coded.value(left), coded.value(right)
        compare = self.values.compare(name)
        chosen = [(coded.value(left, k), coded.value(right, m)) for k, m in coded.combinations()
                  if int(compare(coded.codes[[left], k], coded.codes[[right], m])[0]) == level]  # fmt: skip
        return chosen[0] if chosen else (coded.value(left), coded.value(right))

    def _address(self, row: int, alternative: int) -> str | None:
        parts = [
            self.people.fields[part].value(row, alternative)
            for part in _ADDRESS_PARTS
            if part in self.people.fields and alternative < self.people.fields[part].alternatives
        ]
        return ", ".join(part for part in parts if part) or None

    def _compare(self, name: str, comparison: Comparison, left: Rows, right: Rows) -> Seen:
        """Return the strongest level that any two alternatives reach; of equally strong ones, the rarer value."""
        if name == "address":
            return places.compare(self.people, self.frequencies, self.values, left, right)
        coded, compare = self.people.fields[name], self.values.compare(name)
        rare = [at for at, level in enumerate(comparison.levels) if level.rarity and level.key == "exact"]
        bits = self.frequencies.bits[name] if rare else np.zeros(0, np.int8)
        best: Seen | None = None
        for k, m in coded.combinations():
            a, b = coded.codes[left, k], coded.codes[right, m]
            if best is not None and not ((a >= 0) & (b >= 0)).any():
                continue
            level = compare(a, b)
            rarity = np.zeros_like(level)
            if rare:
                shared = np.flatnonzero(level == rare[0])
                rarity[shared] = bits[a[shared]]
            best = (level, rarity) if best is None else _better(best, (level, rarity))
        assert best is not None
        return best

    def _full_name(self, left: Rows, right: Rows, seen: dict[str, Seen]) -> NDArray[np.int8]:
        """Return the rarity of the full name where both parts agree, as they are or exchanged."""
        full = np.zeros(len(left), np.int8)
        if not {"given", "family"} <= seen.keys():
            return full
        self._swap(left, right, seen)
        (given, given_rarity), (family, family_rarity) = seen["given"], seen["family"]
        both = np.flatnonzero((given == table.GIVEN.index("exact")) & (family == table.FAMILY.index("exact")))
        full[both] = self.frequencies.full_name_bits(left[both], right[both], given_rarity[both], family_rarity[both])
        swapped = np.flatnonzero(given == table.GIVEN.index("swapped"))
        sides = left[swapped], right[swapped]
        names, families = self.people.codes("given")[:, 0], self.people.codes("family")[:, 0]
        full[swapped] = self.frequencies.swapped_bits(
            (names[sides[0]], names[sides[1]]), (families[sides[0]], families[sides[1]])
        )
        return full

    def _swap(self, left: Rows, right: Rows, seen: dict[str, Seen]) -> None:
        """Find pairs whose given name is the other's family name, both ways or one way, where nothing agrees directly."""
        (given, given_rarity), (family, family_rarity) = seen["given"], seen["family"]
        apart = (given == table.GIVEN.index("different")) | (given == table.GIVEN.index("initial_differs"))
        at = np.flatnonzero(apart & (family == table.FAMILY.index("different")))
        names, families = self.people.fields["given"].codes[:, 0], self.people.fields["family"].codes[:, 0]
        as_family = self.values.given_as_family
        a, b = left[at], right[at]
        forth, back = _meet(as_family[names[a]], families[b]), _meet(as_family[names[b]], families[a])
        for key, crossed in (("half_swapped", forth ^ back), ("swapped", forth & back)):
            here = at[crossed]
            given[here], family[here] = table.GIVEN.index(key), table.FAMILY.index(key)
            given_rarity[here] = family_rarity[here] = 0
        half = at[forth ^ back]
        name = np.where(forth[forth ^ back], names[left[half]], names[right[half]])
        bits = self.frequencies.bits
        given_rarity[half] = np.minimum(bits["given"][name], bits["family"][as_family[name]])

    def _gate_suffix(self, seen: dict[str, Seen]) -> None:
        """Let a suffix tell only namesakes apart: it says nothing about people of different names."""
        if not {"given", "family", "suffix"} <= seen.keys():
            return
        (given, _), (family, _), (suffix, _) = seen["given"], seen["family"], seen["suffix"]
        named = (given >= table.GIVEN.index("near")) & (given != table.GIVEN.index("initial_differs")) & (family > 1)
        suffix[~named] = 0

    def _gate_email(self, seen: dict[str, Seen]) -> None:
        """Let a similar e-mail say nothing where both names agree: e-mails are made from names."""
        if not {"given", "family", "email"} <= seen.keys():
            return
        (given, _), (family, _), (email, _) = seen["given"], seen["family"], seen["email"]
        similar = (email == table.EMAIL.index("near")) | (email == table.EMAIL.index("local"))
        named = (given > table.GIVEN.index("two_names")) & (given != table.GIVEN.index("initial_differs")) & (family > 1)
        email[similar & named] = table.EMAIL.index("made_from_name")


def _better(best: Seen, found: Seen) -> Seen:
    better = (found[0] > best[0]) | ((found[0] == best[0]) & (found[1] > best[1]))
    return np.where(better, found[0], best[0]), np.where(better, found[1], best[1])


def _meet(a: Codes, b: Codes) -> NDArray[np.bool_]:
    return np.asarray((a == b) & (a >= 0), bool)
