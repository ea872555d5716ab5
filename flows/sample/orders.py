"""The shops' order logs, one file a year: the contact source, for shoppers typed their e-mail address when they bought."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from casefile.case_folder import CaseFolder
from flows.sample import formats, sheets
from flows.sample.brokers import iso
from flows.sample.people import People
from flows.sample.places import Addresses
from flows.sample.pools import Flags, Numbers, Texts, texts
from flows.sample.purchases import Purchases
from flows.sample.sheets import Sheet
from flows.sample.variation import Habits, write_down

HEADER = (
    "Order Number", "Order Date", "Shop", "First Name", "Last Name", "Address 1", "Address 2", "City", "State", "Zip", "Phone",
    "Email", "Amount",
)  # fmt: skip
HABITS = Habits(nickname=0.05, given_slip=0.006, family_slip=0.006, street_slip=0.008, phone_kept=0.8, middle_kept=0.0)
"""Shoppers write their own names and addresses better than clerks do."""
LOST = 0.08
"""Share of the orders whose log is lost; with orders without e-mail, about one member in seven cannot be reached by e-mail."""
WITHOUT_EMAIL = 0.07
UNUSABLE_EMAIL = 0.004


@dataclass(frozen=True, slots=True)
class OrderLogs:
    """The sheets by year, and who has a usable e-mail address in any of them."""

    by_year: dict[int, Sheet]
    has_email: Flags


def make_order_logs(
    rng: np.random.Generator, *, people: People, addresses: Addresses, purchases: Purchases, case: CaseFolder
) -> OrderLogs:
    """Return the order logs: rows of members and of shoppers who are not in the class, in the order of the days."""
    kept = np.flatnonzero(rng.random(len(purchases.person)) >= LOST)
    kept = kept[np.argsort(purchases.day[kept], kind="stable")]
    person = purchases.person[kept]
    years = purchases.day[kept].astype("datetime64[Y]").astype(np.int64) + 1970
    email, usable = _emails(rng, people.email_then[person])
    has_email = np.zeros(len(people), dtype=np.bool_)
    has_email[person[usable]] = True
    shops = texts([case.merchants[place].domain for place in purchases.shop[kept].tolist()])
    written = write_down(
        rng,
        people=people,
        addresses=addresses,
        person=person,
        address=purchases.address_of(people, kept),
        habits=HABITS,
        street_form="full",
    )
    amount = texts([f"{cents / 100:.2f}" for cents in purchases.amount_cents[kept].tolist()])
    columns = [
        _numbers(kept), iso(purchases.day[kept]), shops, written.given, written.family, written.street, written.unit,
        written.city, written.region, written.postcode, written.phone, email, amount,
    ]  # fmt: skip
    by_year = {}
    for year in sorted(set(years.tolist())):
        at = np.flatnonzero(years == year)
        sheet = sheets.make_sheet([column[at] for column in columns], person[at])
        by_year[year] = sheets.insert(sheet, before=[0], rows=[HEADER], kind="header")
    return OrderLogs(by_year, has_email)


def write_order_log(path: Path, sheet: Sheet) -> None:
    """Write one year as CSV in UTF-8."""
    partial(formats.write_delimited, delimiter=",", encoding="utf-8", newline="\n")(path, sheet)


def _numbers(purchase: Numbers) -> Texts:
    return texts([f"W{1_000_000 + place}" for place in purchase.tolist()])


def _emails(rng: np.random.Generator, email: Texts) -> tuple[Texts, Flags]:
    """Return what stands in the e-mail column, and where that is an address that mail can go to."""
    part = rng.random(len(email))
    is_missing, is_broken = part < WITHOUT_EMAIL, (part >= WITHOUT_EMAIL) & (part < WITHOUT_EMAIL + UNUSABLE_EMAIL)
    broken = texts([address.replace("@", " at ") for address in email.tolist()])
    return np.where(is_missing, "", np.where(is_broken, broken, email)), ~is_missing & ~is_broken
