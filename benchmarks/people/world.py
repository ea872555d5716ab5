"""Where people can live: cities of very different sizes, their ZIP codes and streets, houses and dense buildings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.people import draw, words
from benchmarks.people.draw import Ints, Rng, Texts


@dataclass(frozen=True, slots=True)
class Places:
    """Every address of the world, one position each: house number, street name and type, unit ("" in a house), city, ZIP."""

    number: Texts
    street: Texts
    street_type: Ints
    unit: Texts
    city: Texts
    state: Texts
    postcode: Texts


def build(rng: Rng, size: int) -> Places:
    """Return `size` addresses, about a quarter of them in buildings of many units, half of all in the largest cities."""
    cities = max(20, min(3_000, size // 400))
    postcode_city, codes = _postcodes(rng, cities, max(40, size // 2_500))
    houses = int(size * 0.74)
    buildings = max(1, (size - houses) // 36)
    sites = houses + buildings
    zips = draw.index(rng, 1 / (postcode_city + 8.0), sites)
    street, kind = _streets(rng, zips, len(codes))
    numbers = rng.integers(1, np.where(draw.chance(rng, 0.6, sites), 999, 9_999), sites)
    at_building = houses + np.sort(rng.integers(0, buildings, size - houses))
    site = np.concatenate([np.arange(houses), at_building])
    return Places(
        number=numbers.astype(str).astype(object)[site],
        street=street[site],
        street_type=kind[site],
        unit=_units(rng, houses, at_building),
        city=_city_names(rng, cities)[postcode_city[zips]][site],
        state=np.array(words.listed("states"), object)[_states(rng, cities)[postcode_city[zips]]][site],
        postcode=codes[zips][site],
    )


def _postcodes(rng: Rng, cities: int, size: int) -> tuple[Ints, Texts]:
    """Return the city of each ZIP code (large cities have many) and the codes."""
    city = np.sort(np.concatenate([np.arange(cities), draw.index(rng, 1 / (np.arange(cities) + 3.0), size)]))
    codes = np.sort(rng.permutation(np.arange(1_001, 99_950))[: len(city)])
    return city, np.char.zfill(codes.astype(str), 5).astype(object)


def _streets(rng: Rng, zips: Ints, postcodes: int) -> tuple[Texts, Ints]:
    """Return street name and type: each ZIP code has some forty streets, common names in many of them."""
    tail, _ = words.family_names(words.ANGLO)
    names = np.array([name.title() for name in [*words.listed("streets"), *tail[120:3_000]]], object)
    local = draw.index(rng, 1 / (np.arange(len(names)) + 30.0), postcodes * 40).reshape(postcodes, 40)
    kinds = draw.index(rng, words.STREET_TYPE_SHARES, postcodes * 40).reshape(postcodes, 40)
    which = rng.integers(0, 40, len(zips))
    directions = np.where(
        draw.chance(rng, 0.12, len(zips)), rng.choice(np.array(["N ", "S ", "E ", "W "], object), len(zips)), ""
    )
    return directions + names[local[zips, which]], kinds[zips, which]


def _units(rng: Rng, houses: int, at_building: Ints) -> Texts:
    flats = rng.integers(1, 60, len(at_building)).astype(str).astype(object)
    letters = np.where(draw.chance(rng, 0.3, len(flats)), rng.choice(np.array(list("ABCD"), object), len(flats)), "")
    return np.concatenate([np.full(houses, "", object), flats + letters])


def _city_names(rng: Rng, size: int) -> Texts:
    pairs = [f"{a}{b}".title() for a in words.listed("city_words") for b in words.listed("city_ends")]
    names = rng.permutation(np.array(pairs, object))
    prefixes = np.array(["", "Fort ", "Mount ", "St. ", "Lake ", "Port ", "New ", "North ", "El ", "San "], object)
    return prefixes[np.arange(size) // len(names) % len(prefixes)] + names[np.arange(size) % len(names)]


def _states(rng: Rng, size: int) -> Ints:
    return draw.index(rng, 1 / (np.arange(len(words.listed("states"))) + 6.0), size)
