"""The marketing lists, each in the format and with the faults of its sender; none of them has an e-mail address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from flows.sample import formats, sheets
from flows.sample.pools import Numbers, Texts, texts
from flows.sample.sheets import Sheet
from flows.sample.variation import Habits, Written, unaccented, upper

Days = np.ndarray[tuple[int], np.dtype[np.datetime64]]
Columns = list[Texts]


@dataclass(frozen=True, slots=True)
class Broker:
    """One sender of a marketing list."""

    name: str
    file: str
    share: float
    """Of all list rows."""
    most_rows: int
    header: tuple[str, ...]
    habits: Habits
    street_form: str
    lay_out: Callable[[Written, Texts, Days], Columns]
    spoil: Callable[[np.random.Generator, Sheet], Sheet]
    write: Callable[[Path, Sheet], None]
    is_supplement: bool = False


def dashed(phone: Texts) -> Texts:
    """Return ten digits as 212-555-0100."""
    return texts([f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if digits else "" for digits in phone.tolist()])


def bracketed(phone: Texts) -> Texts:
    """Return ten digits as (212) 555-0100."""
    return texts([f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if digits else "" for digits in phone.tolist()])


def slashed(day: Days) -> Texts:
    """Return days as 03/31/2004."""
    return texts([f"{text[5:7]}/{text[8:]}/{text[:4]}" for text in day.astype(str).tolist()])


def iso(day: Days) -> Texts:
    """Return days as 2004-03-31."""
    return day.astype(str).astype(object)


def compact(day: Days) -> Texts:
    """Return days as 20040331."""
    return texts([text.replace("-", "") for text in day.astype(str).tolist()])


def serial(day: Days) -> Texts:
    """Return days as Excel numbers them, counted from 1899-12-30."""
    return (day - np.datetime64("1899-12-30")).astype(np.int64).astype(str).astype(object)


def without_zeros(postcode: Texts) -> Texts:
    """Return ZIP codes as Excel leaves them when it takes them for numbers."""
    return texts([code.lstrip("0") for code in postcode.tolist()])


def joined(*columns: Texts) -> Texts:
    """Return the columns joined by spaces where they are not empty."""
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return texts([" ".join(part for part in row if part) for row in rows])


def _northlight(w: Written, shop: Texts, day: Days) -> Columns:
    names = [upper(column) for column in (w.given, w.middle, w.family, w.suffix, w.street, w.unit, w.city)]
    code = np.full(len(shop), "NL-0417", dtype=object)
    return [*names, w.region, without_zeros(w.postcode), dashed(w.phone), shop, slashed(day), code]


def _postwell(w: Written, shop: Texts, day: Days) -> Columns:
    family = joined(w.family, w.suffix)
    name = family + ", " + joined(w.given, w.middle)
    segment = np.where(w.phone == "", "M", "MT")
    return [name, w.street, w.unit, w.city, w.region, w.postcode, w.phone, shop, compact(day), segment]


def _beacon(w: Written, shop: Texts, day: Days) -> Columns:
    columns = (w.family, w.given, w.middle, w.suffix, w.street, w.unit, w.city, w.region, w.postcode, w.phone, shop)
    return [*(unaccented(upper(column)) for column in columns), compact(day)]


def _listharbor(w: Written, shop: Texts, day: Days) -> Columns:
    name = joined(w.given, w.middle, w.family, w.suffix)
    street = w.street + np.where(w.unit == "", "", ", ") + w.unit
    return [name, street, w.city, w.region, w.postcode, bracketed(w.phone), shop, iso(day)]


def _telereach(w: Written, shop: Texts, day: Days) -> Columns:
    name = joined(w.given, w.family, w.suffix)
    return [name, joined(w.street, w.unit), w.city, w.region, w.postcode, w.phone, shop, serial(day)]


def _supplement(w: Written, shop: Texts, day: Days) -> Columns:
    return [w.family, w.given, w.suffix, w.street, w.unit, w.city, w.region, w.postcode, dashed(w.phone), shop, slashed(day)]


def _spoil_northlight(rng: np.random.Generator, sheet: Sheet) -> Sheet:
    sheets.lengthen(sheet, sheets.pick(rng, sheet, 0.0005), column=4)
    sheets.shorten(sheet, sheets.pick(rng, sheet, 0.002), by=1)
    sheet = sheets.repeat_rows(sheet, sheets.pick(rng, sheet, 0.004))
    titles = [("NORTHLIGHT DIRECT - CONSUMER FILE 0417",), ("Prepared for: CartManager account",), ("Run date 01/14/2005",), ()]
    totals = ("TOTAL RECORDS", *[""] * 11, str(len(sheet)))
    sheet = sheets.insert(sheet, before=[len(sheet)], rows=[totals], kind="totals")
    sheet = sheets.insert(sheet, before=[0], rows=[NORTHLIGHT], kind="header")
    sheet = sheets.insert(sheet, before=[0, 0, 0], rows=titles[:3], kind="title")
    return sheets.insert(sheet, before=[3], rows=titles[3:], kind="blank")


def _spoil_postwell(rng: np.random.Generator, sheet: Sheet) -> Sheet:
    sheets.shorten(sheet, sheets.pick(rng, sheet, 0.003), by=2)
    sheet = sheets.repeat_rows(sheet, sheets.pick(rng, sheet, 0.004))
    junk = ("TEST, TEST", "123 TEST ST", "", "TEST", "XX", "00000", "5550000000", "Test Shop", "20040101", "X")
    sheet = sheets.insert(sheet, before=[len(sheet) // 2], rows=[junk], kind="junk")
    return _with_headers(sheet, POSTWELL, every=2_500)


def _spoil_beacon(rng: np.random.Generator, sheet: Sheet) -> Sheet:
    sheet = sheets.repeat_rows(sheet, sheets.pick(rng, sheet, 0.003))
    sheet = sheets.insert(sheet, before=[0], rows=[BEACON], kind="header")
    return sheets.insert(sheet, before=[len(sheet)], rows=[("TOTAL", str(len(sheet) - 1))], kind="totals")


def _spoil_listharbor(rng: np.random.Generator, sheet: Sheet) -> Sheet:
    sheets.break_lines(sheet, sheets.pick(rng, sheet, 0.003), column=1)
    sheet = sheets.repeat_rows(sheet, sheets.pick(rng, sheet, 0.003))
    blank = np.sort(rng.integers(1, len(sheet), 2)) if len(sheet) > 1 else np.array([], dtype=np.int64)
    sheet = sheets.insert(sheet, before=blank, rows=[()] * len(blank), kind="blank")
    return _with_headers(sheet, LISTHARBOR, every=5_000)


def _spoil_telereach(rng: np.random.Generator, sheet: Sheet) -> Sheet:
    sheets.make_name_formulas(sheet, sheets.pick(rng, sheet, 0.01), column=0)
    sheet = sheets.insert(sheet, before=[0], rows=[TELEREACH], kind="header")
    return sheets.insert(sheet, before=[0], rows=[("Telereach Plus: campaign export",)], kind="title")


def _spoil_supplement(rng: np.random.Generator, sheet: Sheet) -> Sheet:
    sheets.make_text_formulas(sheet, sheets.pick(rng, sheet, 0.01), column=7)
    return sheets.insert(sheet, before=[0], rows=[SUPPLEMENT], kind="header")


def _with_headers(sheet: Sheet, header: tuple[str, ...], *, every: int) -> Sheet:
    places = np.arange(0, len(sheet), every) if len(sheet) > every else np.array([0, len(sheet) // 2])
    return sheets.insert(sheet, before=places, rows=[header] * len(places), kind="header")


NORTHLIGHT = (
    "FIRST_NAME", "MI", "LAST_NAME", "SUFFIX", "ADDRESS", "APT", "CITY", "STATE", "ZIP", "PHONE", "STORE", "PURCHASE_DATE",
    "LIST_CODE",
)  # fmt: skip
POSTWELL = ("NAME", "ADDR1", "ADDR2", "CITY", "STATE", "ZIP", "TEL", "MERCHANT", "ORDER_DATE", "SEGMENT")
BEACON = ("LASTNAME", "FIRSTNAME", "MI", "SFX", "ADDRESS", "APT", "CITY", "ST", "ZIP", "PHONE", "SHOP", "ORDERDATE")
BEACON_WIDTHS = (22, 14, 4, 5, 34, 9, 18, 4, 7, 12, 34, 10)
LISTHARBOR = ("Full Name", "Address", "City", "State", "Zip Code", "Phone", "Web Store", "Purchased On")
TELEREACH = ("Customer Name", "Street", "City", "State", "Zip", "Telephone", "Shop", "Order Date")
SUPPLEMENT = (
    "Last Name", "First Name", "Suffix", "Address 1", "Address 2", "City", "State", "Zip", "Phone", "Merchant",
    "Date of Purchase",
)  # fmt: skip

NO_LIMIT = 10**9
BROKERS = (
    Broker(
        "Northlight Direct", "northlight-direct.csv", 0.30, NO_LIMIT, NORTHLIGHT, Habits(suffix_kept=0.5), "short",
        _northlight, _spoil_northlight, partial(formats.write_delimited, delimiter=",", encoding="cp1252"),
    ),
    Broker(
        "Postwell Marketing", "postwell-marketing.txt", 0.25, NO_LIMIT, POSTWELL, Habits(middle_kept=0.5), "dotted",
        _postwell, _spoil_postwell, partial(formats.write_delimited, delimiter="|", encoding="utf-8", newline="\n"),
    ),
    Broker(
        "Beacon Response Group", "beacon-response.dat", 0.20, NO_LIMIT, BEACON, Habits(plain_letters=True, family_slip=0.03),
        "short", _beacon, _spoil_beacon, partial(formats.write_fixed, widths=BEACON_WIDTHS),
    ),
    Broker(
        "ListHarbor", "listharbor.tsv", 0.15, NO_LIMIT, LISTHARBOR, Habits(nickname=0.10, unit_kept=0.9), "full",
        _listharbor, _spoil_listharbor,
        partial(formats.write_delimited, delimiter="\t", encoding="utf-16-le", mark=b"\xff\xfe"),
    ),
    Broker(
        "Telereach Plus", "telereach-plus.xlsx", 0.04, 15_000, TELEREACH, Habits(phone_kept=1.0, suffix_kept=0.3), "short",
        _telereach, _spoil_telereach, partial(formats.write_xlsx, numeric=frozenset({4, 5, 7})),
    ),
    Broker(
        "Northlight Direct", "supplement-northlight.csv", 0.06, NO_LIMIT, SUPPLEMENT, Habits(), "full",
        _supplement, _spoil_supplement,
        partial(formats.write_delimited, delimiter=",", encoding="utf-8", mark=b"\xef\xbb\xbf", quote_all=True),
        is_supplement=True,
    ),
)  # fmt: skip
"""In the order in which they reach the administrator; the supplement comes last."""


def assign(rng: np.random.Generator, count: int) -> Numbers:
    """Return for each list row the broker whose list has it; what does not fit into the workbook goes to the first."""
    shares = [broker.share for broker in BROKERS]
    broker = rng.choice(len(BROKERS), count, p=shares)
    for place, each in enumerate(BROKERS):
        too_many = np.flatnonzero(broker == place)[each.most_rows :]
        broker[too_many] = 0
    return broker.astype(np.int64)
