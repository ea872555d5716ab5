"""A claim beside its candidates: for every field both values, whether they agree, and the evidence sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from casefile import codes
from casefile.review import ClaimReview, Proposed
from casefile.tables.people import ClassMember


class Mark(StrEnum):
    """How two values stand to each other; its value is the word on the page."""

    SAME = "Same"
    SIMILAR = "Similar"
    PARTLY = "In part"
    DIFFERS = "Differs"
    ONLY_CLAIM = "Not on the list"
    ONLY_LIST = "Not on the claim"
    NEITHER = "Not known"


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of a value, and whether the claim says it too."""

    word: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """What one candidate has in one field."""

    value: str
    pieces: tuple[Piece, ...]
    mark: Mark
    sentence: str
    also: str
    """The value that was compared, where it is another of the member's values than the one shown."""
    weight: float | None
    """Bits for (positive) or against; shown after the ruling only."""


@dataclass(frozen=True, slots=True)
class Said:
    """One of the claim's values of a field, and when it was so."""

    value: str
    when: str


@dataclass(frozen=True, slots=True)
class Row:
    """One field over all candidates."""

    label: str
    said: tuple[Said, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One candidate: its letter on the page, and what goes above and below its cells."""

    letter: str
    proposed: Proposed
    name: str
    contradictions: tuple[str, ...]
    sum_sentence: str
    """Bits and probability in one sentence; shown after the ruling only."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole table."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


DIFFERENT = frozenset({"different", "initial_differs", "elsewhere", "far_postcode", "far_city", "other_region", "partly_differs"})
IN_PART = frozenset(
    {
        "area",
        "city",
        "postcode",
        "area_only",
        "city_only",
        "postcode_only",
        "region_only",
        "near_city",
        "same_city",
        "same_region",
        "year",
        "partly_agrees",
        "half_swapped",
    }
)
"""Levels of `matching.comparisons` that are no mere variants of one value; the mark follows the level, never the weight."""

FIELDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "given": ("First name", ("given_name",)),
    "middle": ("Middle name", ("middle_name",)),
    "family": ("Last name", ("family_name",)),
    "suffix": ("Suffix", ("suffix",)),
    "address": ("Address", ("street", "unit", "city", "region", "postcode")),
    "phone": ("Phone", ("phone",)),
    "email": ("E-mail", ("email",)),
}
"""Field of the evidence -> its label, and the columns that say it."""


