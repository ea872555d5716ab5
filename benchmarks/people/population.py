"""The people: households of singles, couples, children and room-mates, with what stays and what changes in their lives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.people import draw, words
from benchmarks.people.draw import Bools, Ints, Rng, Texts
from benchmarks.people.world import Places, build

HEAD, SPOUSE, CHILD, ROOMMATE = 0, 1, 2, 3
ERAS = 3
"""The list's purchase, some years later, and now (up to fifteen years later): what changes does so between eras."""


@dataclass(frozen=True, slots=True)
class People:
    """One position per person; columns with eras have shape (people, ERAS)."""

    household: Ints
    role: Ints
    sex: Ints
    origin: Ints
    given: Texts
    middle: Texts
    family: Texts
    """First (or only) family name of each era: a bride's own name before, her husband's after."""
    second_family: Texts
    """A Spanish second surname, or empty."""
    suffix: Texts
    birth_date: Texts
    address: Ints
    phone: Texts
    landline: Texts
    email: Texts
    places: Places

    def __len__(self) -> int:
        return len(self.household)


def populate(rng: Rng, size: int) -> People:
    """Return at least `size` people in their households, and the places where they live."""
    household, role = _households(rng, size)
    count, homes = len(household), int(household[-1]) + 1
    origin = draw.index(rng, np.array(words.ORIGIN_SHARES), homes)[household]
    head = np.searchsorted(household, household)
    sex = _sexes(rng, role, head)
    birth_year, twin = _birth_years(rng, role, head, household)
    given = _given_names(rng, origin, sex)
    given[twin] = _twin_names(rng, given, np.flatnonzero(twin))
    father = np.where((sex[head] == words.MALE), head, np.minimum(head + 1, count - 1))
    suffix = _juniors(rng, role=role, sex=sex, father=father, household=household, given=given)
    family, second = _family_names(rng, role=role, sex=sex, origin=origin, head=head, father=father)
    places = build(rng, int(homes * 1.7) + 50)
    address = _addresses(rng, household, role, len(places.number))
    return People(
        household=household, role=role, sex=sex, origin=origin, given=given, middle=_middles(rng, origin, sex),
        family=family, second_family=second, suffix=suffix, birth_date=_birth_dates(rng, birth_year, twin),
        address=address, places=places,
        phone=_changing(rng, _own(rng, draw.phone_numbers(rng, count), 0.72), changes=(0.22, 0.25)),
        landline=_landlines(rng, household, address),
        email=_email_eras(rng, household, given, family, birth_year),
    )  # fmt: skip


