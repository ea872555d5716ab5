"""The synthetic population: households of one or two, with the pairs that matchers mistake for one person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from flows.sample.places import Addresses, make_addresses, make_phones
from flows.sample.pools import ORIGINS, Flags, Numbers, Texts, family_names, given_names, texts

EMAIL_DOMAINS = {
    "gomail.example": 0.30,
    "yonder-mail.example": 0.22,
    "hotletter.example": 0.16,
    "americanet.example": 0.14,
    "comcable.example": 0.08,
    "bellwest.example": 0.05,
    "earthline.example": 0.03,
    "universitymail.example": 0.02,
}


class Household(StrEnum):
    """Who the second person of a household is."""

    ALONE = "alone"
    SPOUSE = "spouse"
    JUNIOR = "junior"
    TWIN = "twin"
    RELATIVE = "relative"
    ROOMMATE = "roommate"


HOUSEHOLDS = {
    Household.ALONE: 0.555,
    Household.SPOUSE: 0.27,
    Household.JUNIOR: 0.03,
    Household.TWIN: 0.015,
    Household.RELATIVE: 0.08,
    Household.ROOMMATE: 0.05,
}
_ORIGIN_NAMES = list(ORIGINS)


@dataclass(slots=True)
class People:
    """One person per position; names and addresses at the time of the purchase and now."""

    household: Numbers
    role: Texts
    origin: Numbers
    is_female: Flags
    given: Texts
    middle: Texts
    family: Texts
    second_family: Texts
    """A Spanish speaker's second surname, or empty."""
    family_now: Texts
    suffix: Texts
    address_then: Numbers
    address_mid: Numbers
    """Where the person lived in the second year of the class period."""
    address_now: Numbers
    phone_then: Texts
    phone_now: Texts
    email_then: Texts
    email_now: Texts
    language: Texts

    def __len__(self) -> int:
        return len(self.household)

    def full_family(self, at: Numbers) -> Texts:
        """Return the family names at the time of the purchase, with the second surname."""
        second = self.second_family[at]
        return self.family[at] + np.where(second == "", "", " ") + second  # type: ignore[no-any-return]  # as in places

    def full_family_now(self, at: Numbers) -> Texts:
        """Return the family names of today, with the second surname unless marriage changed the name."""
        second = np.where(self.family_now[at] == self.family[at], self.second_family[at], "")
        return self.family_now[at] + np.where(second == "", "", " ") + second  # type: ignore[no-any-return]  # as in places


def make_people(rng: np.random.Generator, count: int) -> tuple[People, Addresses]:
    """Return `count` people and the addresses that they refer to."""
    kinds = rng.choice(list(HOUSEHOLDS), count, p=list(HOUSEHOLDS.values())).astype(object)
    sizes = np.where(kinds == Household.ALONE, 1, 2)
    household = np.repeat(np.arange(count), sizes)[:count]
    is_second = np.concatenate([[False], household[1:] == household[:-1]])
    role = np.where(is_second, kinds[household], Household.ALONE)
    first = np.maximum(np.arange(count) - is_second, 0)
    households = int(household[-1]) + 1

    origin = rng.choice(len(ORIGINS), households, p=list(ORIGINS.values()))[household]
    is_stranger = role == Household.ROOMMATE
    origin = np.where(is_stranger, rng.choice(len(ORIGINS), count, p=list(ORIGINS.values())), origin)
    is_female = rng.random(count) < 0.55
    is_female = np.where(role == Household.SPOUSE, ~is_female[first], is_female)
    is_female = np.where(_has_junior(role), False, is_female)
    given = _draw_given(rng, origin, is_female)
    family, second_family = _families(rng, role, first, origin)
    _name_juniors(role, first, given)
    _name_twins(rng, np.flatnonzero(role == Household.TWIN), origin, is_female, given)
    _name_namesakes(rng, sizes[household] == 1, (given, family, second_family, origin, is_female))
    where, addresses = _moves(rng, household, households)
    phones_then = make_phones(rng, addresses, np.arange(households))
    people = People(
        household=household,
        role=role.astype(str).astype(object),
        origin=origin,
        is_female=is_female,
        given=given,
        middle=texts(list("ABCDEFGHJKLMNPRSTVW"))[rng.integers(0, 19, count)],
        family=family,
        second_family=second_family,
        family_now=_married(rng, family, origin, is_female),
        suffix=_suffixes(role),
        address_then=where[0],
        address_mid=where[1],
        address_now=where[2],
        phone_then=_phones(rng, phones_then, household, role, addresses),
        phone_now=texts([]),
        email_then=texts([]),
        email_now=texts([]),
        language=np.where((origin == _ORIGIN_NAMES.index("spanish")) & (rng.random(count) < 0.45), "es", "en"),
    )
    _name_first_person_null(people)
    _add_contacts(rng, people, first, is_second, addresses)
    return people, addresses