def compare(found: ClaimReview) -> Comparison:
    """Return the table of a claim; candidates stand by notice ID, an order that says nothing and stays after the ruling."""
    proposed = sorted(found.candidates, key=lambda one: one.member.notice_id)
    columns = tuple(_column(letter, one) for letter, one in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", proposed, strict=False))
    answers = found.version.answers if found.version else {}
    rows = [_field_row(field, answers, columns) for field in FIELDS]
    rows += [_shop_row(answers, columns), *_notice_rows(found, columns)]
    return Comparison(columns=columns, rows=tuple(row for row in rows if _says_something(row)))


def name_of(person: ClassMember | Mapping[str, Any]) -> str:
    """Return a person's name as it is written, or a dash."""
    parts = [_value(person, part) for part in ("given_name", "middle_name", "family_name", "suffix")]
    return " ".join(part for part in parts if part) or _value(person, "full_name") or "\N{EM DASH}"


def _value(person: ClassMember | Mapping[str, Any], column: str) -> str:
    found = person.get(column) if isinstance(person, Mapping) else getattr(person, column)
    return str(found or "")


def _joined(person: ClassMember | Mapping[str, Any], columns: Sequence[str]) -> str:
    return ", ".join(_spaced(column, value) for column in columns if (value := _value(person, column)))


def _spaced(column: str, value: str) -> str:
    return phone(value) if column == "phone" else value


def phone(value: str) -> str:
    """Return a phone number of ten digits as it is written, so that two can be compared by eye."""
    return f"{value[:3]}-{value[3:6]}-{value[6:]}" if len(value) == 10 and value.isdigit() else value


def _column(letter: str, one: Proposed) -> Column:
    evidence = one.candidate.evidence
    return Column(
        letter=letter,
        proposed=one,
        name=name_of(one.member),
        contradictions=tuple(evidence.get("contradictions", ())),
        sum_sentence=str(evidence.get("sentence", "")),
    )


def _field_row(field: str, answers: Mapping[str, Any], columns: Sequence[Column]) -> Row:
    label, parts = FIELDS[field]
    said = _said(answers, parts)
    return Row(label=label, said=said, cells=tuple(_cell(field, parts, said, column.proposed) for column in columns))


def _said(answers: Mapping[str, Any], parts: Sequence[str]) -> tuple[Said, ...]:
    """Return what the claim says of a field: now, and at a purchase where it was different."""
    now = _joined(answers.get("now") or {}, parts)
    said = [Said(now, "")] if now else []
    for earlier in answers.get("at_purchase") or ():
        value = _joined(earlier, parts)
        if value and value not in {one.value for one in said}:
            said.append(Said(value, "when buying"))
    return tuple(said)


def _cell(field: str, parts: Sequence[str], said: Sequence[Said], one: Proposed) -> Cell:
    value = _joined(one.member, parts)
    evidence = next((part for part in one.candidate.evidence.get("fields", ()) if part.get("field") == field), None)
    if evidence is None or evidence.get("left") is None or evidence.get("right") is None:
        mark = _mark_of_values(value, said)
        return Cell(value=value, pieces=_pieces(value, said, mark), mark=mark, sentence="", also="", weight=None)
    compared = str(evidence["right"])
    mark = _mark_of_evidence(evidence)
    return Cell(
        value=value or compared,
        pieces=_pieces(value or compared, said, mark),
        mark=mark,
        sentence=str(evidence.get("sentence", "")),
        also=compared if value and _is_another(compared, value) else "",
        weight=float(evidence["weight"]),
    )


def _is_another(compared: str, value: str) -> bool:
    """Return whether the value that was compared is another one than the value shown, not only another spelling of it."""
    words, known = _folded(compared), _folded(value)
    return 2 * len(words & known) < len(words) and "".join(sorted(words)) != re.sub(r"\W", "", value)


def _pieces(value: str, said: Sequence[Said], mark: Mark) -> tuple[Piece, ...]:
    """Return the words of a value; where it is not the same, with the words that the claim does not say."""
    if mark not in (Mark.SIMILAR, Mark.PARTLY, Mark.DIFFERS):
        return (Piece(value, True),)
    known = frozenset[str]().union(*(_folded(one.value) for one in said))
    return tuple(Piece(word, _folded(word) <= known) for word in value.split())


def _mark_of_evidence(evidence: Mapping[str, Any]) -> Mark:
    level = evidence["level"]
    if level == "exact":
        return Mark.SAME
    return Mark.DIFFERS if level in DIFFERENT else Mark.PARTLY if level in IN_PART else Mark.SIMILAR


def _mark_of_values(value: str, said: Sequence[Said]) -> Mark:
    if not value:
        return Mark.ONLY_CLAIM if said else Mark.NEITHER
    if not said:
        return Mark.ONLY_LIST
    return Mark.SAME if any(_folded(one.value) == _folded(value) for one in said) else Mark.DIFFERS


def _folded(value: str) -> frozenset[str]:
    """Return the words of a value without case, accents and punctuation, to tell whether two spellings say the same."""
    plain = unicodedata.normalize("NFKD", value.casefold())
    letters = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return frozenset(letters.split())


_SHOP_MARKS = {"agrees": Mark.SAME, "differs": Mark.DIFFERS}
_SHOP_SENTENCES = {
    "agrees": "one of these shops disclosed this person's data",
    "differs": "no list names this person with one of these shops",
}


def _shop_row(answers: Mapping[str, Any], columns: Sequence[Column]) -> Row:
    names = [str(shop.get("name", "")) for shop in answers.get("merchants") or ()] + [str(answers.get("other_shop") or "")]
    said = tuple(Said(name, "") for name in names if name)
    cells = []
    for column in columns:
        word = str(column.proposed.candidate.evidence.get("merchant", "unknown"))
        value = column.proposed.member.merchant or ""
        mark = _SHOP_MARKS.get(word) or (Mark.ONLY_CLAIM if not value else Mark.ONLY_LIST if not said else Mark.DIFFERS)
        sentence = _SHOP_SENTENCES.get(word, "")
        cells.append(Cell(value=value, pieces=(Piece(value, True),), mark=mark, sentence=sentence, also="", weight=None))
    return Row(label="Shop", said=said, cells=tuple(cells))


def _notice_rows(found: ClaimReview, columns: Sequence[Column]) -> list[Row]:
    """Return whose notice the claim was filed with, if it was filed with one: its PIN is known to nobody else."""
    if found.claim.notice_member_id is None:
        return []
    cells = []
    for column in columns:
        member = column.proposed.member
        own = member.id == found.claim.notice_member_id
        sentence = "filed with this person's Notice ID and PIN" if own else "filed with another person's Notice ID and PIN"
        shown = codes.spaced(member.notice_id)
        mark = Mark.SAME if own else Mark.DIFFERS
        cells.append(Cell(value=shown, pieces=(Piece(shown, True),), mark=mark, sentence=sentence, also="", weight=None))
    return [Row(label="Notice", said=(Said("Filed with a Notice ID and its PIN", ""),), cells=tuple(cells))]


def _says_something(row: Row) -> bool:
    return bool(row.said) or any(cell.value for cell in row.cells)
