"""Phone numbers: ten digits for North America, E.164 for other countries, nothing for numbers that belong to nobody."""

from __future__ import annotations

import re

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from matching.normalise import distinct

TOLL_FREE = frozenset({"800", "833", "844", "855", "866", "877", "888"})
"""Area codes whose subscriber is an organisation (FCC, "What Is a Toll-Free Number", 47 CFR 52.101)."""

PLACEHOLDERS = frozenset({"1234567890", "0123456789", "9876543210", "1231231234", "5551234567", "5555551212", "2345678901"})
"""Numbers typed to get past a required field; so are numbers of a single repeated digit."""

_EXTENSION = re.compile(r"(?:;?\s*(?:ext|extension|extn|x|#)[\s.:=]*\d{1,7}|;.*)\s*$", re.IGNORECASE)
_REPEATED = "^...(" + "|".join(f"{digit}{{7}}" for digit in range(10)) + ")$"
_PLAIN = r"^(\+1)?[\d\s()./-]+$"


def phones(values: distinct.Column) -> pa.DictionaryArray:
    """Return each number in one spelling: `2025550123` for North America, `+442079460123` for others; else null.

    North American numbers follow the North American Numbering Plan (NPA and exchange begin with 2-9, nanpa.com); a leading 1
    is the trunk prefix and an extension is not part of the number. Toll-free and placeholder numbers are null. Numbers of
    other lengths without a country code keep their digits: within one list they still compare.
    """
    text = distinct.as_text(values)
    plain = pc.match_substring_regex(text, _PLAIN)
    digits = _digits(text)
    length = pc.binary_length(digits)
    north = pc.and_(plain, pc.or_(pc.equal(length, 10), pc.and_(pc.equal(length, 11), pc.starts_with(digits, "1"))))
    national = pc.utf8_slice_codeunits(digits, -10)
    regular = pc.and_(north, pc.match_substring_regex(national, r"^[2-9]..[2-9]"))
    nobody = pc.or_(
        pc.is_in(pc.utf8_slice_codeunits(national, 0, 3), pa.array(sorted(TOLL_FREE))),
        pc.or_(pc.is_in(national, pa.array(sorted(PLACEHOLDERS))), pc.match_substring_regex(national, _REPEATED)),
    )
    easy = pc.if_else(pc.and_not(regular, nobody), national, None).dictionary_encode()
    hard = pc.if_else(pc.fill_null(regular, True), None, text)
    if hard.null_count == len(hard):
        return easy
    return distinct.first_known(easy, distinct.each(hard, phone))


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
    international = "+" + re.sub(r"^(?:011|00)", "", re.sub(r"\D", "", value))
    try:
        parsed = phonenumbers.parse(international, None)
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code == 1:
        national = str(parsed.national_number)
        return _known(national) if len(national) == 10 else None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _known(national: str) -> str | None:
    """Return the number unless it belongs to nobody: a toll-free line, a placeholder, or no area code that exists."""
    if len(set(national)) == 1 or national in PLACEHOLDERS:
        return None
    if len(national) != 10 or national.startswith("0"):
        return national if len(set(national)) > 2 else None
    if national[0] == "1" or national[3] in "01" or national[:3] in TOLL_FREE:
        return None
    return None if len(set(national[3:])) == 1 else national


def _digits(text: pa.Array) -> pa.Array:
    """Return the ASCII digits of every value, copied in one pass over the bytes of the column."""
    _, offsets, data = text.buffers()
    start, length = text.offset, len(text)
    bounds = np.frombuffer(offsets, np.int32)[start : start + length + 1] if offsets else np.zeros(1, np.int32)
    letters = np.frombuffer(data, np.uint8)[: bounds[-1]] if data is not None else np.zeros(0, np.uint8)
    digit = (letters - np.uint8(48)) < 10
    kept = np.concatenate([[0], np.cumsum(digit, dtype=np.int32)])[bounds].astype(np.int32)
    found = pa.StringArray.from_buffers(length, pa.py_buffer(kept - kept[0]), pa.py_buffer(letters[digit][kept[0] :]))
    return pc.if_else(text.is_valid(), found, None)
