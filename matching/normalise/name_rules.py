"""The rules by which one name is taken apart: a line, a given-name cell, a family-name cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from matching.normalise.name_words import (
    CREDENTIALS,
    GLUED,
    LINKS,
    PARTICLES,
    PLACEHOLDERS,
    SPECIAL,
    SUFFIXES,
    TITLES,
    VAGUE_SUFFIXES,
)
from matching.normalise.roles import Kind, take_role
from matching.normalise.text import fold, words


class Name(NamedTuple):
    """A name in folded words; `partner` is the given name of a second person on the same line."""

    given: str | None = None
    middle: str | None = None
    family: str | None = None
    suffix: str | None = None
    kind: str | None = None
    partner: str | None = None


NOBODY = Name()


def full_name(text: str, *, family_first: bool = False) -> Name:
    """Take apart a whole name on one line: `SMITH, JOHN A JR`, `Dr. John A. Smith`, `Estate of Mary Jones`.

    A comma, or a single initial at the end, says that the family name stands first; otherwise `family_first` does.
    """
    folded = fold(text)
    parts = folded.split()
    if 1 < len(parts) < 4 and _is_ordinary(parts):
        return _ordinary(parts, family_first=family_first)
    text, kind = take_role(folded)
    before, comma, after = text.partition(",")
    suffix, rest = _take_suffix(words(after))
    if comma and rest and rest[0] in SUFFIXES:
        suffix, rest = SUFFIXES[rest[0]], rest[1:]
    if comma and not rest:
        text, comma = before, ""
    named = _comma(before, rest, suffix) if comma else _plain(words(text), suffix, family_first=family_first)
    return NOBODY if named == NOBODY else named._replace(kind=kind)


def given_parts(text: str) -> tuple[str | None, str | None, str | None, str | None]:
    """Take apart a given-name column's value into (given, second given, suffix, kind)."""
    folded = fold(text)
    if _is_plain(folded):
        return folded, None, None, None
    first, second, suffix, kind = _given_once(folded)
    return _settled(first, lambda name: _given_once(name)[0]), second, suffix, kind


def _given_once(folded: str) -> tuple[str | None, str | None, str | None, str | None]:
    rest, kind = take_role(folded)
    suffix, parts = _take_suffix(without_titles(words(rest)))
    parts = [part for part in parts if part != "&" and not (part in SUFFIXES and not part.isalpha())]
    if not parts or " ".join(parts) in PLACEHOLDERS:
        return None, None, suffix, None
    return parts[0], middle_name(" ".join(parts[1:])), suffix, None if kind is Kind.PERSON else kind


def _is_plain(word: str) -> bool:
    return word.isalpha() and word not in PLACEHOLDERS and word not in TITLES


def _is_ordinary(parts: list[str]) -> bool:
    """Say whether these are letters only, without a word that a rule looks at; a single one may be a particle or initial."""
    return len(parts) > 1 and "".join(parts).isalpha() and SPECIAL.isdisjoint(parts)


def _settled(name: str | None, rule: Callable[[str], str | None]) -> str | None:
    """Return a name on which its column's rule changes nothing more: normalising twice is normalising once."""
    while name and not _is_plain(name):
        before, name = name, rule(name)
        if name == before:
            break
    return name or None


def middle_name(text: str) -> str | None:
    found = " ".join(words(text))
    return None if not found or found in PLACEHOLDERS else found


def name_suffix(text: str) -> str | None:
    return next((SUFFIXES[word] for word in words(text) if word in SUFFIXES), None)


def family_parts(text: str) -> Name:
    """Take apart a family-name column's value; a whole name ("SMITH, JOHN") found there is taken apart too."""
    folded = fold(text)
    spaced = folded.replace("-", " ")
    if _is_plain(spaced) or _is_ordinary(spaced.split()):
        return Name(family=spaced)
    name = _family_once(folded)
    family = _settled(name.family, lambda part: _family_once(part).family)
    return name._replace(family=family) if family else NOBODY


def _family_once(folded: str) -> Name:
    rest, kind = take_role(folded)
    before, comma, after = rest.partition(",")
    suffix, given = _take_suffix(words(after))
    if comma and given:
        return full_name(folded)
    own_suffix, parts = _take_suffix(without_titles(words(before)))
    family = _glue(parts)
    if not family or family in PLACEHOLDERS:
        return NOBODY
    return Name(family=family, suffix=suffix or own_suffix, kind=None if kind is Kind.PERSON else kind)


