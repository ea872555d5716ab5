"""Compares two values of a field: pure functions on value codes, with what they need made once per distinct value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching import comparisons as table
from matching.columns import Codes, People
from matching.comparisons import NEAR, SIMILAR, Comparison
from matching.letters import Letters
from matching.normalise import nicknames
from matching.types import OtherKind

Level = NDArray[np.int8]
Compare = Callable[[Codes, Codes], Level]
"""Takes the codes of two values per pair (-1 unknown), gives the number of the level that they reach."""

_IDENTIFIER = r"^[0-9a-z-]*[0-9][0-9a-z-]*[0-9][0-9a-z-]*$"


@dataclass(frozen=True)
class Values:
    """The distinct values of all fields."""

    people: People

    def compare(self, field: str) -> Compare:
        """Return the function that compares two values of a field."""
        own: dict[str, Compare] = {
            "given": self.given,
            "family": self.family,
            "middle": self.middle,
            "suffix": self.suffix,
            "birth_date": self.birth_date,
            "email": self.email,
            "phone": self.phone,
        }
        return own[field] if field in own else self._other(field)

    def given(self, a: Codes, b: Codes) -> Level:
        """Given names: equal, short for each other, near, similar, or one of them an initial."""
        level = _spelling(self.letters["given"], a, b, table.GIVEN)
        close = (level > 0) & (level < table.GIVEN.index("nickname"))
        level[close & (level > 1) & self._is_name[a] & self._is_name[b]] = table.GIVEN.index("two_names")
        level[close & self._nicknames(a, b)] = table.GIVEN.index("nickname")
        return self._initials("given", a, b, level, table.GIVEN)

    def family(self, a: Codes, b: Codes) -> Level:
        """Family names: equal, one a part of the other (double surnames, married names), near, similar."""
        level = _spelling(self.letters["family"], a, b, table.FAMILY)
        close = (level > 0) & (level < table.FAMILY.index("part"))
        level[close & self._shares_part(a, b)] = table.FAMILY.index("part")
        return level

    def middle(self, a: Codes, b: Codes) -> Level:
        """Middle names or initials."""
        level = _spelling(self.letters["middle"], a, b, table.MIDDLE)
        return self._initials("middle", a, b, level, table.MIDDLE)

    def suffix(self, a: Codes, b: Codes) -> Level:
        """Generation suffixes: the same, different, or stated on one side only."""
        level = _equal(a, b, different=table.SUFFIX.index("different"), exact=table.SUFFIX.index("exact"))
        level[(a >= 0) != (b >= 0)] = table.SUFFIX.index("one_side")
        level[(a < 0) & (b < 0)] = table.SUFFIX.index("neither")
        return level

    def birth_date(self, a: Codes, b: Codes) -> Level:
        """Birth dates: equal, one slip apart, two of three parts or all but two digits equal, the year only."""
        level = _equal(a, b, different=1, exact=table.BIRTH_DATE.index("exact"))
        known = np.flatnonzero(level > 0)
        x, y = self._date_digits[a[known]], self._date_digits[b[known]]
        found = level[known]
        unequal = found == 1
        for key, reached in _dates_alike(x, y):
            found[unequal & reached] = table.BIRTH_DATE.index(key)
        partial = _lacks_day(x) | _lacks_day(y)
        found[partial] = table.BIRTH_DATE.index("partly_differs")
        found[partial & _agrees_as_far_as_given(x, y)] = table.BIRTH_DATE.index("partly_agrees")
        level[known] = found
        return level

    def email(self, a: Codes, b: Codes) -> Level:
        """E-mail keys: equal, the same mailbox name elsewhere, or spelled nearly alike."""
        level = _equal(a, b, different=table.EMAIL.index("different"), exact=table.EMAIL.index("exact"))
        differs = np.flatnonzero(level == table.EMAIL.index("different"))
        level[differs[self.letters["email"].alike(a[differs], b[differs], floor=NEAR) > 0]] = table.EMAIL.index("near")
        c, d = self._local_of_email[a[differs]], self._local_of_email[b[differs]]
        level[differs[(c == d) & (c >= 0)]] = table.EMAIL.index("local")
        return level

    def phone(self, a: Codes, b: Codes) -> Level:
        """Phone numbers: equal, or one digit or two neighbours wrong."""
        level = _equal(a, b, different=1, exact=table.PHONE.index("exact"))
        differs = np.flatnonzero(level == 1)
        slips = one_slip(self._phone_digits[a[differs]], self._phone_digits[b[differs]])
        level[differs[slips]] = table.PHONE.index("one_digit")
        return level

    def _other(self, field: str) -> Compare:
        kind = next(other.kind for other in self.people.others if other.column == field)
        if kind is OtherKind.TEXT:
            return lambda a, b: _spelling(self.letters[field], a, b, table.OTHER_TEXT)
        return lambda a, b: self._exactly(field, a, b)

    def _exactly(self, field: str, a: Codes, b: Codes) -> Level:
        """Equal or not; identifiers (customer or social security numbers) may have one character wrong."""
        level = _equal(a, b, different=1, exact=table.OTHER_EXACT.index("exact"))
        if field in self._identifiers:
            differs = np.flatnonzero(level == 1)
            grid, length = self._identifiers[field]
            x, y = a[differs], b[differs]
            level[differs[one_slip(grid[x], grid[y]) & (length[x] == length[y])]] = table.OTHER_EXACT.index("near")
        return level

    def prepare(self) -> None:
        """Make everything that is made at first use, so that threads only read."""
        for field in ("given", "family", "middle", "email", "name", "city", *(o.column for o in self.people.others)):
            if field in self.letters:
                _ = self.letters[field].strings, self.letters[field].shape

    @cached_property
    def letters(self) -> dict[str, Letters]:
        """The letters of each field's values."""
        return {field: Letters(coded.values) for field, coded in self.people.fields.items()}

    @cached_property
    def given_as_family(self) -> Codes:
        """The family-name code of each given-name value that is also a family name; -1 for others and for the code -1."""
        found = pc.index_in(self._column("given"), self._column("family"))
        return np.append(pc.fill_null(found, -1).to_numpy(), np.int32(-1)).astype(np.int32)

    @cached_property
    def postcode_areas(self) -> Codes:
        """The area of each postcode: its first three characters (USPS sectional center), or those before the blank."""
        values = self._column("postcode")
        outward = pc.replace_substring_regex(values, " .*$", "")
        area = pc.if_else(pc.match_substring(values, " "), outward, pc.utf8_slice_codeunits(values, 0, 3))
        return np.asarray(area.dictionary_encode().indices.to_numpy(), np.int32)

    def postcode_slips(self, a: Codes, b: Codes) -> NDArray[np.bool_]:
        """Say which postcodes differ by one character or by two exchanged ones."""
        return one_slip(self._postcode_characters[a], self._postcode_characters[b])

    def _column(self, field: str) -> pa.Array:
        return self.people.fields[field].values

    def _nicknames(self, a: Codes, b: Codes) -> NDArray[np.bool_]:
        low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
        return _contains(self._nickname_pairs, low << 32 | high)

    @cached_property
    def _is_name(self) -> NDArray[np.bool_]:
        """Which given-name values stand in the table of given names."""
        return np.array([*map(nicknames.is_given_name, self._column("given").to_pylist()), False])

    @cached_property
    def _nickname_pairs(self) -> NDArray[np.int64]:
        pairs = nicknames.pairs(self._column("given").to_pylist()).astype(np.int64)
        return np.sort(pairs[:, 0] << 32 | pairs[:, 1])

    def _initials(self, field: str, a: Codes, b: Codes, level: Level, comparison: Comparison) -> Level:
        """Put pairs of which one name is a single letter on the levels for initials."""
        single, first = self._first_letters[field]
        short = (level > 0) & (single[a] | single[b])
        level[short] = comparison.index("initial_differs")
        level[short & (first[a] == first[b])] = comparison.index("initial")
        return level

    @cached_property
    def _first_letters(self) -> dict[str, tuple[NDArray[np.bool_], Codes]]:
        found: dict[str, tuple[NDArray[np.bool_], Codes]] = {}
        for field in {"given", "middle"} & self.people.fields.keys():
            single = pc.equal(pc.utf8_length(self._column(field)), 1).to_numpy(zero_copy_only=False)
            first = pc.utf8_slice_codeunits(self._column(field), 0, 1).dictionary_encode().indices.to_numpy()
            found[str(field)] = (single, first)
        return found

    def _shares_part(self, a: Codes, b: Codes) -> NDArray[np.bool_]:
        first, last, double = self._family_parts
        meets = (first[a] == first[b]) | (first[a] == last[b]) | (last[a] == first[b]) | (last[a] == last[b])
        return np.asarray((double[a] | double[b]) & meets, bool)

    @cached_property
    def _family_parts(self) -> tuple[Codes, Codes, NDArray[np.bool_]]:
        values = self._column("family")
        ends = [pc.replace_substring_regex(values, pattern, "") for pattern in (" .*$", "^.* ")]
        first, last = (
            chunk.indices.to_numpy() for chunk in pa.chunked_array(ends).dictionary_encode().unify_dictionaries().chunks
        )
        return first, last, np.asarray(first != last)

    @cached_property
    def _local_of_email(self) -> Codes:
        """The mailbox-name code of each e-mail code."""
        emails, local = self.people.fields["email"], self.people.fields["local"]
        found = np.full(len(emails.values) + 1, -1, np.int32)
        for k in range(min(emails.alternatives, local.alternatives)):
            known = emails.codes[:, k] >= 0
            found[emails.codes[known, k]] = local.codes[known, k]
        return found

    @cached_property
    def _phone_digits(self) -> NDArray[np.uint8]:
        return _characters(self._column("phone"), 16)

    @cached_property
    def _date_digits(self) -> NDArray[np.uint8]:
        return _characters(self._column("birth_date"), 8)

    @cached_property
    def _postcode_characters(self) -> NDArray[np.uint8]:
        return _characters(self._column("postcode"), 10)

    @cached_property
    def _identifiers(self) -> dict[str, tuple[NDArray[np.uint8], Codes]]:
        """The characters and lengths of further columns that hold identifiers rather than words."""
        found = {}
        for other in self.people.others:
            values = self._column(other.column)
            long = pc.greater_equal(pc.utf8_length(values), 5)
            share = pc.mean(pc.and_(pc.match_substring_regex(values, _IDENTIFIER), long)).as_py()
            if other.kind is OtherKind.EXACT and share > 0.9:
                lengths = np.append(pc.utf8_length(values).to_numpy(), 0).astype(np.int32)
                found[other.column] = (_characters(values, 24), lengths)
        return found


