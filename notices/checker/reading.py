"""Can people read it: grade of the words, dates that are the case's, a text part that says what the page says."""

from __future__ import annotations

import difflib
import html
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

_TAGS = re.compile(r"<(style|script|title|head)\b.*?</\1>|<!--.*?-->|<!DOCTYPE[^>]*>", re.IGNORECASE | re.DOTALL)
_BREAKS = re.compile(r"</?(p|div|h[1-6]|li|ul|ol|br|tr|td|table)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE = re.compile(r"[.!?]+(?:\s|$)")
_ENDS = re.compile(r"[.!?][\"')]*\s*$")
"""Lines that do not end as a sentence are headings and labels, and are not counted."""

_URL = re.compile(r"https?://\S+")

MONTHS: Mapping[str, str] = {
    "en": "January|February|March|April|May|June|July|August|September|October|November|December",
    "es": "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre",
}
_DATES: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(rf"\b(?:{MONTHS['en']})\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b"),
    "es": re.compile(
        rf"\b\d{{1,2}}\s+de\s+(?:{MONTHS['es']})\s+(?:de|del)\s+\d{{4}}|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b", re.IGNORECASE
    ),
}


def text_of(page: str) -> str:
    """Return what a reader of an HTML page sees, without styles, as lines."""
    return html.unescape(_TAG.sub("", _BREAKS.sub("\n", _TAGS.sub("", page))))


def words_of(text: str) -> list[str]:
    """Return the words and numbers of a text in order, without web addresses, which both parts print in their own way."""
    return re.findall(r"\w+", _URL.sub(" ", text))


def first_difference(page: str, text: str) -> str:
    """Return the first place where text part and page say something different, empty if they say the same."""
    shown, written = words_of(text_of(page)), words_of(text)
    for kind, a, b, c, d in difflib.SequenceMatcher(None, shown, written, autojunk=False).get_opcodes():
        if kind != "equal":
            context = " ".join(shown[max(0, a - 4) : a])
            return f'after "{context}" the page says "{" ".join(shown[a:b][:8])}", the text "{" ".join(written[c:d][:8])}"'
    return ""


def dates_in(text: str, language: str) -> Iterator[str]:
    """Yield every full date that a text of a language prints."""
    for found in _DATES[language].finditer(text):
        yield " ".join(found[0].split())


def syllables(word: str) -> int:
    """Count the syllables of an English word: groups of vowels, without a silent e; right for about nine words in ten."""
    letters = word.lower()
    groups = len(re.findall(r"[aeiouy]+", letters))
    silent = letters.endswith("e") and not letters.endswith(("le", "ee", "ye")) and groups > 1
    silent = silent or (letters.endswith("ed") and not letters.endswith(("ted", "ded")) and groups > 1)
    return max(1, groups - silent)


def grade(text: str, language: str) -> float | None:
    """Return the US school grade that a text asks for, None for a language without a formula here.

    English: Flesch-Kincaid (Kincaid and others, 1975). Spanish: the grade at which Fernandez Huerta's ease (1959, with Law's
    correction) places a text, read off Flesch's table, since no grade formula for Spanish is settled.
    """
    parts = [part for line in text.split("\n") if _ENDS.search(line) for part in _SENTENCE.split(line) if _WORD.search(part)]
    words = [word for part in parts for word in _WORD.findall(part)]
    if len(words) < 30:
        return None
    sentences = len(parts)
    if language == "en":
        per_word = sum(map(syllables, words)) / len(words)
        return 0.39 * len(words) / sentences + 11.8 * per_word - 15.59
    if language == "es":
        per_hundred = 100 * sum(_spanish_syllables(word) for word in words) / len(words)
        return _grade_of_ease(206.84 - 0.60 * per_hundred - 1.02 * len(words) / sentences)
    return None


def _spanish_syllables(word: str) -> int:
    """Count vowel groups, where two strong vowels or an accented weak one part (RAE, Ortografia 2010, 3.3)."""
    return max(1, len(re.findall(r"[aeoáéóíú]|[iuü]+(?![aeoáéóiuü])|[iuü](?=[iuü])", word.lower())))


def _grade_of_ease(ease: float) -> float:
    """Flesch's table: 90 is grade 5, 80 grade 6, 70 grade 7, 60 grade 8.5, 50 grade 11, 30 college."""
    table = ((90, 5.0), (80, 6.0), (70, 7.0), (60, 8.5), (50, 11.0), (30, 14.0))
    for (high, easy), (low, hard) in pairwise(table):
        if ease >= high:
            return easy
        if ease >= low:
            return easy + (high - ease) / (high - low) * (hard - easy)
    return 16.0