def _comma(before: str, given: list[str], suffix: str | None) -> Name:
    own_suffix, family = _take_suffix(words(before))
    return _assemble(without_titles(given), family, suffix or own_suffix)


def _plain(parts: list[str], suffix: str | None, *, family_first: bool) -> Name:
    own_suffix, parts = _take_suffix(without_titles(parts))
    suffix = suffix or own_suffix
    if len(parts) < 2:
        return _assemble([], parts, suffix)
    initial_last = len(parts) > 2 and len(parts[-1]) == 1 and len(parts[1]) > 1
    if family_first or initial_last:
        end = _family_end(parts)
        return _assemble(parts[end:], parts[:end], suffix)
    start = _family_start(parts)
    return _assemble(parts[:start], parts[start:], suffix)


def _ordinary(parts: list[str], *, family_first: bool) -> Name:
    """Take apart two or three words that no rule looks at, by the same order as `_plain`; most lines are such."""
    family_first = family_first or (len(parts) == 3 and len(parts[2]) == 1 and len(parts[1]) > 1)
    if len(parts) == 2:
        first, last = (parts[1], parts[0]) if family_first else parts
        return Name(first, None, last, None, Kind.PERSON)
    first, middle, last = (parts[1], parts[2], parts[0]) if family_first else parts
    return Name(first, middle, last, None, Kind.PERSON)


def _family_end(parts: list[str]) -> int:
    """Return where the family name ends that stands first: after its particles and one word."""
    end = 0
    while end < len(parts) - 2 and parts[end] in PARTICLES:
        end += 1
    return end + 1


def _family_start(parts: list[str]) -> int:
    """Return where the family name begins that stands last: at its particles, or at one word after the middle names."""
    start = len(parts) - 1
    while start > 1 and (parts[start - 1] in PARTICLES or parts[start - 1] in LINKS):
        start -= 2 if parts[start - 1] in LINKS and start > 2 else 1
    return start


def _assemble(given: list[str], family: list[str], suffix: str | None) -> Name:
    given, partner = _take_partner(given)
    if " ".join([*given, *family]) in PLACEHOLDERS:
        return NOBODY
    surname = _settled(_glue(family), lambda name: _family_once(name).family)
    first = _settled(given[0], lambda word: _given_once(word)[0]) if given else None
    middle = middle_name(" ".join(given[1:])) if given else None
    return Name(first, middle, surname, suffix, None, partner) if surname or first else NOBODY


def _take_partner(given: list[str]) -> tuple[list[str], str | None]:
    """Split "john & mary" (two people, one line) into John and his partner."""
    for mark in ("&", "and", "y"):
        if mark in given[1:-1]:
            at = given.index(mark, 1)
            return given[:at], given[at + 1]
    return [word for word in given if word != "&"], None


def without_titles(parts: list[str]) -> list[str]:
    """Take honorifics off the front: of one person, or of two as in "mr and mrs"; a title alone names nobody."""
    start = 0
    while start < len(parts) and (parts[start] in TITLES or (start and parts[start] in ("&", "and"))):
        start += 1
    return parts[start:]


def _take_suffix(parts: list[str]) -> tuple[str | None, list[str]]:
    """Take Jr, Sr, II and degrees off the end; V and I count only after two words, being initials otherwise."""
    suffix = None
    while parts and (parts[-1] in SUFFIXES or parts[-1] in CREDENTIALS):
        if parts[-1] in VAGUE_SUFFIXES and len(parts) < 3:
            break
        suffix = SUFFIXES.get(parts[-1], suffix)
        parts = parts[:-1]
    return suffix, parts


def _glue(parts: list[str]) -> str:
    """Write a family name with its particles glued on: de la cruz perez -> delacruz perez; y and e between parts go."""
    glued: list[str] = []
    pending = ""
    for position, part in enumerate(parts):
        last = position == len(parts) - 1
        if part in LINKS and pending == "" and glued and not last:
            continue
        if part in GLUED and not last:
            pending += part
        elif part != "&":
            glued.append(pending + part)
            pending = ""
    return " ".join(glued)