def one_slip(x: NDArray[np.uint8], y: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say where one character differs, or two neighbouring ones are exchanged."""
    unequal = x != y
    count = unequal.sum(axis=1)
    exchanged = (unequal[:, :-1] & unequal[:, 1:] & (x[:, :-1] == y[:, 1:]) & (x[:, 1:] == y[:, :-1])).any(axis=1)
    return np.asarray((count == 1) | ((count == 2) & exchanged), bool)


def _equal(a: Codes, b: Codes, *, different: int, exact: int) -> Level:
    level = np.zeros(len(a), np.int8)
    level[(a >= 0) & (b >= 0)] = different
    level[(a == b) & (a >= 0)] = exact
    return level


def _spelling(letters: Letters, a: Codes, b: Codes, comparison: Comparison) -> Level:
    """Return exact, near, similar (where the comparison has it), different or unknown."""
    level = _equal(a, b, different=1, exact=comparison.index("exact"))
    differs = np.flatnonzero(level == 1)
    has_similar = any(each.key == "similar" for each in comparison.levels)
    alike = letters.alike(a[differs], b[differs], floor=SIMILAR if has_similar else NEAR)
    if has_similar:
        level[differs[alike >= SIMILAR]] = comparison.index("similar")
    level[differs[alike >= NEAR]] = comparison.index("near")
    return level


def _contains(ordered: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not len(ordered):
        return np.zeros(len(wanted), bool)
    at = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.asarray(ordered[at] == wanted, bool)


def _characters(values: pa.Array, width: int) -> NDArray[np.uint8]:
    """Return the first bytes of values in a grid, with one more row of zeros for the code -1."""
    coded = [value.encode()[:width] for value in values.to_pylist()]
    grid = np.array([*coded, b""], f"S{width}").view(np.uint8)
    return grid.reshape(len(coded) + 1, width)


def _dates_alike(x: NDArray[np.uint8], y: NDArray[np.uint8]) -> list[tuple[str, NDArray[np.bool_]]]:
    """Return where each level between different and exact is reached, from the weakest to the strongest."""
    year, month, day = (_same(x, y, part) for part in (slice(0, 4), slice(4, 6), slice(6, 8)))
    exchanged = year & (x[:, 4:6] == y[:, 6:8]).all(axis=1) & (x[:, 6:8] == y[:, 4:6]).all(axis=1)
    return [
        ("year", year),
        ("two_digits", (x != y).sum(axis=1) == 2),
        ("two_parts", year.astype(np.int8) + month + day == 2),
        ("one_digit", one_slip(x, y) | exchanged),
    ]


def _same(x: NDArray[np.uint8], y: NDArray[np.uint8], part: slice) -> NDArray[np.bool_]:
    return np.asarray((x[:, part] == y[:, part]).all(axis=1), bool)


def _lacks_day(x: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray((x[:, 6:8] == ord("0")).all(axis=1), bool)


def _agrees_as_far_as_given(x: NDArray[np.uint8], y: NDArray[np.uint8]) -> NDArray[np.bool_]:
    agrees = _same(x, y, slice(0, 4))
    for part in (slice(4, 6), slice(6, 8)):
        blank = (x[:, part] == ord("0")).all(axis=1) | (y[:, part] == ord("0")).all(axis=1)
        agrees &= blank | _same(x, y, part)
    return agrees
