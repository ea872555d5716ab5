"""Who files which claim: members by notice and without one, some of them twice, and people who are not in the class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from casefile.case_folder import CaseFolder
from flows.sample.people import Household, People
from flows.sample.places import Addresses
from flows.sample.pools import Flags, Numbers, Texts, texts
from flows.sample.purchases import Purchases, shop_names
from flows.sample.variation import one_slip

LEAST_MEMBERS = 40
MEMBER_SHARE = 0.03
"""A notice by e-mail brings honest claims from two or three members in a hundred (FTC staff report on claims rates, 2019)."""
OTHERS_SHARE = 0.05
"""Of the members' claims: as many again from each kind of people who are not in the class."""
BY_NOTICE = 0.7
FIELDS = ("given_name", "family_name", "suffix", "street", "unit", "city", "region", "postcode", "phone", "email")


@dataclass(frozen=True, slots=True)
class Claims:
    """One claim per position: who files it, as what, and what is typed into the form."""

    person: Numbers
    kind: Texts
    """`member`, `duplicate`, `household`, `namesake` or `stranger`; the last three are not in the class."""
    by_notice: Flags
    columns: dict[str, Texts]
    """The fields of the form, `then_` before those at the time of the purchase (empty where they are the same)."""

    @property
    def is_member(self) -> Flags:
        """Say where a member of the class files."""
        return np.isin(self.kind, ["member", "duplicate"])


def make_claims(
    rng: np.random.Generator,
    *,
    people: People,
    addresses: Addresses,
    purchases: Purchases,
    in_class: Flags,
    can_get_notice: Flags,
    case: CaseFolder,
) -> Claims:
    """Return the claims in a random order."""
    person, kind = _claimants(rng, people, in_class)
    shuffled = rng.permutation(len(person))
    person, kind = person[shuffled], kind[shuffled]
    by_notice = (kind == "member") & can_get_notice[person] & (rng.random(len(person)) < BY_NOTICE)
    columns = _now(people, addresses, person) | _then(rng, people, addresses, purchases, person)
    _be_careless(rng, columns, ~by_notice)
    columns["merchant"] = shop_names(rng, case, _shops(rng, purchases, person, len(people), len(case.merchants)))
    columns["language"] = people.language[person]
    return Claims(person, kind, by_notice, columns)


def _claimants(rng: np.random.Generator, people: People, in_class: Flags) -> tuple[Numbers, Texts]:
    members = np.flatnonzero(in_class)
    count = min(len(members), max(LEAST_MEMBERS, round(MEMBER_SHARE * len(members))))
    filing = rng.choice(members, count, replace=False)
    others = max(2, round(OTHERS_SHARE * count))
    chosen = {"member": filing, "duplicate": filing[: max(1, round(0.03 * count))]}
    taken = np.zeros(len(people), dtype=np.bool_)
    for kind, pool in _outsiders(people, in_class).items():
        free = pool[~taken[pool]]
        chosen[kind] = rng.choice(free, min(others, len(free)), replace=False)
        taken[chosen[kind]] = True
    kinds = np.repeat(texts(list(chosen)), [len(each) for each in chosen.values()])
    return np.concatenate(list(chosen.values())), kinds


def _outsiders(people: People, in_class: Flags) -> dict[str, Numbers]:
    """Return the people outside the class who live with a member, who are called like a member, and all of them."""
    members_in = np.bincount(people.household[in_class], minlength=int(people.household[-1]) + 1) > 0
    shares_home = ~in_class & members_in[people.household] & (people.role != str(Household.ROOMMATE))
    names = people.given + " " + people.full_family(np.arange(len(people)))
    members_names = set(names[in_class].tolist())
    outside = np.flatnonzero(~in_class)
    is_namesake = np.array([name in members_names for name in names[outside].tolist()], dtype=np.bool_)
    return {"household": np.flatnonzero(shares_home), "namesake": outside[is_namesake], "stranger": outside}


def _now(people: People, addresses: Addresses, person: Numbers) -> dict[str, Texts]:
    return {
        "given_name": people.given[person],
        "family_name": people.full_family_now(person),
        "suffix": people.suffix[person],
        **addresses.lines(people.address_now[person]),
        "phone": people.phone_now[person],
        "email": people.email_now[person],
    }


def _then(
    rng: np.random.Generator, people: People, addresses: Addresses, purchases: Purchases, person: Numbers
) -> dict[str, Texts]:
    """Return what claimants remember of the time of the purchase; unchanged parts are left out, as the form allows."""
    where = _address_at_purchase(people, purchases)[person]
    count = len(person)
    renamed = people.family_now[person] != people.family[person]
    moved = (where != people.address_now[person]) & (rng.random(count) < 0.75)
    new_phone = (people.phone_then[person] != people.phone_now[person]) & (rng.random(count) < 0.5)
    new_email = (people.email_then[person] != people.email_now[person]) & (rng.random(count) < 0.5)
    lines = {f"then_{name}": np.where(moved, text, "") for name, text in addresses.lines(where).items()}
    return {
        "then_given_name": np.where(renamed, people.given[person], ""),
        "then_family_name": np.where(renamed, people.full_family(person), ""),
        "then_suffix": np.where(renamed, people.suffix[person], ""),
        **lines,
        "then_phone": np.where(new_phone, people.phone_then[person], ""),
        "then_email": np.where(new_email, people.email_then[person], ""),
    }


def _address_at_purchase(people: People, purchases: Purchases) -> Numbers:
    every = np.arange(len(purchases.person))
    where = people.address_then.copy()
    where[purchases.person] = purchases.address_of(people, every)
    return where


def _shops(rng: np.random.Generator, purchases: Purchases, person: Numbers, people: int, shops: int) -> Numbers:
    """Return where each claimant bought; who never bought anything names any shop."""
    bought = np.full(people, -1, dtype=np.int64)
    bought[purchases.person] = purchases.shop
    guess = rng.integers(0, shops, len(person))
    return np.where(bought[person] >= 0, bought[person], guess)


def _be_careless(rng: np.random.Generator, columns: dict[str, Texts], where: Flags) -> None:
    """Put a slip of the hand into some names and streets of those who type everything themselves."""
    for name, share in (("given_name", 0.01), ("family_name", 0.015), ("street", 0.02), ("then_street", 0.04)):
        column = columns[name].copy()
        chosen = np.flatnonzero(where & (rng.random(len(column)) < share))
        for place, (kind, part) in zip(chosen.tolist(), rng.random((len(chosen), 2)).tolist(), strict=True):
            column[place] = one_slip(column[place], kind=kind, where=part)
        columns[name] = column
