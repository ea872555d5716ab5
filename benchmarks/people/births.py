"""A set with birth dates and two rows a person on average: the benchmark that speed is measured on."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from benchmarks.people import draw, spelling
from benchmarks.people.draw import Ints, Rng
from benchmarks.people.lists import nulled, written_address, written_names
from benchmarks.people.population import People


def birth_rows(rng: Rng, people: People, size: int) -> tuple[pa.Table, pa.Table]:
    """Return `size` rows with birth dates and their truth (row_id, person)."""
    times = 1 + rng.poisson(0.9, len(people))
    person = rng.permutation(np.repeat(np.arange(len(people)), times.clip(max=6)))[:size]
    ids = np.array([f"r{number}" for number in range(len(person))], object)
    return pa.table({"row_id": ids, **_rows(rng, people, person)}), pa.table({"row_id": ids, "person": person})


def _rows(rng: Rng, people: People, person: Ints) -> dict[str, pa.Array]:
    count = len(person)
    era = draw.index(rng, np.array([0.7, 0.2, 0.1]), count)
    names = written_names(rng, people, person, era, nicknames=0.06, slips=0.03)
    address = written_address(rng, people, people.address[person, era])
    born = spelling.slip(rng, people.birth_date[person], 0.03, ocr=0)
    born = np.where(draw.chance(rng, 0.1, count), "", born)
    email = np.where(draw.chance(rng, 0.6, count), people.email[person, era], "")
    own, line = people.phone[person, era], people.landline[person, era]
    phone = np.where(draw.chance(rng, 0.7, count), np.where(own == "", line, own), "")
    columns = {
        **names,
        "born": born,
        **address,
        "phone": spelling.phones(rng, phone),
        "email": spelling.emails(rng, email, 0.015),
    }
    return nulled(columns)