def _households(rng: Rng, size: int) -> tuple[Ints, Ints]:
    """Return household and role of every person: alone, a couple, with children, or sharing a flat."""
    kinds = draw.index(rng, np.array([0.34, 0.36, 0.18, 0.12]), int(size / 1.9) + 10)
    extra = 1 + (rng.random(len(kinds)) < 0.4)
    sizes = np.select([kinds == 0, kinds == 1, kinds == 2], [1, 2, 2 + extra], 1 + extra)
    household = np.repeat(np.arange(len(kinds)), sizes)
    place = np.arange(len(household)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kind = kinds[household]
    role = np.select([place == 0, kind == 3, place == 1], [HEAD, ROOMMATE, SPOUSE], CHILD)
    return household, role


def _sexes(rng: Rng, role: Ints, head: Ints) -> Ints:
    own = draw.chance(rng, 0.5, len(role)).astype(np.int64)
    same_sex_couple = draw.chance(rng, 0.02, len(role))
    return np.where((role == SPOUSE) & ~same_sex_couple, 1 - own[head], own)


def _birth_years(rng: Rng, role: Ints, head: Ints, household: Ints) -> tuple[Ints, Bools]:
    base = 1925 + (60 * rng.beta(2.2, 2.0, len(role))).astype(np.int64)
    years = np.where(role == SPOUSE, base[head] + rng.integers(-4, 5, len(role)), base)
    years = np.where(role == CHILD, years[head] + rng.integers(20, 34, len(role)), years)
    sibling = np.flatnonzero((role[1:] == CHILD) & (role[:-1] == CHILD) & (household[1:] == household[:-1])) + 1
    twins = sibling[draw.chance(rng, 0.08, len(sibling))]
    years[twins] = years[twins - 1]
    mark = np.zeros(len(role), bool)
    mark[twins] = True
    return years, mark


def _given_names(rng: Rng, origin: Ints, sex: Ints) -> Texts:
    """Draw names by origin and sex; a third of Hispanic and Asian families give English names."""
    english = draw.chance(rng, 0.3, len(origin)) & (origin != words.ANGLO)
    source = np.where(english, words.ANGLO, origin)
    names = np.empty(len(origin), object)
    for kind in range(len(words.ORIGIN_SHARES)):
        for side in (words.MALE, words.FEMALE):
            here = np.flatnonzero((source == kind) & (sex == side))
            known, shares = words.given_names(kind, side)
            names[here] = known[draw.index(rng, shares, len(here))]
    return names


def _twin_names(rng: Rng, given: Texts, twins: Ints) -> Texts:
    """Half of all twins have names that begin alike (Jason and Jaden): the pairs that a matcher falls for."""
    alike = draw.chance(rng, 0.5, len(twins))
    endings = rng.choice(np.array(["den", "son", "lyn", "ah", "elle", "ton", "mie", "ric"], object), len(twins))
    return np.array(
        [f"{given[t - 1][:2]}{end}" if same else given[t] for t, same, end in zip(twins, alike, endings, strict=True)], object
    )


def _juniors(rng: Rng, *, role: Ints, sex: Ints, father: Ints, household: Ints, given: Texts) -> Texts:
    """Name one son in eight after his father; father and son may then be told apart by their suffix only."""
    sons = (role == CHILD) & (sex == words.MALE) & (household[father] == household) & (sex[father] == words.MALE)
    named = np.flatnonzero(sons & draw.chance(rng, 0.12, len(role)))
    named = named[np.unique(household[named], return_index=True)[1]]
    given[named] = given[father[named]]
    suffix = np.full(len(role), "", object)
    third = draw.chance(rng, 0.15, len(named))
    suffix[named] = np.where(third, "III", "Jr")
    suffix[father[named]] = np.where(third, "Jr", "Sr")
    lone = np.flatnonzero((sex == words.MALE) & (suffix == "") & draw.chance(rng, 0.015, len(role)))
    suffix[lone] = rng.choice(np.array(["Jr", "II", "III"], object), len(lone), p=[0.7, 0.1, 0.2])
    return suffix


def _family_names(rng: Rng, *, role: Ints, sex: Ints, origin: Ints, head: Ints, father: Ints) -> tuple[Texts, Texts]:
    """Return family names by era and Spanish second surnames: children have the father's first and the mother's first."""
    own = _drawn_families(rng, origin)
    second = np.where((origin == words.HISPANIC) & draw.chance(rng, 0.75, len(role)), _drawn_families(rng, origin), "")
    mother = np.where(father == head, np.minimum(head + 1, len(role) - 1), head)
    child = role == CHILD
    family = np.where(child, own[father], own)
    second = np.where(child & (second != ""), own[mother], second)
    wife = (role == SPOUSE) & (sex == words.FEMALE)
    takes = wife & draw.chance(rng, 0.85, len(role)) & ((origin != words.HISPANIC) | draw.chance(rng, 0.35, len(role)))
    wed_in = rng.choice(np.array([0, 1, 2]), len(role), p=[0.75, 0.15, 0.10])
    eras = np.stack([np.where(takes & (wed_in <= era), own[head], family) for era in range(ERAS)], axis=1)
    hyphen = takes & draw.chance(rng, 0.06, len(role))
    eras[hyphen] = draw.join(own[hyphen][:, None], "-", eras[hyphen])
    eras[hyphen & (wed_in > 0), 0] = own[hyphen & (wed_in > 0)]
    second[takes] = ""
    return eras, second


def _drawn_families(rng: Rng, origin: Ints) -> Texts:
    names = np.empty(len(origin), object)
    for kind in range(len(words.ORIGIN_SHARES)):
        here = np.flatnonzero(origin == kind)
        known, shares = words.family_names(kind)
        names[here] = known[draw.index(rng, shares, len(here))]
    return names


def _middles(rng: Rng, origin: Ints, sex: Ints) -> Texts:
    return np.where(draw.chance(rng, 0.82, len(origin)), _given_names(rng, origin, sex), "")


def _birth_dates(rng: Rng, years: Ints, twin: Bools) -> Texts:
    days = rng.integers(0, 365, len(years))
    days[twin] = days[np.flatnonzero(twin) - 1]
    dates = (years - 1970).astype("datetime64[Y]").astype("datetime64[D]") + days
    return dates.astype(str).astype(object)


def _addresses(rng: Rng, household: Ints, role: Ints, places: int) -> Ints:
    """Return where each person lives in each era: households move as one, grown children and room-mates on their own."""
    homes = int(household[-1]) + 1
    of_home = np.empty((homes, ERAS), np.int64)
    of_home[:, 0] = rng.integers(0, places, homes)
    for era, moving in ((1, 0.38), (2, 0.34)):
        of_home[:, era] = np.where(draw.chance(rng, moving, homes), rng.integers(0, places, homes), of_home[:, era - 1])
    own = of_home[household]
    for era, leaving in ((1, 0.3), (2, 0.35)):
        leaves = draw.chance(rng, leaving, len(role)) & ((role == CHILD) | (role == ROOMMATE))
        leaves |= draw.chance(rng, 0.05, len(role)) & (role == SPOUSE)
        new = rng.integers(0, places, len(role))
        own[leaves, era:] = new[leaves, None]
    return own


def _own(rng: Rng, values: Texts, share: float) -> Texts:
    return np.where(draw.chance(rng, share, len(values)), values, "")


def _changing(rng: Rng, first: Texts, *, changes: tuple[float, float]) -> Texts:
    """Return telephone numbers by era: a share of those who have one get another in each later era."""
    eras = [first]
    for share in changes:
        new = (eras[-1] != "") & draw.chance(rng, share, len(first))
        number = eras[-1].copy()
        number[new] = draw.phone_numbers(rng, int(new.sum()))
        eras.append(number)
    return np.stack(eras, axis=1)


def _landlines(rng: Rng, household: Ints, address: Ints) -> Texts:
    """Return the line of each person's home by era: it stays with those who move in one case of four."""
    homes = int(household[-1]) + 1
    eras = [_own(rng, draw.phone_numbers(rng, homes), 0.7)[household]]
    for era in range(1, ERAS):
        moved = address[:, era] != address[:, era - 1]
        fresh = _own(rng, draw.phone_numbers(rng, homes), 0.55)[household]
        leaves = moved & ~draw.chance(rng, 0.25, homes)[household]
        eras.append(np.where(leaves, fresh, eras[-1]))
    return np.stack(eras, axis=1)


def _email_eras(rng: Rng, household: Ints, given: Texts, family: Texts, birth_year: Ints) -> Texts:
    """Return e-mail addresses by era: a quarter of the people change theirs between one era and the next."""
    eras = [_emails(rng, household, given, family[:, 0], birth_year)]
    for era in range(1, ERAS):
        new = _emails(rng, household, given, family[:, era], birth_year)
        eras.append(np.where(draw.chance(rng, 0.25, len(given)), new, eras[-1]))
    return np.stack(eras, axis=1)


def _emails(rng: Rng, household: Ints, given: Texts, family: Texts, birth_year: Ints) -> Texts:
    """Return addresses made from names, as they are; in one household of eight all share that of its head."""
    count = len(given)
    family = np.array([name.replace(" ", "").replace("'", "").replace("-", "") for name in family], object)
    first = given.astype(str).astype("U1").astype(object)
    digits = np.where(draw.chance(rng, 0.55, count), rng.integers(1, 999, count).astype(str).astype(object), "")
    year = (birth_year % 100).astype(str).astype(object)
    shape = rng.integers(0, 6, count)
    local = np.select(
        [shape == 0, shape == 1, shape == 2, shape == 3, shape == 4],
        [given + "." + family + digits, first + family + digits, given + "_" + family + year, family + given + digits,
         given + year + digits],
        given + family + digits,
    )  # fmt: skip
    domain = words.MAIL_DOMAINS[draw.index(rng, 1 / (np.arange(len(words.MAIL_DOMAINS)) + 1.5), count)]
    email = _own(rng, local + "@" + domain, 0.78)
    shared = draw.chance(rng, 0.12, int(household[-1]) + 1)[household]
    return np.where(shared, email[np.searchsorted(household, household)], email)
