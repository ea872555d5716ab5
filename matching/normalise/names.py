"""Names of people as lists write them, taken apart into given, middle, family name and suffix, a column at a time."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from matching.normalise import distinct
from matching.normalise.name_rules import Name, family_parts, full_name, given_parts, middle_name, name_suffix, without_titles
from matching.normalise.name_words import PLACEHOLDERS, SPECIAL, TITLES
from matching.normalise.nicknames import is_given_name
from matching.normalise.text import words

_LOOKED_AT = "(^| )(" + "|".join(sorted(word for word in SPECIAL if word.isalpha())) + ")( |$)"


def names(
    given: distinct.Column | None = None,
    middle: distinct.Column | None = None,
    family: distinct.Column | None = None,
    suffix: distinct.Column | None = None,
    full: distinct.Column | None = None,
) -> pa.Table:
    """Return given, middle, family, suffix, family_first, family_last, kind and partner as encoded columns.

    `full` counts only in rows where neither given nor family name is known. A family name keeps its particles glued
    ("de la cruz" is `delacruz`) and its parts apart by a blank; where it has several (Spanish double surnames, married
    names) `family_first` and `family_last` hold its ends, else both are the family name. `kind` is person, estate, trust
    or minor. Suffixes are jr, sr, ii to v; titles and degrees are dropped.
    """
    length = next(len(column) for column in (given, middle, family, suffix, full) if column is not None)
    columns = _structured(given, middle, family, suffix, length=length)
    if full is not None:
        columns = _fill(columns, full)
    first, last = distinct.split(columns["family"], _ends, parts=2)
    return pa.table({**columns, "family_first": first, "family_last": last})


def _structured(
    given: distinct.Column | None,
    middle: distinct.Column | None,
    family: distinct.Column | None,
    suffix: distinct.Column | None,
    *,
    length: int,
) -> dict[str, pa.DictionaryArray]:
    unknown = distinct.nulls(length)
    g = distinct.split(given, given_parts, parts=4, ordinary=_plain_words) if given is not None else (unknown,) * 4
    f = distinct.split(family, family_parts, parts=6, ordinary=_plain_families, at=2) if family is not None else (unknown,) * 6
    own_middle = distinct.each(middle, middle_name) if middle is not None else unknown
    own_suffix = distinct.each(suffix, name_suffix) if suffix is not None else unknown
    has_name = pc.or_(g[0].is_valid(), f[2].is_valid())
    kind = distinct.first_known(f[4], g[3], distinct.encode(pc.if_else(has_name, "person", None)))
    return {
        "given": distinct.first_known(g[0], f[0]),
        "middle": _join(g[1], own_middle, f[1]),
        "family": f[2],
        "suffix": distinct.first_known(own_suffix, f[3], g[2]),
        "kind": kind,
        "partner": f[5],
    }


def _join(of_given: pa.DictionaryArray, own: pa.DictionaryArray, of_family: pa.DictionaryArray) -> pa.DictionaryArray:
    """Put the second given name before the middle name; "Mary Ann" + "Lee" has the middle name "ann lee"."""
    both = pc.and_(of_given.is_valid(), own.is_valid())
    if not pc.any(both).as_py():
        return distinct.first_known(own, of_given, of_family)
    second, third = (pc.fill_null(distinct.decode(column), "") for column in (of_given, own))
    joined = pc.binary_join_element_wise(second, third, " ")
    return distinct.first_known(distinct.encode(joined), of_family)


def _fill(columns: dict[str, pa.DictionaryArray], full: distinct.Column) -> dict[str, pa.DictionaryArray]:
    named = pc.or_(columns["given"].is_valid(), columns["family"].is_valid())
    if pc.all(named).as_py():
        return columns
    lines = distinct.encode(full)
    if pc.any(named).as_py():
        lines = distinct.encode(pc.if_else(named, None, distinct.decode(lines)))
    family_first = _family_comes_first(lines.dictionary.to_pylist())
    parsed = distinct.split(lines, lambda text: full_name(text, family_first=family_first), parts=len(Name._fields))
    return {name: distinct.first_known(columns[name], parsed[Name._fields.index(name)]) for name in columns}


def _family_comes_first(lines: list[str]) -> bool:
    """Settle the order of a column of "SMITH JOHN" by its single initials at the end or in between, and by known names."""
    votes = 0
    for line in lines[:20_000]:
        parts = without_titles(words(line))
        if "," in line or not 2 <= len(parts) <= 3:
            continue
        votes += is_given_name(parts[1]) - is_given_name(parts[0])
        votes += (len(parts[-1]) == 1) - (len(parts[1]) == 1)
    return votes > 2  # a line or two are no custom


def _plain_words(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return which values are one ASCII word that `_is_plain`, and all values in lower case."""
    lower = pc.utf8_lower(values)
    odd = pc.is_in(lower, pa.array(sorted(PLACEHOLDERS | TITLES)))
    return pc.and_not(pc.match_substring_regex(lower, "^[a-z]+$"), odd), lower


def _plain_families(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return which values are one such word or several that `_is_ordinary`, and all values in lower case."""
    single, lower = _plain_words(values)
    several = pc.match_substring_regex(lower, "^[a-z]+( [a-z]+)+$")
    looked_at = pc.match_substring_regex(lower, _LOOKED_AT)
    return pc.or_(single, pc.and_not(several, looked_at)), lower


def _ends(family: str) -> tuple[str, str]:
    parts = family.split()
    return parts[0], parts[-1]
