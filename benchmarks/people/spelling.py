"""How what is true becomes what stands in a list: typing slips, misread letters, short names, many forms of one address."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.people import draw, words
from benchmarks.people.draw import Bools, Ints, Rng, Texts
from benchmarks.people.world import Places

_KEYBOARD = {
    a: b for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for a, b in zip(row, row[1:] + row[-2], strict=True)
} | {str(d): str((d + 1) % 10) for d in range(10)}  # fmt: skip
_OCR = (("m", "rn"), ("rn", "m"), ("l", "1"), ("o", "0"), ("s", "5"), ("b", "8"), ("cl", "d"), ("i", "l"), ("e", "c"), ("g", "q"))


def slip(rng: Rng, values: Texts, share: float, *, ocr: float = 0.15) -> Texts:
    """Return the values with one slip in a share of them: a letter lost, doubled, swapped, or its neighbour; or misread."""
    return _changed(rng, values, share, lambda text, draws: _misread(text, draws) if draws[3] < ocr else _mistyped(text, draws))


def _changed(rng: Rng, values: Texts, share: float, change: Callable[[str, tuple[float, ...]], str]) -> Texts:
    hit = np.flatnonzero(draw.chance(rng, share, len(values)))
    draws = rng.random((len(hit), 4)).tolist()
    changed = values.copy()
    changed[hit] = [change(values[i], tuple(d)) if len(values[i]) > 2 else values[i] for i, d in zip(hit, draws, strict=True)]
    return changed


def _mistyped(text: str, draws: tuple[float, ...]) -> str:
    at = int(draws[0] * len(text))
    kind = int(draws[1] * 5)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    neighbour = _KEYBOARD.get(text[at].lower(), "e")
    return text[:at] + neighbour + text[at + (kind == 3) :]


def _misread(text: str, draws: tuple[float, ...]) -> str:
    for turn in range(len(_OCR)):
        true, seen = _OCR[(int(draws[2] * len(_OCR)) + turn) % len(_OCR)]
        if true in text:
            return text.replace(true, seen, 1)
    return text


def nicknamed(rng: Rng, given: Texts, share: float) -> Texts:
    """Return given names with a share of those that have short forms in one of them."""
    hit = np.flatnonzero(draw.chance(rng, share, len(given)))
    short = {name: forms.split() for name, forms in words.NICKNAMES.items()}
    picks = rng.random(len(hit)).tolist()
    changed = given.copy()
    for at, pick in zip(hit.tolist(), picks, strict=True):
        forms = short.get(given[at])
        if forms:
            changed[at] = forms[int(pick * len(forms))]
    return changed


def families(rng: Rng, first: Texts, second: Texts) -> tuple[Texts, Texts]:
    """Return family name and what slipped into the middle name, as clerks file Spanish double surnames."""
    double = second != ""
    way = draw.index(rng, np.array([0.42, 0.30, 0.10, 0.06, 0.12]), len(first))
    family = np.select(
        [double & (way == 0), double & (way == 2), double & (way == 3), double & (way == 4)],
        [first + " " + second, first + "-" + second, second, second],
        first,
    )
    return family, np.where(double & (way == 4), first, "")


def streets(rng: Rng, places: Places, at: Ints) -> tuple[Texts, Texts]:
    """Return street line and unit of addresses in the forms that lists mix: St or Street, unit apart, behind, or lost."""
    count = len(at)
    kind = places.street_type[at]
    long_form = draw.chance(rng, 0.25, count)
    forms = np.where(long_form, np.array(words.LONG_TYPES, object)[kind], np.array(words.STREET_TYPES, object)[kind])
    left_out = draw.chance(rng, 0.04, count)
    name = slip(rng, places.street[at], 0.025)
    number = slip(rng, places.number[at], 0.008, ocr=0)
    line = np.where(left_out, number + " " + name, number + " " + name + " " + forms)
    unit = places.unit[at]
    has, way = unit != "", rng.random(count)
    line = np.where(has & (way < 0.25), line + " Apt " + unit, np.where(has & (way < 0.4), line + " #" + unit, line))
    apart = np.where(has & (way >= 0.4) & (way < 0.9), unit, "")
    return line, np.where((apart != "") & (way < 0.7), "Apt " + apart, apart)


_AREA, _EXCHANGE, _LINE = slice(0, 3), slice(3, 6), slice(6, None)


def emails(rng: Rng, values: Texts, share: float) -> Texts:
    """Return addresses with a slip in the mailbox name of a share of them; the domain stays one of `.example`."""
    parts = [value.partition("@") for value in values]
    local = slip(rng, np.array([part[0] for part in parts], object), share)
    return local + np.array([part[1] + part[2] for part in parts], object)


def phones(rng: Rng, values: Texts) -> Texts:
    """Return ten-digit numbers in the forms of lists: bare, (202) 555-0123, 202-555-0123, 1-202-555-0123."""
    known = values != ""
    area, exchange, line = (np.array([value[part] for value in values], object) for part in (_AREA, _EXCHANGE, _LINE))
    line = slip(rng, line, 0.012, ocr=0)
    values = area + exchange + line
    way = rng.random(len(values))
    dashed = area + "-" + exchange + "-" + line
    shaped = np.select(
        [way < 0.4, way < 0.65, way < 0.93], [values, "(" + area + ") " + exchange + "-" + line, dashed], "1-" + dashed
    )
    return np.where(known, shaped, "")


def cased(values: Texts, upper: Bools) -> Texts:
    """Return upper case where the source shouts, title case elsewhere."""
    return np.array([v.upper() if u else v.title() if v.islower() else v for v, u in zip(values, upper, strict=True)], object)
