"""The claims: members years later under new names and addresses, and others who look like members."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from benchmarks.people import draw, spelling
from benchmarks.people.draw import Ints, Rng, Texts
from benchmarks.people.lists import nulled, phone_of, written_address, written_names
from benchmarks.people.population import People

MEMBERS = 0.8
"""Share of the claims that people of the list file; the others are their relatives, their namesakes, and anybody."""

NOW = 2


def claims(rng: Rng, people: People, listed: Ints, size: int) -> tuple[pa.Table, pa.Table]:
    """Return `size` claims and their truth (claim_id, person, listed); every claim is by a different person."""
    absent = np.setdiff1d(np.arange(len(people)), listed)
    members = rng.permutation(np.unique(listed))[: int(size * MEMBERS)]
    others = _others(rng, people, absent, listed, size - len(members))
    person = rng.permutation(np.concatenate([members, others]))
    ids = np.array([f"c{number}" for number in range(len(person))], object)
    truth = pa.table({"claim_id": ids, "person": person, "listed": np.isin(person, listed)})
    return pa.table({"claim_id": ids, **_forms(rng, people, person)}), truth


def _others(rng: Rng, people: People, absent: Ints, listed: Ints, size: int) -> Ints:
    """Choose people who are not on the list: half share a household with one who is, the rest come as they come."""
    relatives = absent[np.isin(people.household[absent], people.household[listed])]
    relatives = rng.permutation(relatives)[: size // 2]
    rest = rng.permutation(np.setdiff1d(absent, relatives))[: size - len(relatives)]
    return np.concatenate([relatives, rest])


def _forms(rng: Rng, people: People, person: Ints) -> dict[str, pa.Array]:
    count = len(person)
    now = np.full(count, NOW)
    names = written_names(rng, people, person, now, nicknames=0.12, slips=0.015)
    address = written_address(rng, people, people.address[person, NOW])
    prior = written_address(rng, people, people.address[person, 0])
    tells = draw.chance(rng, 0.5, count)
    prior = {f"prior_{name}": np.where(tells, values, "") for name, values in prior.items()}
    maiden = np.where(draw.chance(rng, 0.5, count), people.family[person, 0], "")
    maiden = np.where(maiden == people.family[person, NOW], "", maiden)
    email = np.where(draw.chance(rng, 0.93, count), people.email[person, NOW], "")
    columns: dict[str, Texts] = {**names, "prior_last": maiden, **address, **prior}
    upper = draw.chance(rng, 0.08, count)
    as_it_is = ("st", "zip", "prior_st", "prior_zip")
    typed = {name: values if name in as_it_is else spelling.cased(values, upper) for name, values in columns.items()}
    phone = spelling.phones(rng, phone_of(rng, people, person, now, 0.88))
    return nulled({**typed, "phone": phone, "email": spelling.emails(rng, email, 0.008)})
