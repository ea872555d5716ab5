"""Dates in many forms as one number, yyyymmdd, with 00 for the parts that are not known."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from matching.normalise import distinct
from matching.normalise.text import fold

PLACEHOLDERS = frozenset(
    {19000101, 19010101, 18000101, 18991230, 18991231, 18581117, 17530101, 11111111, 10101, 99991231, 99990101, 20991231}
)
"""Dates that systems write for "unknown": day one of a century, day zero of Excel, SQL Server (1753) and VMS (1858), all
nines. 1 January 1970 is not among them: people were born on it."""

FIRST_YEAR, LAST_YEAR = 1000, 2100

LAST_SHORT_YEAR = 26
"""Two-digit years up to this are of the 2000s, the others of the 1900s."""

MONTHS = {
    name: month
    for month, names in enumerate(
        ("jan january ene enero", "feb february febrero", "mar march marzo", "apr april abr abril", "may mayo",
         "jun june junio", "jul july julio", "aug august ago agosto", "sep sept september septiembre setiembre",
         "oct october octubre", "nov november noviembre", "dec december dic diciembre"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
"""English and Spanish month names and their usual abbreviations."""

_EXCEL_DAY_ZERO = date(1899, 12, 30)
_NUMBERS = re.compile(r"^(\d{1,4})[-/. ]+(\d{1,2})[-/. ]+(\d{1,4})$")
_TIME = re.compile(r"[t ]\d{1,2}:\d{2}.*$")


def dates(values: distinct.Column) -> pa.Array:
    """Return int32 yyyymmdd per row: 19800605, 19800600 for June 1980, 19800000 for 1980, null for no date.

    ISO 8601, yyyymmdd, mmddyyyy, month names (en, es), 5 June 1980, Excel serial days and two-digit years are read. Whether
    06/05/1980 is June 5 or 6 May is settled by the column: day first if more of its values can only be read so (US order
    when none can). A day that its month does not have is unknown, as is a thirteenth month. Placeholders are null.
    """
    if _is_temporal(values):
        values = pc.strftime(values, format="%Y-%m-%d")
    encoded = distinct.encode(values)
    texts = [fold(text) for text in encoded.dictionary.to_pylist()]
    read = _reader(day_first=_day_first(texts))
    return pa.array([read(text) for text in texts], pa.int32()).take(encoded.indices)


def _is_temporal(values: distinct.Column) -> bool:
    return bool(pa.types.is_date(values.type) or pa.types.is_timestamp(values.type))


def _day_first(texts: list[str]) -> bool:
    votes = 0
    for text in texts:
        parts = _NUMBERS.match(text)
        if parts and len(parts[1]) < 3:
            votes += (int(parts[1]) > 12) - (int(parts[2]) > 12)
    return votes > 0


def _reader(*, day_first: bool) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        found = _parts(_TIME.sub("", text), day_first=day_first)
        number = _number(*found) if found else None
        return None if number in PLACEHOLDERS else number

    return read


def _parts(text: str, *, day_first: bool) -> tuple[int, int, int] | None:
    """Return (year, month, day), 0 where a part is not given, or None when the text is no date."""
    if text.isdigit() and text.isascii():
        return _digits(text)
    numbers = _NUMBERS.match(text)
    if numbers:
        return _three(*(int(part) for part in numbers.groups()), lengths=numbers.groups(), day_first=day_first)
    return _named(re.findall(r"[a-z]+|\d+", text)) or _year_and_month(text)


def _digits(text: str) -> tuple[int, int, int] | None:
    number = int(text)
    if len(text) == 8:
        sortable = number // 10_000, number // 100 % 100, number % 100
        american = number % 10_000, number // 1_000_000, number // 10_000 % 100
        return american if _is_day(*american) and not _is_day(*sortable) else sortable
    if len(text) == 6 and FIRST_YEAR <= number // 100 <= LAST_YEAR and number % 100 <= 12:
        return number // 100, number % 100, 0
    if len(text) == 5:
        day = _EXCEL_DAY_ZERO + timedelta(days=number)
        return day.year, day.month, day.day
    return (number, 0, 0) if len(text) == 4 else None


def _three(a: int, b: int, c: int, *, lengths: tuple[str, ...], day_first: bool) -> tuple[int, int, int] | None:
    if len(lengths[0]) >= 3:
        return a, b, c
    year = c if len(lengths[2]) >= 3 else _century(c)
    if a > 12 or (day_first and b <= 12):
        return year, b, a
    return year, a, b


def _named(words: list[str]) -> tuple[int, int, int] | None:
    """Read 5 June 1980, June 5th, 1980, Jun 1980 and 1980 June 5."""
    months = [MONTHS[word] for word in words if word in MONTHS]
    numbers = [word for word in words if word.isdigit()]
    if len(months) != 1 or not 1 <= len(numbers) <= 2:
        return None
    years = [number for number in numbers if len(number) == 4] or numbers[-1:]
    days = [number for number in numbers if number is not years[0]]
    year = int(years[0]) if len(years[0]) == 4 else _century(int(years[0]))
    return year, months[0], int(days[0]) if days else 0


def _year_and_month(text: str) -> tuple[int, int, int] | None:
    parts = re.fullmatch(r"(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{4})", text)
    if not parts:
        return None
    year, month = (parts[1], parts[2]) if parts[1] else (parts[4], parts[3])
    return int(year), int(month), 0


def _century(year: int) -> int:
    return 2000 + year if year <= LAST_SHORT_YEAR else 1900 + year if year < 100 else year


def _is_day(year: int, month: int, day: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 31


def _number(year: int, month: int, day: int) -> int | None:
    """Return yyyymmdd, with day and month swapped or unknown where the calendar has no such day."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if month > 12 and 1 <= day <= 12:
        month, day = day, month
    if not 1 <= month <= 12:
        return year * 10_000
    return year * 10_000 + month * 100 + (day if day <= monthrange(year, month)[1] else 0)
