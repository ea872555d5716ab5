"""Compares addresses as one thing: same unit, same house, same postcode, same city, same region, elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matching import comparisons as table
from matching.columns import Codes

if TYPE_CHECKING:
    from matching.compare import Comparer, Level, Rows, Seen

STREET_ALIKE = 0.85
"""Jaro-Winkler similarity from which two street names at the same number count as one, misspelled."""

_AT = {level.key: number for number, level in enumerate(table.ADDRESS.levels)}


def places(comparer: Comparer, left: Rows, right: Rows) -> Seen:
    """Return the most specific level that any address of the left row reaches with any of the right row."""
    fields = comparer.people.fields
    alternatives = next(fields[f].alternatives for f in ("street", "postcode", "city", "region") if f in fields)
    best: Seen | None = None
    for k in range(alternatives):
        for m in range(alternatives):
            found = _one(comparer, left, right, k, m)
            best = found if best is None else _better(best, found)
    assert best is not None
    return best


def _better(best: Seen, found: Seen) -> Seen:
    """Return pairwise the address that says most: by level, then by rarity."""
    order = _ORDER[found[0]] * 64 + found[1] > _ORDER[best[0]] * 64 + best[1]
    return np.where(order, found[0], best[0]), np.where(order, found[1], best[1])


_STRENGTH = (
    "unknown", "other_region", "same_region", "far_city", "region_only", "far_postcode", "elsewhere", "near_city", "area_only",
    "area", "same_city", "city_only", "city", "postcode_only", "postcode", "similar_street", "other_unit", "unit_one_side", "exact",
)  # fmt: skip
_ORDER = np.array([_STRENGTH.index(level.key) for level in table.ADDRESS.levels], np.int32)


def _one(comparer: Comparer, left: Rows, right: Rows, k: int, m: int) -> Seen:
    """Compare address k of the left rows with address m of the right rows."""
    same = {field: _pair(comparer, field, left, right, k, m) for field in ("street", "postcode", "city", "region")}
    level = np.zeros(len(left), np.int8)
    rarity = np.zeros(len(left), np.int8)
    known, equal = same["region"]
    level[known] = _AT["other_region"]
    level[equal] = _AT["same_region"]
    _cities(comparer, left, right, k, m, same, level)
    _postcodes(comparer, left, right, k, m, same, level)
    _streets(comparer, left, right, k, m, same, level)
    for key, field in (("same_region", "region"), ("same_city", "city"), ("postcode_only", "postcode")):
        at = np.flatnonzero(level == _AT[key])
        if len(at):
            rarity[at] = comparer.frequencies.bits(field)[comparer.people.fields[field].codes[left[at], k]]
    at = np.flatnonzero((level >= _AT["other_unit"]) & (level <= _AT["exact"]))
    if len(at):
        building = comparer.frequencies.building
        bits = comparer.frequencies.bits("building")
        a, b = building[left[at], k], building[right[at], m]
        rarity[at] = np.minimum(bits[a], bits[b])
    return level, rarity


Same = dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]


def _codes(comparer: Comparer, field: str, rows: Rows, k: int) -> Codes:
    coded = comparer.people.fields.get(field)
    if coded is None or k >= coded.alternatives:
        return np.full(len(rows), -1, np.int32)
    return coded.codes[rows, k]


def _pair(comparer: Comparer, field: str, left: Rows, right: Rows, k: int, m: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    a, b = _codes(comparer, field, left, k), _codes(comparer, field, right, m)
    known = (a >= 0) & (b >= 0)
    return known, known & (a == b)


def _cities(comparer: Comparer, left: Rows, right: Rows, k: int, m: int, same: Same, level: Level) -> None:
    known, equal = same["city"]
    if not known.any():
        return
    bare = known & ~same["postcode"][0]
    level[bare] = np.where(same["region"][1][bare], _AT["region_only"], _AT["far_city"])
    differs = np.flatnonzero(bare & ~equal)
    a, b = _codes(comparer, "city", left, k)[differs], _codes(comparer, "city", right, m)[differs]
    level[differs[comparer.letters("city").alike(a, b, floor=STREET_ALIKE) > 0]] = _AT["near_city"]
    level[bare & equal] = _AT["same_city"]


def _postcodes(comparer: Comparer, left: Rows, right: Rows, k: int, m: int, same: Same, level: Level) -> None:
    known, equal = same["postcode"]
    if not known.any():
        return
    level[known] = _AT["far_postcode"]
    a, b = _codes(comparer, "postcode", left, k), _codes(comparer, "postcode", right, m)
    area = comparer.postcode_areas
    near = known & (area[a] == area[b])
    level[near] = _AT["area_only"]
    level[known & same["city"][1]] = _AT["city_only"]
    level[equal] = _AT["postcode_only"]


def _streets(comparer: Comparer, left: Rows, right: Rows, k: int, m: int, same: Same, level: Level) -> None:
    """Lift pairs of which both streets are known to the levels that need streets."""
    known, equal = same["street"]
    placed = known & (same["postcode"][0] | same["city"][0])
    for bare, full in _WITH_STREET:
        level[placed & (level == _AT[bare])] = _AT[full]
    here = same["postcode"][1] | same["city"][1]
    unplaced = known & ~same["postcode"][0] & ~same["city"][0]
    level[unplaced] = _AT["elsewhere"]
    level[_alike(comparer, left, right, k, m, known & ~equal, here | unplaced)] = _AT["similar_street"]
    # The same line in another city and postcode is one address with a slip only where the state agrees.
    level[equal & ~here & ~unplaced & same["region"][1]] = _AT["similar_street"]
    house = equal & (here | unplaced)
    a, b = _codes(comparer, "unit", left, k), _codes(comparer, "unit", right, m)
    level[house] = _AT["exact"]
    level[house & ((a >= 0) != (b >= 0))] = _AT["unit_one_side"]
    level[house & (a >= 0) & (b >= 0) & (a != b)] = _AT["other_unit"]


_WITH_STREET = (
    ("far_postcode", "elsewhere"), ("area_only", "area"), ("city_only", "city"), ("postcode_only", "postcode"),
    ("far_city", "elsewhere"), ("region_only", "elsewhere"), ("near_city", "area"), ("same_city", "city"),
)  # fmt: skip


def _alike(
    comparer: Comparer, left: Rows, right: Rows, k: int, m: int, known: NDArray[np.bool_], here: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return where the same number stands in a street of a like name, at a place that is the same or misspelled."""
    if "name" not in comparer.people.fields:
        return np.zeros(0, np.int64)
    number = _codes(comparer, "number", left, k) == _codes(comparer, "number", right, m)
    at = np.flatnonzero(known & number)
    a, b = _codes(comparer, "name", left, k)[at], _codes(comparer, "name", right, m)[at]
    at = at[comparer.letters("name").alike(a, b, floor=STREET_ALIKE) > 0]
    near = at[~here[at]]
    return np.concatenate([at[here[at]], near[_near_place(comparer, left[near], right[near], k, m)]])


def _near_place(comparer: Comparer, left: Rows, right: Rows, k: int, m: int) -> NDArray[np.bool_]:
    """Say which places differ by a slip in the postcode or in the spelling of the city."""
    near = np.zeros(len(left), bool)
    if "postcode" in comparer.people.fields:
        a, b = _codes(comparer, "postcode", left, k), _codes(comparer, "postcode", right, m)
        near |= (a >= 0) & (b >= 0) & comparer.postcode_slips(a, b)
    if "city" in comparer.people.fields:
        a, b = _codes(comparer, "city", left, k), _codes(comparer, "city", right, m)
        near |= comparer.letters("city").alike(a, b, floor=STREET_ALIKE) > 0
    return near
