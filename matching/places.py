"""Compares addresses as one thing: same unit, same house, same postcode, same city, same region, elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from matching import comparisons as table
from matching.columns import Codes, People
from matching.frequencies import Frequencies
from matching.values import Level, Values

Rows = NDArray[np.int32]
Seen = tuple[Level, Level]
"""Per pair: the level, and the rarity of the shared value in whole bits (0 where the level has none)."""

Where = NDArray[np.bool_]

STREET_ALIKE = 0.85
"""Jaro-Winkler similarity from which two street names at the same number, or two city names, count as one, misspelled."""

_AT = {level.key: number for number, level in enumerate(table.ADDRESS.levels)}

_STRENGTH = (
    "unknown", "other_region", "same_region", "far_city", "region_only", "far_postcode", "elsewhere", "near_city",
    "area_only", "area", "same_city", "city_only", "city", "postcode_only", "postcode", "similar_street", "other_unit",
    "unit_one_side", "exact",
)  # fmt: skip
_ORDER = np.array([_STRENGTH.index(level.key) for level in table.ADDRESS.levels], np.int32)

_WITH_STREET = (
    ("far_postcode", "elsewhere"), ("area_only", "area"), ("city_only", "city"), ("postcode_only", "postcode"),
    ("far_city", "elsewhere"), ("region_only", "elsewhere"), ("near_city", "area"), ("same_city", "city"),
)  # fmt: skip
"""What a place-only level becomes where both streets are known and differ."""

_SHARED_PLACE = (("same_region", "region"), ("same_city", "city"), ("postcode_only", "postcode"))


def compare(people: People, frequencies: Frequencies, values: Values, left: Rows, right: Rows) -> Seen:
    """Return the most specific level that any address of the left row reaches with any of the right row, and its rarity."""
    best: Seen | None = None
    for k, m in _combinations(people):
        pairs = _Pairs(people, values, left, right, k, m)
        if best is not None and not any(pairs.same(part)[0].any() for part in ("street", "postcode", "city", "region")):
            continue
        found = _seen(pairs, frequencies)
        best = found if best is None else _better(best, found)
    assert best is not None
    return best


def reached(people: People, frequencies: Frequencies, values: Values, level: int, left: int, right: int) -> tuple[int, int]:
    """Return which two addresses of a pair of rows reached a level."""
    for k, m in _combinations(people):
        pair = _Pairs(people, values, np.array([left], np.int32), np.array([right], np.int32), k, m)
        if int(_seen(pair, frequencies)[0][0]) == level:
            return k, m
    return 0, 0


def _combinations(people: People) -> list[tuple[int, int]]:
    fields = people.fields
    count = next(fields[f].alternatives for f in ("street", "postcode", "city", "region") if f in fields)
    return list(product(range(count), range(count)))


def _better(best: Seen, found: Seen) -> Seen:
    """Return pairwise the address that says most: by level, then by rarity."""
    better = _ORDER[found[0]] * 64 + found[1] > _ORDER[best[0]] * 64 + best[1]
    return np.where(better, found[0], best[0]), np.where(better, found[1], best[1])


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Address k of left rows beside address m of right rows."""

    people: People
    values: Values
    left: Rows
    right: Rows
    k: int
    m: int

    def codes(self, part: str) -> tuple[Codes, Codes]:
        """Return both sides' codes of a part of the address."""
        return self._side(part, self.left, self.k), self._side(part, self.right, self.m)

    def _side(self, part: str, rows: Rows, alternative: int) -> Codes:
        coded = self.people.fields.get(part)
        if coded is None or alternative >= coded.alternatives:
            return np.full(len(rows), -1, np.int32)
        return np.asarray(coded.codes[rows, alternative], np.int32)

    def same(self, part: str) -> tuple[Where, Where]:
        """Return where both sides state a part, and where they state the same."""
        a, b = self.codes(part)
        known = (a >= 0) & (b >= 0)
        return known, known & (a == b)

    def at(self, where: NDArray[np.int64]) -> _Pairs:
        """Return some of the pairs."""
        return _Pairs(self.people, self.values, self.left[where], self.right[where], self.k, self.m)

    def alike(self, part: str) -> Where:
        """Say where a part is spelled alike."""
        if part not in self.people.fields:
            return np.zeros(len(self.left), bool)
        return np.asarray(self.values.letters[part].alike(*self.codes(part), floor=STREET_ALIKE) > 0, bool)


