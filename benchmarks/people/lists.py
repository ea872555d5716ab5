"""The marketing list as brokers deliver it: several rows a person, no birth dates, little e-mail, years of addresses."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from benchmarks.people import draw, spelling
from benchmarks.people.draw import Ints, Rng, Texts
from benchmarks.people.population import CHILD, ERAS, People

LISTED = 0.85
"""Share of the people who are on the list at all."""

ROWS_A_PERSON = 1.75


def broker_rows(rng: Rng, people: People, size: int) -> tuple[pa.Table, pa.Table]:
    """Return `size` rows and their truth (row_id, person)."""
    listed = np.flatnonzero(draw.chance(rng, LISTED, len(people)))
    times = 1 + rng.poisson(ROWS_A_PERSON - 1, len(listed))
    person = rng.permutation(np.repeat(listed, times.clip(max=7)))[:size]
    era = draw.index(rng, np.array([0.62, 0.25, 0.13]), len(person)).clip(max=ERAS - 1)
    ids = np.array([f"r{number}" for number in range(len(person))], object)
    rows = _rows(rng, people, person, era)
    return pa.table({"row_id": ids, **rows}), pa.table({"row_id": ids, "person": person})


def _rows(rng: Rng, people: People, person: Ints, era: Ints) -> dict[str, pa.Array]:
    count = len(person)
    upper = draw.chance(rng, 0.45, count)
    names = written_names(rng, people, person, era, nicknames=0.09, slips=0.022)
    address = written_address(rng, people, people.address[person, era])
    email = np.where(draw.chance(rng, 0.25 / 0.7, count), people.email[person, era], "")
    phone = phone_of(rng, people, person, era, 0.9)
    columns = {**names, **address}
    shouted = {name: spelling.cased(values, upper) if name not in ("zip", "st") else values for name, values in columns.items()}
    source = rng.choice(np.array(["acme_list", "northwind_data", "cart_orders"], object), count)
    mail = spelling.emails(rng, email, 0.012)
    return nulled({**shouted, "phone": spelling.phones(rng, phone), "email": mail, "source": source})


def nulled(columns: dict[str, Texts]) -> dict[str, pa.Array]:
    """Return the columns as Arrow strings with nulls for what is empty."""
    return {name: pa.array(np.where(values == "", None, values), pa.string()) for name, values in columns.items()}


def written_names(rng: Rng, people: People, person: Ints, era: Ints, *, nicknames: float, slips: float) -> dict[str, Texts]:
    """Return first, middle, last and suffix as somebody typed them: short names, initials, slips, given and family swapped."""
    count = len(person)
    given = spelling.nicknamed(rng, people.given[person], nicknames)
    family, stray = spelling.families(rng, people.family[person, era], people.second_family[person])
    given = spelling.slip(rng, given, slips)
    initial = draw.chance(rng, 0.03, count)
    given = np.where(initial, given.astype("U1").astype(object), given)
    family = spelling.slip(rng, family, slips * 1.2)
    middle = people.middle[person]
    style = rng.random(count)
    middle = np.where(style < 0.42, middle.astype("U1").astype(object), np.where(style < 0.5, middle, ""))
    middle = np.where(stray != "", stray, middle)
    swapped = draw.chance(rng, 0.006, count)
    suffix = np.where(draw.chance(rng, 0.55, count), people.suffix[person], "")
    return {
        "first": np.where(swapped, family, given),
        "middle": middle,
        "last": np.where(swapped, given, family),
        "suffix": suffix,
    }


def written_address(rng: Rng, people: People, at: Ints) -> dict[str, Texts]:
    """Return addr1, apt, city, st and zip of addresses as somebody typed them."""
    places = people.places
    street, unit = spelling.streets(rng, places, at)
    code = spelling.slip(rng, places.postcode[at], 0.006, ocr=0)
    code = np.where(draw.chance(rng, 0.15, len(at)), code + "-" + (1000 + at % 9000).astype(str).astype(object), code)
    return {"addr1": street, "apt": unit, "city": spelling.slip(rng, places.city[at], 0.015), "st": places.state[at],
            "zip": np.where(draw.chance(rng, 0.01, len(at)), "", code)}  # fmt: skip


def phone_of(rng: Rng, people: People, person: Ints, era: Ints, share: float) -> Texts:
    """Return the household's line or the person's own; children rather have their own."""
    own_first = draw.chance(rng, 0.4, len(person)) | (people.role[person] == CHILD)
    own, line = people.phone[person, era], people.landline[person, era]
    phone = np.where((own_first & (own != "")) | (line == ""), own, line)
    return np.where(draw.chance(rng, share, len(person)), phone, "")