def _draw_given(rng: np.random.Generator, origin: Numbers, is_female: Flags) -> Texts:
    given = np.empty(len(origin), dtype=object)
    for number, name in enumerate(_ORIGIN_NAMES):
        for sex, wanted in (("f", is_female), ("m", ~is_female)):
            at = np.flatnonzero((origin == number) & wanted)
            given[at] = given_names()[(name, sex)].draw(rng, len(at))
    return given


def _draw_family(rng: np.random.Generator, origin: Numbers) -> Texts:
    family = np.empty(len(origin), dtype=object)
    for number, name in enumerate(_ORIGIN_NAMES):
        at = np.flatnonzero(origin == number)
        family[at] = family_names()[name].draw(rng, len(at))
    return family


def _families(rng: np.random.Generator, role: Texts, first: Numbers, origin: Numbers) -> tuple[Texts, Texts]:
    """Return family name and second surname; most second persons of a household share the first one's."""
    family = _draw_family(rng, origin)
    second = np.where(origin == _ORIGIN_NAMES.index("spanish"), _draw_family(rng, origin), "")
    second = np.where(rng.random(len(origin)) < 0.7, second, "")
    keeps = (role == Household.SPOUSE) & (rng.random(len(origin)) < 0.15)
    shares = (role != Household.ALONE) & (role != Household.ROOMMATE) & ~keeps
    spouse = role == Household.SPOUSE
    return np.where(shares, family[first], family), np.where(shares & ~spouse, second[first], second)


def _has_junior(role: Texts) -> Flags:
    """Say who is a junior or the senior right before one."""
    is_junior = role == Household.JUNIOR
    has_junior: Flags = np.logical_or(is_junior, np.append(is_junior[1:], False))
    return has_junior


def _suffixes(role: Texts) -> Texts:
    is_junior = role == Household.JUNIOR
    return np.where(is_junior, "Jr", np.where(np.append(is_junior[1:], False), "Sr", ""))


def _name_juniors(role: Texts, first: Numbers, given: Texts) -> None:
    at = np.flatnonzero(role == Household.JUNIOR)
    given[at] = given[first[at]]


def _name_twins(rng: np.random.Generator, at: Numbers, origin: Numbers, is_female: Flags, given: Texts) -> None:
    """Give twins another name with the same initial, as parents do, wherever the pool has one."""
    for person, choice in zip(at.tolist(), rng.random(len(at)).tolist(), strict=True):
        sibling = person - 1
        is_female[person] = is_female[sibling]
        pool = given_names()[(_ORIGIN_NAMES[origin[person]], "f" if is_female[person] else "m")].values
        others = [name for name in pool if name != given[sibling]]
        alike = [name for name in others if name[0] == given[sibling][0]] or others
        given[person] = alike[int(choice * len(alike))]


def _name_namesakes(rng: np.random.Generator, is_alone: Flags, columns: tuple[Numbers | Texts | Flags, ...]) -> None:
    """Give some people who live alone the full name of somebody else."""
    at = np.flatnonzero(is_alone & (rng.random(len(is_alone)) < 0.04))
    models = rng.integers(0, len(is_alone), len(at))
    for column in columns:
        column[at] = column[models]


