"""Dates as lists write them: ISO, American, European, with month names, and as a spreadsheet's day numbers."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from casefile.list_file.cells import Cell
from casefile.list_file.faults import FaultKind

MONTHS = {
    name[:3]: number
    for number, names in enumerate(
        ("jan ene", "feb", "mar", "apr abr", "may", "jun", "jul", "aug ago", "sep", "oct", "nov", "dec dic"), 1
    )
    for name in names.split()
}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_NUMBERS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[T ,].*)?")
_DAY_MONTH = re.compile(r"(\d{1,2})[- ](?:de )?([a-z]{3})[a-z]*\.?[-, ]+(?:de )?(\d{4}|\d{2})(?:[T ,].*)?", re.IGNORECASE)
_MONTH_DAY = re.compile(
    r"(?:[a-z]{3,9},? )?([a-z]{3})[a-z]*\.?[- ](\d{1,2})(?:st|nd|rd|th)?,?[- ](\d{4}|\d{2})(?:[T ,].*)?", re.IGNORECASE
)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_SERIAL = re.compile(r"([2-5]\d{4})(?:\.\d+)?")
EXCEL_EPOCH = datetime.date(1899, 12, 30)
"""Day 0 of Excel's count as it reads dates after February 1900 (it takes 1900 for a leap year)."""


def _parts(text: str, *, day_first: bool) -> tuple[int, int, int] | None:
    """Return year, month, day as written, without checking that the day exists."""
    if (m := _ISO.fullmatch(text)) or (m := _COMPACT.fullmatch(text)):
        return int(m[1]), int(m[2]), int(m[3])
    if m := _NUMBERS.fullmatch(text):
        first, second = int(m[1]), int(m[2])
        return (_year(m[3]), second, first) if day_first else (_year(m[3]), first, second)
    if (m := _DAY_MONTH.fullmatch(text)) and m[2].lower() in MONTHS:
        return _year(m[3]), MONTHS[m[2].lower()], int(m[1])
    if (m := _MONTH_DAY.fullmatch(text)) and m[1].lower() in MONTHS:
        return _year(m[3]), MONTHS[m[1].lower()], int(m[2])
    return None


def _year(text: str) -> int:
    """Two digits are read as POSIX strptime does: 69-99 are 1969-1999."""
    return int(text) if len(text) == 4 else int(text) + (1900 if int(text) >= 69 else 2000)


def date(value: str, *, day_first: bool = False, serials: bool = False, today: datetime.date | None = None) -> Cell:
    """A date as ISO text (YYYY-MM-DD); the impossible and the future are not used.

    A spreadsheet's day numbers are read, and warned of unless the whole column has them (`serials`).
    """
    today = today or datetime.datetime.now(datetime.UTC).date()
    serial = _SERIAL.fullmatch(value)
    if serial and EXCEL_EPOCH + datetime.timedelta(days=int(serial[1])) <= today:
        day = EXCEL_EPOCH + datetime.timedelta(days=int(serial[1]))
        if serials:
            return Cell(day.isoformat())
        return Cell(day.isoformat(), FaultKind.SERIAL_DATE, f"{value!r} was read as {day}: it is a spreadsheet's day number.")
    parts = _parts(value, day_first=day_first)
    if parts is None:
        return Cell(None, FaultKind.BAD_DATE, f"{value!r} is not a date that we can read.")
    try:
        day = datetime.date(*parts)
    except ValueError:
        return Cell(None, FaultKind.BAD_DATE, f"{value!r} is not a day of the calendar.")
    if day > today or day.year < 1900:
        return Cell(None, FaultKind.BAD_DATE, f"{value!r} is {'in the future' if day > today else 'before 1900'}.")
    return Cell(day.isoformat())


@dataclass(frozen=True, slots=True)
class DateForm:
    """How the dates of one column are written; `order_said` is whether any of them tells days from months."""

    day_first: bool = False
    order_said: bool = True
    serials: bool = False


def date_form(values: list[str]) -> DateForm:
    """Return how dates are written, judged by some of them."""
    order = day_comes_first(values)
    serials = sum(bool(_SERIAL.fullmatch(v)) for v in values)
    return DateForm(bool(order), order is not None, serials > 0.5 * len(values) > 0)


def day_comes_first(values: list[str]) -> bool | None:
    """Return whether numeric dates of a column are written day/month: True, False, or None when they never say."""
    pairs = [(int(m[1]), int(m[2])) for v in values if (m := _NUMBERS.fullmatch(v))]
    if any(first > 12 for first, _ in pairs):
        return True
    return False if not pairs or any(second > 12 for _, second in pairs) else None