def _seen(pairs: _Pairs, frequencies: Frequencies) -> Seen:
    level = np.zeros(len(pairs.left), np.int8)
    known, equal = pairs.same("region")
    level[known] = _AT["other_region"]
    level[equal] = _AT["same_region"]
    _cities(pairs, level)
    _postcodes(pairs, level)
    _streets(pairs, level)
    return level, _rarity(pairs, frequencies, level)


def _cities(pairs: _Pairs, level: Level) -> None:
    """Set the levels of pairs of which both cities and not both postcodes are known."""
    known, equal = pairs.same("city")
    bare = known & ~pairs.same("postcode")[0]
    if not bare.any():
        return
    same_region = pairs.same("region")[1]
    level[bare] = np.where(same_region[bare], _AT["region_only"], _AT["far_city"])
    differs = np.flatnonzero(bare & ~equal)
    level[differs[pairs.at(differs).alike("city")]] = _AT["near_city"]
    level[bare & equal] = _AT["same_city"]


def _postcodes(pairs: _Pairs, level: Level) -> None:
    known, equal = pairs.same("postcode")
    if not known.any():
        return
    level[known] = _AT["far_postcode"]
    a, b = pairs.codes("postcode")
    area = pairs.values.postcode_areas
    level[known & (area[a] == area[b])] = _AT["area_only"]
    level[known & pairs.same("city")[1]] = _AT["city_only"]
    level[equal] = _AT["postcode_only"]


def _streets(pairs: _Pairs, level: Level) -> None:
    """Lift pairs of which both streets are known to the levels that need streets."""
    known, equal = pairs.same("street")
    (has_postcode, same_postcode), (has_city, same_city) = pairs.same("postcode"), pairs.same("city")
    placed = known & (has_postcode | has_city)
    for bare, full in _WITH_STREET:
        level[placed & (level == _AT[bare])] = _AT[full]
    unplaced = known & ~placed
    here = same_postcode | same_city | unplaced
    level[unplaced] = _AT["elsewhere"]
    level[_similar_streets(pairs, known & ~equal, here)] = _AT["similar_street"]
    # The same line in another city and postcode is one address with a slip only where the state agrees.
    level[equal & ~here & pairs.same("region")[1]] = _AT["similar_street"]
    a, b = pairs.codes("unit")
    level[equal & here] = _AT["exact"]
    level[equal & here & ((a >= 0) != (b >= 0))] = _AT["unit_one_side"]
    level[equal & here & (a >= 0) & (b >= 0) & (a != b)] = _AT["other_unit"]


def _similar_streets(pairs: _Pairs, differs: Where, here: Where) -> NDArray[np.int64]:
    """Return where the same number stands in a street of a like name, at a place that is the same or misspelled."""
    a, b = pairs.codes("number")
    at = np.flatnonzero(differs & (a == b))
    at = at[pairs.at(at).alike("name")]
    near = at[~here[at]]
    return np.concatenate([at[here[at]], near[_near_place(pairs.at(near))]])


def _near_place(pairs: _Pairs) -> Where:
    """Say which places differ by a slip in the postcode or in the spelling of the city."""
    near = pairs.alike("city")
    if "postcode" in pairs.people.fields:
        near |= pairs.same("postcode")[0] & pairs.values.postcode_slips(*pairs.codes("postcode"))
    return near


def _rarity(pairs: _Pairs, frequencies: Frequencies, level: Level) -> Level:
    """Return how rare the shared region, city, postcode or building is."""
    rarity = np.zeros(len(level), np.int8)
    for key, part in _SHARED_PLACE:
        at = np.flatnonzero(level == _AT[key])
        if len(at):
            rarity[at] = frequencies.bits[part][pairs.at(at).codes(part)[0]]
    at = np.flatnonzero((level >= _AT["other_unit"]) & (level <= _AT["exact"]))
    if len(at):
        bits, building = frequencies.bits["building"], frequencies.building
        rarity[at] = np.minimum(bits[building[pairs.left[at], pairs.k]], bits[building[pairs.right[at], pairs.m]])
    return rarity