def _married(rng: np.random.Generator, family: Texts, origin: Numbers, is_female: Flags) -> Texts:
    """Return today's family names: one woman in ten has married, or married anew, since the purchase."""
    changed = is_female & (rng.random(len(family)) < 0.10)
    return np.where(changed, _draw_family(rng, origin), family)


def _moves(rng: np.random.Generator, household: Numbers, households: int) -> tuple[tuple[Numbers, Numbers, Numbers], Addresses]:
    """Return where each person lived then, a year later and lives now; households mostly move together."""
    addresses = make_addresses(rng, households * 2 + len(household) // 4 + 1)
    moved_soon = rng.random(households) < 0.05
    moved_since = rng.random(households) < 0.50
    then = np.arange(households)
    mid = np.where(moved_soon, then + households, then)
    now = np.where(moved_since, then + households, mid)
    alone = np.flatnonzero(rng.random(len(household)) < 0.15)[: len(household) // 4]
    person_now = now[household]
    person_now[alone] = households * 2 + np.arange(len(alone))
    return (then[household], mid[household], person_now), addresses


def _phones(rng: np.random.Generator, of_household: Texts, household: Numbers, role: Texts, addresses: Addresses) -> Texts:
    """Return the telephone number of each person: the household's line, or for some a line of their own."""
    own = make_phones(rng, addresses, household)
    shares = (role == Household.ALONE) | ((role != Household.ROOMMATE) & (rng.random(len(role)) < 0.85))
    return np.where(shares, of_household[household], own)


def _name_first_person_null(people: People) -> None:
    """The surname Null exists and breaks careless readers, so every case has one."""
    people.family[0] = people.family_now[0] = "Null"
    people.given[0], people.second_family[0], people.suffix[0] = "Christopher", "", ""
    if len(people) > 1 and people.suffix[1] == "Jr":
        people.role[1], people.suffix[1] = str(Household.RELATIVE), ""


def _add_contacts(rng: np.random.Generator, people: People, first: Numbers, is_second: Flags, addresses: Addresses) -> None:
    """Add e-mail addresses (spouses often share one) and today's telephone numbers."""
    count = len(people)
    people.email_then = _emails(rng, people.given, people.family, count)
    shared = is_second & (people.role == str(Household.SPOUSE)) & (rng.random(count) < 0.35)
    people.email_then = np.where(shared, people.email_then[first], people.email_then)
    changed = rng.random(count) < 0.45
    people.email_now = np.where(changed, _emails(rng, people.given, people.family_now, count), people.email_then)
    new_phone = make_phones(rng, addresses, people.address_now)
    people.phone_now = np.where(rng.random(count) < 0.55, new_phone, people.phone_then)


def _emails(rng: np.random.Generator, given: Texts, family: Texts, count: int) -> Texts:
    """Return e-mail addresses made from names, as most are; the number keeps strangers apart."""
    domains = texts(list(EMAIL_DOMAINS))[rng.choice(len(EMAIL_DOMAINS), count, p=list(EMAIL_DOMAINS.values()))]
    form = rng.integers(0, 4, count).tolist()
    number = rng.integers(1, max(100, count), count).tolist()
    names = zip(given.tolist(), family.tolist(), form, number, domains.tolist(), strict=True)
    return texts([f"{_local_part(*name[:3])}{name[3]}@{name[4]}" for name in names])


def _local_part(given: str, family: str, form: int) -> str:
    first, last = plain(given), plain(family)
    return (f"{first}.{last}", f"{first[:1]}{last}", f"{first}_{last[:1]}", f"{last}{first[:1]}")[form]


_PLAIN = str.maketrans("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunAEIOUUN", " '.-")


def plain(text: str) -> str:
    """Return a name in small unaccented letters without spaces and marks."""
    return text.translate(_PLAIN).lower()
