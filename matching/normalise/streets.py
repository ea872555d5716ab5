"""One street line behind its house number: street, unit, PO box, rural route, by the rules of USPS Publication 28."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from matching.normalise.street_words import (
    DIRECTIONS,
    HIGHWAYS,
    ORDINALS,
    SPANISH_STREETS,
    SUFFIXES,
    UNITS,
    UNITS_WITHOUT_NUMBER,
)
from matching.normalise.text import fold

Parts = tuple[str | None, str | None, str | None, str | None]
"""(number, street, unit, box)"""

_BOX = re.compile(
    r"(?:^|\s)(?:p ?o ?(?:box|bx|b|drawer|dr)|pobox|post office (?:box|drawer)|apartado(?: postal)?|apdo|caja|(?<!\S)box|pmb)"
    r"\s*(?:# ?|no )?0*(\d\w*|\w)(?:\s|$)"
)
"""Publication 28, section 28: post office boxes, also as Drawer, Caller, Apartado; PMB is a private mailbox (section 284)."""

_RURAL = re.compile(
    r"^(?:(?P<rr>r ?r|rural (?:route|rt|rte)|r ?f ?d|rfd route|route|rt|rte)|"
    r"(?P<hc>h ?c|highway contract(?: route)?|star (?:route|rte|rt))"
    r"|(?P<mil>psc|cmr|unit))\s*(?:# ?)?0*(?P<number>\w+)\s+(?:po )?(?:box|bx)\s*(?:# ?)?0*(?P<box>\w+)$"
)
"""Publication 28, sections 24 (rural routes), 25 (highway contract routes) and 225 (overseas military addresses)."""

_EASY_UNIT = re.compile(
    r"^([a-z0-9 ]*?[a-z][a-z0-9 ]*?),? (?:(?:apt|apartment|unit|ste|suite)\.?(?: ?#)?|#) ?(\d[\da-z]*|[a-z])$"
)
_UNIT_GLUED = re.compile(r"\b(apt|unit|ste|suite|rm|lot|bldg)(\d)")
_LETTERS = re.compile(r"^[a-z0-9 ]+$")
_BEFORE_NAME = {"st": "saint", "mt": "mount", "ft": "fort"}
_CARE_OF = re.compile(r"^(?:c/o|attn|care of|in care of)\s+[^\d#]*(?=\d|$)")
_NUMBER = re.compile(r"^\d+(-\d+)?[a-z]?$")
_ALPHANUMERIC = re.compile(r"^(?=.*\d)[a-z]?\d+-?[a-z]{0,2}$|^[a-z]-\d+$")
_ORDINAL = re.compile(r"^\d+(?:st|nd|rd|th)$")
_BEFORE_NUMBER = frozenset(
    {"hwy", "rte", "rd", "trl", "trwy", "fwy", "expy", "tpke", "interstate", "calle", "avenida", "carretera"}
)
"""Words that a road's own number may follow ("Highway 61", "Calle 5"): such a number is no unit."""

_BOX_WORDS = "st mt ft p po o box bx b pob pobox drawer pmb apartado apdo caja post rr r hc h psc cmr rural star c co attn"
_SHORT_DIRECTIONS = frozenset(DIRECTIONS.values())
_LOOKED_AT = (
    frozenset(DIRECTIONS) | _SHORT_DIRECTIONS | frozenset(ORDINALS) | frozenset(UNITS) | frozenset(SPANISH_STREETS)
    | frozenset(_BOX_WORDS.split())
)  # fmt: skip
"""Words of a street line that some rule looks at when they do not end it."""

_INNER = "(^| )(" + "|".join(sorted(word for word in _LOOKED_AT if word.isalpha())) + ")( |$)"
_DIRECTION_FIRST = "^(" + "|".join(sorted(_SHORT_DIRECTIONS)) + ") "
_LONG_SUFFIXES = pa.array(list(SUFFIXES))
_SHORT_SUFFIXES = pa.array(list(SUFFIXES.values()))

PLACEHOLDERS = frozenset({"unknown", "none", "n a", "general", "homeless", "no address", "same", "xxx", "test", "na", "-"})


def reader() -> Callable[[str], Parts]:
    """Return `street_parts` that takes a street apart once, however many units it has (and forgets it all with its caller)."""
    whole = cache(street_parts)

    def read(text: str) -> Parts:
        ordinary = _ordinary(text)
        if ordinary:
            return None, ordinary, None, None
        easy = _EASY_UNIT.match(text)
        if easy and not easy[1].endswith(("box", "bx", "drawer")):
            number, street, unit, box = whole(easy[1])
            if unit is None and box is None:
                return number, street, easy[2].lstrip("0") or None, None
        return whole(text)

    return read


