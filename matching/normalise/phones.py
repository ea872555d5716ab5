"""Phone numbers: ten digits for North America, E.164 for other countries, nothing for numbers that belong to nobody."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.normalise import distinct

TOLL_FREE = frozenset({"800", "833", "844", "855", "866", "877", "888"})
"""Area codes whose subscriber is an organisation (FCC, "What Is a Toll-Free Number", 47 CFR 52.101)."""

PLACEHOLDERS = frozenset({"1234567890", "0123456789", "9876543210", "1231231234", "5551234567", "5555551212", "2345678901"})
"""Numbers typed to get past a required field; so are numbers of a single repeated digit."""

_EXTENSION = re.compile(r"(?:;?\s*(?:ext|extension|extn|x|#)[\s.:=]*\d{1,7}|;.*)\s*$", re.IGNORECASE)
_MARK = np.zeros(256, bool)
_MARK[[ord(mark) for mark in " ().-/+"]] = True


def phones(values: distinct.Column) -> pa.DictionaryArray:
    """Return each number in one spelling: `2025550123` for North America, `+442079460123` for others; else null.

    North American numbers follow the North American Numbering Plan (NPA and exchange begin with 2-9, nanpa.com); a leading 1
    is the trunk prefix and an extension is not part of the number. Toll-free and placeholder numbers are null. Numbers of
    other lengths without a country code keep their digits: within one list they still compare.
    """
    text = distinct.as_text(values)
    national, regular = _north_american(text)
    codes, numbers = pd.factorize(national[regular & _somebody(national)])
    easy = np.full(len(text), -1, np.int32)
    easy[regular & _somebody(national)] = codes
    spelled = pa.DictionaryArray.from_arrays(pa.array(easy, mask=easy < 0), pa.array(numbers).cast(pa.string()))
    hard = pc.if_else(pa.array(regular), None, text)
    if hard.null_count == len(hard):
        return spelled
    return distinct.first_known(spelled, distinct.each(hard, phone))


def phone(value: str) -> str | None:
    """Return one number in the spelling of `phones`, or None."""
    bare = _EXTENSION.sub("", value.strip())
    if re.search(r"\d[eE]\+?\d", bare):
        return None  # a spreadsheet's 5.55E+09 has lost its digits
    bare = re.sub(r"\.0$", "", bare)
    digits = re.sub(r"\D", "", bare)
    abroad = bare.startswith("+") or (len(digits) > 9 and digits.startswith(("00", "011")))
    if abroad and not re.match(r"\+1\D*[2-9]", bare):
        return _foreign(bare)
    national = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return _known(national) if 7 <= len(national) <= 15 else None


def _foreign(value: str) -> str | None:
    """Return E.164; what is no possible number loses zeros until nothing changes more."""
    international = "+" + re.sub(r"^(?:011|00)", "", re.sub(r"\D", "", value))
    try:
        parsed = phonenumbers.parse(international, None)
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code == 1:
        national = str(parsed.national_number)
        return _known(national) if len(national) == 10 else None
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return written if written == international else _foreign(written)


def _known(national: str) -> str | None:
    """Return the number unless it belongs to nobody: a toll-free line, a placeholder, or no area code that exists."""
    if len(set(national)) == 1 or national in PLACEHOLDERS:
        return None
    if len(national) != 10 or national.startswith("0"):
        return national if len(set(national)) > 2 else None
    if national[0] == "1" or national[3] in "01" or national[:3] in TOLL_FREE:
        return None
    return None if len(set(national[3:])) == 1 else national


def _north_american(text: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return ten-digit numbers as integers and where they are regular, read in one pass over the bytes of the column.

    Regular: nothing but digits and marks, ten digits or eleven with a leading 1, area code and exchange from 2 on. A plus sign
    is a mark only before eleven digits.
    """
    offsets, letters = _bytes(text)
    digit = (letters - np.uint8(48)) < 10
    places = np.flatnonzero(digit)
    bounds = np.searchsorted(places, offsets)
    counts = np.diff(bounds)
    other = np.searchsorted(np.flatnonzero(~digit & ~_MARK[letters]), offsets)
    plus = np.searchsorted(np.flatnonzero(letters == ord("+")), offsets)
    shaped = (np.diff(other) == 0) & ((counts == 11) | ((counts == 10) & (np.diff(plus) == 0)))
    rows = np.flatnonzero(shaped)
    at = places[bounds[rows + 1][:, None] - np.arange(10, 0, -1)]
    found = (letters[at] - np.uint8(48)).astype(np.int64)
    first = letters[places[bounds[rows]]] == ord("1")
    good = (found[:, 0] > 1) & (found[:, 3] > 1) & (first | (counts[rows] == 10))
    national, regular = np.zeros(len(text), np.int64), np.zeros(len(text), bool)
    national[rows[good]] = found[good] @ (10 ** np.arange(9, -1, -1))
    regular[rows[good]] = True
    return national, regular


def _somebody(national: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which numbers are somebody's: no toll-free line, no placeholder, not one digit repeated."""
    local = national % 10_000_000
    nobody = np.isin(national // 10_000_000, np.array(sorted(TOLL_FREE), np.int64))
    nobody |= np.isin(national, np.array(sorted(PLACEHOLDERS), np.int64))
    return np.asarray(~(nobody | (local == local // 1_000_000 * 1_111_111)))


def _bytes(text: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return where each value begins and the bytes of all values; null values are empty."""
    whole = pc.fill_null(text, "")
    _, offsets, data = whole.buffers()
    if offsets is None or data is None:
        return np.zeros(len(whole) + 1, np.int32), np.zeros(0, np.uint8)
    return np.frombuffer(offsets, np.int32)[whole.offset : whole.offset + len(whole) + 1], np.frombuffer(data, np.uint8)
