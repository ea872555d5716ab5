"""Addresses and telephone numbers of the synthetic people: real cities and ZIP codes, invented streets, 555 numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.sample.pools import Numbers, Texts, cities, street_names, texts

STREET_KINDS = {
    "full": ["Street", "Avenue", "Road", "Drive", "Lane", "Court", "Boulevard", "Way", "Place", "Terrace", ""],
    "short": ["St", "Ave", "Rd", "Dr", "Ln", "Ct", "Blvd", "Way", "Pl", "Ter", ""],
    "dotted": ["St.", "Ave.", "Rd.", "Dr.", "Ln.", "Ct.", "Blvd.", "Way", "Pl.", "Terr.", ""],
}
"""Forms of the street kind; the last one belongs to post office boxes and rural routes."""
_NO_KIND = len(STREET_KINDS["full"]) - 1
_KIND_SHARES = (0.27, 0.17, 0.13, 0.16, 0.09, 0.06, 0.04, 0.03, 0.03, 0.02)
FEW_HOUSEHOLDS = 5_000
"""Up to here numbers come from 555-0100 to 555-0199, which are set aside for fiction; more households need all of 555."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Postal addresses, one per position."""

    start: Texts
    """What stands before the street kind: `1412 N Juniper `, or all of `PO Box 312`."""
    kind: Numbers
    unit: Texts
    city: Texts
    region: Texts
    postcode: Texts
    place: Numbers
    """Position in `pools.cities()`."""

    def street(self, at: Numbers, *, form: str = "full") -> Texts:
        """Return the street lines of some addresses."""
        kinds = texts(STREET_KINDS[form])
        return self.start[at] + kinds[self.kind[at]]  # type: ignore[no-any-return]  # numpy cannot type sums of strings

    def lines(self, at: Numbers) -> dict[str, Texts]:
        """Return the columns of some addresses as people write them themselves."""
        return {
            "street": self.street(at),
            "unit": self.unit[at],
            "city": self.city[at],
            "region": self.region[at],
            "postcode": self.postcode[at],
        }


def make_addresses(rng: np.random.Generator, count: int) -> Addresses:
    """Return `count` addresses; in dense cities many households share a house and differ by the unit alone."""
    known = cities()
    place = known.pool.draw_positions(rng, count)
    span = known.last_postcode[place] - known.first_postcode[place] + 1
    postcode = known.first_postcode[place] + (rng.random(count) * span).astype(np.int64)
    dense = known.is_dense[place]
    number = np.where(dense & (rng.random(count) < 0.6), rng.integers(1, 60, count) * 25, rng.integers(1, 9900, count))
    direction = texts(["", "N ", "S ", "E ", "W "])[rng.choice(5, count, p=(0.8, 0.05, 0.05, 0.05, 0.05))]
    start = number.astype(str).astype(object) + " " + direction + street_names().draw(rng, count) + " "
    kind = rng.choice(len(_KIND_SHARES), count, p=_KIND_SHARES)
    unit = np.where(rng.random(count) < np.where(dense, 0.55, 0.12), _units(rng, count), "")
    rare = rng.random(count)
    is_box, is_rural = rare < 0.04, (rare >= 0.04) & (rare < 0.05)
    box = "PO Box " + rng.integers(1, 9000, count).astype(str).astype(object)
    rural = "RR " + rng.integers(1, 9, count).astype(str).astype(object) + " Box " + number.astype(str).astype(object)
    unusual = is_box | is_rural
    return Addresses(
        start=np.where(is_box, box, np.where(is_rural, rural, start)),
        kind=np.where(unusual, _NO_KIND, kind),
        unit=np.where(unusual, "", unit),
        city=known.pool.values[place],
        region=known.region[place],
        postcode=texts([f"{code:05d}" for code in postcode.tolist()]),
        place=place,
    )


def make_phones(rng: np.random.Generator, addresses: Addresses, at: Numbers) -> Texts:
    """Return ten-digit 555 numbers with an area code of the address."""
    count = len(at)
    choice = rng.random(count)
    codes = cities().area_codes
    area = [codes[city][int(part * len(codes[city]))] for city, part in zip(addresses.place[at], choice, strict=True)]
    lines = rng.integers(100, 200, count) if count <= FEW_HOUSEHOLDS else rng.integers(2000, 10000, count)
    return texts([f"{code}555{line:04d}" for code, line in zip(area, lines.tolist(), strict=True)])


def _units(rng: np.random.Generator, count: int) -> Texts:
    number = rng.integers(1, 40, count).astype(str).astype(object)
    letter = texts(["", "A", "B", "C", "D"])[rng.choice(5, count, p=(0.6, 0.13, 0.12, 0.09, 0.06))]
    return "Apt " + number + letter  # type: ignore[no-any-return]  # numpy cannot type sums of strings