def _ordinary(text: str) -> str | None:
    """Return the street of a line such as "n main street" that no other rule looks at, as most are; None for the others."""
    parts = text.split()
    if len(parts) < 2 or parts[-1] not in SUFFIXES or not "".join(parts).isalpha() or not text.isascii():
        return None
    start = 1 if parts[0] in _SHORT_DIRECTIONS and len(parts) > 2 else 0
    if not _LOOKED_AT.isdisjoint(parts[start:-1]):
        return None
    parts[-1] = SUFFIXES[parts[-1]]
    return " ".join(parts)


def ordinary(lines: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return which of many lower-case lines are such as `_ordinary` takes, and their streets; the others' mean nothing."""
    halves = pc.split_pattern(lines, " ", max_splits=1, reverse=True)
    two = pc.equal(pc.list_value_length(halves), 2)
    name = pc.list_element(halves, 0)
    last = pc.if_else(two, pc.binary_join(pc.list_slice(halves, 1), ""), None)
    suffix = _SHORT_SUFFIXES.take(pc.index_in(last, _LONG_SUFFIXES))
    inner = pc.replace_substring_regex(name, _DIRECTION_FIRST, "")
    known = pc.and_(suffix.is_valid(), pc.match_substring_regex(inner, "^[a-z]+( [a-z]+)*$"))
    known = pc.and_not(known, pc.match_substring_regex(inner, _INNER))
    return known, pc.binary_join_element_wise(name, suffix, " ")


def street_parts(text: str) -> Parts:
    """Take a folded street line apart into (number, street, unit, box); the house number is usually cut off before."""
    line = _clean(text)
    if line in PLACEHOLDERS or not line:
        return None, None, None, None
    box = _box(line)
    if box:
        return box
    number, parts = _leading_number(line.split())
    parts, unit = _take_unit(parts)
    if not number:
        number, parts = _number_behind(parts)
    street = " ".join(_short_forms(parts))
    if street == line or not street:
        return number, street or None, unit, None
    return _again(number, street, unit)


def _again(number: str | None, street: str, unit: str | None) -> Parts:
    """Take the street that was found apart once more until nothing comes off: normalising twice is normalising once."""
    more, settled, other_unit, box = street_parts(street)
    return " ".join(filter(None, (number, more))) or None, settled, unit or other_unit, box


def unit_number(text: str) -> str | None:
    """Return the identifier of a unit without its designator: `Apt 4-B`, `#4b` and `Unit 04B` are all `4b`."""
    parts = _clean(text).split()
    kept = [part for part in parts if part not in UNITS]
    return _unit(kept) or next((UNITS[part] for part in parts if UNITS.get(part) in UNITS_WITHOUT_NUMBER), None)


def _clean(text: str) -> str:
    line = " ".join(text.split())
    if not _LETTERS.match(text):
        marked = fold(text).replace("'", "").replace(".", "").replace("#", " # ")
        line = " ".join(re.sub(r"[^\w/#-]|_", " ", marked).split())
    line = _UNIT_GLUED.sub(r"\1 \2", line)
    if not line.startswith(("c/o", "attn", "care of", "in care of")):
        return line
    bare = _CARE_OF.sub("", line)
    return line if bare == line else _clean(bare)


def _box(line: str) -> Parts | None:
    rural = _RURAL.match(line)
    if rural:
        kind = "rr" if rural["rr"] else "hc" if rural["hc"] else rural["mil"]
        return None, f"{kind} {rural['number']}", None, rural["box"]
    box = _BOX.search(line) if "b" in line or "ap" in line or "po " in line else None
    if not box or "/" in line[: box.start()]:
        return None
    before = line[: box.start()].strip()
    number, street, unit, _ = street_parts(before) if before else (None, None, None, None)
    return number, street, unit, box[1]


def _leading_number(parts: list[str]) -> tuple[str | None, list[str]]:
    """Take off a number or fraction that begins the line: `1/2 main st` follows its whole number, cut off before."""
    if len(parts) > 1 and _NUMBER.match(parts[0]):
        return parts[0].lstrip("0") or None, parts[1:]
    if len(parts) > 1 and re.fullmatch(r"\d/\d", parts[0]):
        return parts[0], parts[1:]
    return None, parts


def _number_behind(parts: list[str]) -> tuple[str | None, list[str]]:
    """Read a number behind the street as in `calle luna 55`, which is the Spanish order."""
    if len(parts) > 2 and parts[0] in SPANISH_STREETS and _NUMBER.match(parts[-1]):
        return parts[-1], parts[:-1]
    return None, parts


def _take_unit(parts: list[str]) -> tuple[list[str], str | None]:
    for at in range(1, len(parts)):
        word = UNITS.get(parts[at])
        if word and _is_designator(parts, at):
            number = _unit([part for part in parts[at + 1 :] if part not in UNITS])
            return _ordinal_floor(parts[:at], number or (word if word in UNITS_WITHOUT_NUMBER or word == "fl" else None))
    if len(parts) > 2 and _ALPHANUMERIC.match(parts[-1]) and _ends_a_street(parts[-2]) and not _ORDINAL.match(parts[-1]):
        return parts[:-1], _unit(parts[-1:])
    return parts, None


def _is_designator(parts: list[str], at: int) -> bool:
    """Say whether the word at this place begins a unit: an identifier follows, or it ends the line and stands alone."""
    if parts[at] == "#" or parts[at] in ("apt", "apartment", "ste", "suite", "unit"):
        return at + 1 < len(parts)
    if at + 1 == len(parts):
        ordinal_floor = UNITS[parts[at]] == "fl" and _is_ordinal(parts[at - 1])
        return ordinal_floor or (UNITS[parts[at]] in UNITS_WITHOUT_NUMBER and at > 1)
    following = parts[at + 1]
    numbered = any(c.isdigit() for c in following) and not _is_ordinal(following)
    return numbered or following == "#" or len(following) == 1


def _ordinal_floor(before: list[str], unit: str | None) -> tuple[list[str], str | None]:
    if unit == "fl" and before and _is_ordinal(before[-1]):
        return before[:-1], re.sub(r"\D", "", ORDINALS.get(before[-1], before[-1]))
    return before, unit


def _is_ordinal(word: str) -> bool:
    return word in ORDINALS or bool(_ORDINAL.match(word))


def _ends_a_street(word: str) -> bool:
    if SUFFIXES.get(word, word) in _BEFORE_NUMBER:
        return False
    return word in SUFFIXES or word in DIRECTIONS or word in DIRECTIONS.values()


def _unit(parts: list[str]) -> str | None:
    return "".join(parts).replace("-", "").replace("/", "").lstrip("0") or None


def _short_forms(parts: list[str]) -> list[str]:
    """Write directionals, suffix, ordinals and highways in their short forms; words inside the name stay."""
    parts = [ORDINALS.get(part, part).strip("-") for part in " ".join(parts).replace("-", " ").split()]
    if len(parts) < 2:
        return parts
    last = len(parts) - 1
    ending = parts[last] in DIRECTIONS or parts[last] in DIRECTIONS.values()
    suffix_at = last - 1 if ending and last > 1 and parts[last - 1] in SUFFIXES else last
    if ending and (suffix_at != last or last > 1):
        parts[last] = DIRECTIONS.get(parts[last], parts[last])
    named = parts[suffix_at] in SUFFIXES and suffix_at > 0
    if named:
        parts[suffix_at] = SUFFIXES[parts[suffix_at]]
    if parts[0] in DIRECTIONS and not (named and suffix_at == 1):
        parts[0] = DIRECTIONS[parts[0]]
    return _road_numbers(_saints(parts), named=named)


def _saints(parts: list[str]) -> list[str]:
    """Spell out saint, mount and fort before a name: "st marys rd" begins with a saint, not with a street."""
    at = 1 if parts[0] in DIRECTIONS.values() else 0
    if at + 1 < len(parts) and parts[at] in _BEFORE_NAME and parts[at + 1].isalpha():
        only_suffix_follows = at + 2 == len(parts) and parts[at + 1] in SUFFIXES.values()
        if not only_suffix_follows:
            parts[at] = _BEFORE_NAME[parts[at]]
    return parts


def _road_numbers(parts: list[str], *, named: bool) -> list[str]:
    """Write numbered roads one way: "county road 12", "cr 12"; "us highway 61"; "avenue a"."""
    if named:
        return parts
    joined = " ".join(SUFFIXES.get(part, part) if _is_road_word(parts, at) else part for at, part in enumerate(parts))
    joined = re.sub(r"^cr (?=\d)", "county rd ", joined)
    joined = re.sub(r"^sr (?=\d)|^state hwy (?=\d)|^st rte (?=\d)", "state rte ", joined)
    joined = re.sub(r"^us (?:hwy |rte )?(?=\d)", "us hwy ", joined)
    joined = re.sub(r"^i-? ?(?=\d)", "interstate ", joined)
    joined = re.sub(r"^(co|cnty) (?=rd|hwy)", "county ", joined)
    return joined.split()


def _is_road_word(parts: list[str], at: int) -> bool:
    if at + 1 >= len(parts):
        return False
    before = at == 0 or parts[at - 1] in HIGHWAYS
    return before and (len(parts[at + 1]) == 1 or parts[at + 1][0].isdigit() or parts[at + 1] == "of")
