"""Who bought what and where, and whose data was disclosed: the line between the class and its look-alikes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from casefile.case_folder import CaseFolder
from flows.sample.people import People
from flows.sample.pools import Flags, Numbers, texts, zipf

DAY = "datetime64[D]"


@dataclass(frozen=True, slots=True)
class Purchases:
    """One purchase per position."""

    person: Numbers
    shop: Numbers
    """Position in the case's merchants."""
    day: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    amount_cents: Numbers
    disclosed: Flags
    """True when the purchase was rented to a marketer; exactly these people are the class."""

    def address_of(self, people: People, at: Numbers) -> Numbers:
        """Return where the buyers lived when they bought."""
        middle = np.datetime64(self.day.min()) + (self.day.max() - self.day.min()) // 2
        person = self.person[at]
        return np.where(self.day[at] < middle, people.address_then[person], people.address_mid[person])


def choose_members(rng: np.random.Generator, *, count: int, members: int) -> Flags:
    """Return who is in the class: exactly `members` people, the first one (Null) among them."""
    in_class = np.zeros(count, dtype=np.bool_)
    in_class[0] = True
    in_class[1 + rng.permutation(count - 1)[: members - 1]] = True
    return in_class


def make_purchases(rng: np.random.Generator, *, in_class: Flags, case: CaseFolder) -> Purchases:
    """Return the purchases: disclosed ones of members in the class period, and those of others, outside or never disclosed."""
    inside = np.flatnonzero(in_class)
    members = np.concatenate([inside, np.repeat(inside, rng.poisson(0.25, len(inside)))])
    outside = np.flatnonzero(~in_class)
    others = outside[rng.random(len(outside)) < 0.6]
    person = np.concatenate([members, others])
    shops = zipf([str(place) for place in range(len(case.merchants))], exponent=0.9, offset=3)
    return Purchases(
        person=person,
        shop=shops.draw_positions(rng, len(person)),
        day=np.concatenate(
            [
                _days(rng, len(members), case.dates.class_period_start, case.dates.class_period_end),
                _days(rng, len(others), case.dates.class_period_end, None),
            ]
        ),
        amount_cents=np.round(np.exp(rng.normal(8.2, 0.7, len(person)))).astype(np.int64),
        disclosed=np.arange(len(person)) < len(members),
    )


def _days(
    rng: np.random.Generator, count: int, first: date, last: date | None
) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Return days from `first` to `last`; without a last one, days in the year after `first`."""
    start = np.datetime64(first, "D")
    length = 365 if last is None else (last - first).days + 1
    offset = rng.integers(0, length, count) + (last is None)
    return start + offset.astype("timedelta64[D]")


def shop_names(rng: np.random.Generator, case: CaseFolder, shop: Numbers) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return each shop as somebody would write it: mostly its trade name, else its domain or an alias."""
    choice = rng.random(len(shop)).tolist()
    return texts([_one_name(case, place, part) for place, part in zip(shop.tolist(), choice, strict=True)])


def _one_name(case: CaseFolder, place: int, part: float) -> str:
    merchant = case.merchants[place]
    if part < 0.70 or (part >= 0.85 and not merchant.aliases):
        return merchant.name
    if part < 0.85:
        return merchant.domain
    return merchant.aliases[int((part - 0.85) / 0.15 * len(merchant.aliases))]
