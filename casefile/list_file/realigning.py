"""Rows with too many cells: which of them are one cell that a delimiter without quotes cut in two."""

from __future__ import annotations

from dataclasses import dataclass

from casefile.list_file import values

MOST_EXTRA = 3
TELLING = ("postcode", "region", "email", "phone", "purchased_on", "amount")
"""Fields that show by their form whether a row is in line."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a row in line looks like: how many cells, which of them have a form, where the street is, and the delimiter."""

    width: int
    telling: dict[int, str]
    street: int | None
    delimiter: str


def realign(cells: list[str], form: Form) -> tuple[list[str], int] | None:
    """Return the row with neighbouring cells joined so that every field with a form has it, and where; None when nothing fits.

    At least two filled fields must speak for it. Where several places fit equally well the street is taken, the usual home of a
    stray comma; where the street does not fit and several do, the row is left alone.
    """
    extra = len(cells) - form.width
    if not 0 < extra <= MOST_EXTRA:
        return None
    fitting = {}
    for place in range(form.width):
        joined = [*cells[:place], form.delimiter.join(cells[place : place + extra + 1]), *cells[place + extra + 1 :]]
        if _fits(joined, form):
            fitting[place] = joined
    if form.street in fitting:
        return fitting[form.street], form.street
    if len(fitting) == 1:
        place, joined = fitting.popitem()
        return joined, place
    return None


def _fits(cells: list[str], form: Form) -> bool:
    said = 0
    for place, field in form.telling.items():
        value = cells[place].strip()
        if value:
            checked = values.CHECKS[field](value)
            if checked.kind is not None and checked.kind not in values.MENDED:
                return False
            said += 1
    return said >= 2
