"""How one person comes to stand in a list in several ways: nicknames, slips of the hand, dropped and swapped parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flows.sample.people import People, plain
from flows.sample.places import Addresses
from flows.sample.pools import Flags, Numbers, Texts, nicknames, texts

_NEIGHBOURS = {
    "a": "s", "b": "v", "c": "x", "d": "s", "e": "r", "f": "g", "g": "h", "h": "j", "i": "o", "j": "k", "k": "l", "l": "k",
    "m": "n", "n": "m", "o": "p", "p": "o", "q": "w", "r": "t", "s": "a", "t": "y", "u": "i", "v": "b", "w": "e", "x": "c",
    "y": "u", "z": "x",
}  # fmt: skip
"""A key beside each letter."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How often the people who keep one list write something else than the truth; shares from 0 to 1."""

    nickname: float = 0.07
    initial_only: float = 0.02
    given_slip: float = 0.015
    family_slip: float = 0.02
    swapped: float = 0.006
    suffix_kept: float = 0.6
    middle_kept: float = 0.4
    street_slip: float = 0.02
    unit_kept: float = 0.85
    postcode_slip: float = 0.008
    phone_kept: float = 0.75
    plain_letters: bool = False
    """True when accents are lost."""


@dataclass(frozen=True, slots=True)
class Written:
    """People as one list has them."""

    given: Texts
    middle: Texts
    family: Texts
    suffix: Texts
    street: Texts
    unit: Texts
    city: Texts
    region: Texts
    postcode: Texts
    phone: Texts


def write_down(
    rng: np.random.Generator,
    *,
    people: People,
    addresses: Addresses,
    person: Numbers,
    address: Numbers,
    habits: Habits,
    street_form: str,
) -> Written:
    """Return the people at `person`, living at `address`, as a list of these habits names them."""
    count = len(person)
    given = _slip(rng, _given(rng, people.given[person], habits), habits.given_slip)
    family = _slip(rng, _family(rng, people, person), habits.family_slip)
    swapped = _some(rng, count, habits.swapped)
    given, family = np.where(swapped, family, given), np.where(swapped, given, family)
    if habits.plain_letters:
        given, family = unaccented(given), unaccented(family)
    street = addresses.street(address, form=street_form)
    return Written(
        given=given,
        middle=np.where(_some(rng, count, habits.middle_kept), people.middle[person], ""),
        family=family,
        suffix=np.where(_some(rng, count, habits.suffix_kept), people.suffix[person], ""),
        street=_slip(rng, street, habits.street_slip),
        unit=np.where(_some(rng, count, habits.unit_kept), addresses.unit[address], ""),
        city=addresses.city[address],
        region=addresses.region[address],
        postcode=_digit_slip(rng, addresses.postcode[address], habits.postcode_slip),
        phone=np.where(_some(rng, count, habits.phone_kept), people.phone_then[person], ""),
    )


def unaccented(column: Texts) -> Texts:
    """Return texts without accents, as old systems keep them."""
    table = str.maketrans("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunAEIOUUN")
    return texts([text.translate(table) for text in column.tolist()])


def upper(column: Texts) -> Texts:
    """Return texts in capitals."""
    return texts([text.upper() for text in column.tolist()])


def _some(rng: np.random.Generator, count: int, share: float) -> Flags:
    return rng.random(count) < share


def _given(rng: np.random.Generator, given: Texts, habits: Habits) -> Texts:
    given = given.copy()
    short = nicknames()
    at = np.flatnonzero(_some(rng, len(given), habits.nickname))
    for place, choice in zip(at.tolist(), rng.integers(0, 6, len(at)).tolist(), strict=True):
        forms = short.get(given[place], (given[place],))
        given[place] = forms[choice % len(forms)]
    for place in np.flatnonzero(_some(rng, len(given), habits.initial_only)).tolist():
        given[place] = given[place][0]
    return given


def _family(rng: np.random.Generator, people: People, person: Numbers) -> Texts:
    """Return family names; of two surnames a clerk keeps both, joins them with a hyphen, or drops one."""
    first, second = people.family[person], people.second_family[person]
    form = rng.random(len(person))
    both = people.full_family(person)
    hyphened = first + np.where(second == "", "", "-") + second
    only_second = np.where(second == "", first, second)
    written = np.select([form < 0.40, form < 0.80, form < 0.90], [both, first, hyphened], only_second)
    married = _some(rng, len(person), 0.02)
    return np.where(married, people.family_now[person], written)


def _slip(rng: np.random.Generator, column: Texts, share: float) -> Texts:
    """Return the column with a slip of the hand in some of its texts."""
    column = column.copy()
    at = np.flatnonzero(_some(rng, len(column), share))
    parts = rng.random((len(at), 2)).tolist()
    for place, (kind, where) in zip(at.tolist(), parts, strict=True):
        column[place] = one_slip(column[place], kind=kind, where=where)
    return column


def one_slip(text: str, *, kind: float, where: float) -> str:
    """Return a text with one letter swapped, lost, doubled or replaced by its neighbour; short texts stay as they are."""
    letters = [place for place in range(1, len(text) - 1) if text[place].isalpha() and text[place + 1].isalpha()]
    if not letters:
        return text
    place = letters[int(where * len(letters))]
    letter, following = text[place], text[place + 1]
    if kind < 0.3:
        changed = following + letter
    elif kind < 0.6:
        changed = following
    elif kind < 0.8:
        changed = letter + letter + following
    else:
        changed = _NEIGHBOURS.get(plain(letter), "e") + following
    return text[:place] + changed + text[place + 2 :]


def _digit_slip(rng: np.random.Generator, column: Texts, share: float) -> Texts:
    """Return ZIP codes, some with their last two digits swapped."""
    column = column.copy()
    for place in np.flatnonzero(_some(rng, len(column), share)).tolist():
        code = column[place]
        column[place] = code[:3] + code[4] + code[3]
    return column
