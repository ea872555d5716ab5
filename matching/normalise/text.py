"""Letters: lower case, without accents, one blank between words; one letter of input stays countable as one letter."""

from __future__ import annotations

import re
import unicodedata

_UNDECOMPOSED = str.maketrans(
    {
        "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d",
        "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ł": "l", "Ł": "l", "ı": "i", "ħ": "h", "Ħ": "h", "ŋ": "n",
        "’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "′": "'", "“": '"', "”": '"',
        "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "−": "-", "\u00ad": "",
    }
)  # fmt: skip
"""Letters of Latin alphabets that Unicode does not decompose (ICU's Latin-ASCII transliteration), and typographic marks."""

_BLANKS = re.compile(r"\s+")


def fold(text: str) -> str:
    """Return the text in lower case without accents, control characters and repeated blanks.

    Latin letters become ASCII (Unicode NFKD without combining marks, and ICU's Latin-ASCII for the rest), so that bytes and
    characters count the same; letters of other scripts stay as they are.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split()).lower()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_UNDECOMPOSED))
        text = "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Cf", "Cc", "Co", "Cs") or c.isspace())
        text = text.translate(_UNDECOMPOSED)
    return _BLANKS.sub(" ", text).strip().lower()


def words(text: str) -> list[str]:
    """Return the folded words: apostrophes and full stops close up, every other mark but & and # separates."""
    return _MARKS.sub(" ", fold(text).replace("'", "").replace(".", "")).split()


_MARKS = re.compile(r"[^\w&#]|_")
