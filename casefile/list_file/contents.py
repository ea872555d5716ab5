"""What a column holds, judged by its cells alone."""

from __future__ import annotations

import re
from functools import cache

from casefile.list_file import values

_STATE = re.compile("|".join(values.REGIONS))
_NAME_WORD = r"[^\W\d_][^\W\d_'’.\-]*(?:[ '’.\-][^\W\d_]+)*\.?"
_COMMA_NAME = re.compile(rf"{_NAME_WORD}, {_NAME_WORD}")
_WORDS = re.compile(rf"{_NAME_WORD}")
_LOCALITY = re.compile(rf".+,? +(?:{_STATE.pattern})\.?,? +\d{{5}}(?:-\d{{4}})?")
_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?:[T ].*)?|\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})(?: .*)?|\d{1,2}-[A-Za-z]{3}-(?:\d{4}|\d{2})"
)
_FORMATTED_PHONE = re.compile(r"(?:\+?1[ .\-]?)?\(?[2-9]\d{2}\)?[ .\-]?\d{3}[ .\-]?\d{4}(?: *x\d+)?")


@cache
def kind_of(cell: str) -> str | None:
    """Return the one kind that a cell can hardly be mistaken in (email, phone, date, ...), or None."""
    text = cell.strip()
    if not text or len(text) > 200:
        return None
    for kind, pattern in (
        ("email", values.EMAIL),
        ("phone", _FORMATTED_PHONE),
        ("postcode", values.POSTCODE),
        ("date", _DATE),
        ("locality", _LOCALITY),
        ("street", values.STREET),
        ("domain", values.DOMAIN),
    ):
        if pattern.fullmatch(text):
            return kind
    return "amount" if re.fullmatch(r"\$\s?\d[\d,]*(?:\.\d\d)?|\d+\.\d\d", text) else None


def share(cells: list[str], kind: str) -> float:
    """Return which part of the filled cells is of a kind: one that `kind_of` returns, or a key of `_PATTERNS`."""
    filled = [c.strip() for c in cells if c.strip() and c.strip().lower() not in values.NULL_WORDS]
    if not filled:
        return 0.0
    return sum(_is(c, kind) for c in filled) / len(filled)


def _is(cell: str, kind: str) -> bool:
    pattern = _PATTERNS.get(kind)
    return bool(pattern.fullmatch(cell)) if pattern else kind_of(cell) == kind


_PATTERNS = {
    "region": _STATE,
    "comma_name": _COMMA_NAME,
    "words": _WORDS,
    "one_word": re.compile(r"[^\W\d_][^\W\d_'’.\-]*(?:[-'’][^\W\d_]+)*"),
    "several_words": re.compile(rf"[^\W\d_][^\W\d_'’.\-]*\.?(?: {_NAME_WORD}){{1,4}}"),
    "short_postcode": re.compile(r"\d{3,5}(?:\.0)?"),
    "phone_digits": re.compile(r"1?[2-9]\d{9}(?:\.0)?|[2-9]\.\d+[eE]\+?0?9"),
    "digits": re.compile(r"[\d.,]+"),
    "courtesy": re.compile(r"(?:mr|mrs|ms|miss|dr|sr|sra|srta|rev|prof|mx)\.?", re.IGNORECASE),
}
