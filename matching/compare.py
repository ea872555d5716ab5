"""Compares pairs of rows field by field: the level that they reach, and how rare the value is that they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching import comparisons as table
from matching.columns import Coded, Codes, People
from matching.comparisons import NEAR, SIMILAR, Comparison
from matching.frequencies import Frequencies
from matching.letters import Letters
from matching.normalise import nicknames
from matching.types import OtherKind

Rows = NDArray[np.int32]
Level = NDArray[np.int8]
Seen = tuple[Level, Level]
"""Per pair: the level, and the rarity of the shared value in whole bits (0 where the level has none)."""


@dataclass(frozen=True)
class Comparer:
    """Everything that comparing rows of these people needs, made once per distinct value."""

    people: People
    frequencies: Frequencies

    @cached_property
    def columns(self) -> tuple[tuple[str, Comparison], ...]:
        """The compared fields, as (name, comparison)."""
        has = {"address": {"street", "postcode", "city", "region"}}
        own = [(c.field, c) for c in table.TABLE if has.get(c.field, {c.field}) & self.people.fields.keys()]
        kinds = {OtherKind.EXACT: table.OTHER_EXACT, OtherKind.TEXT: table.OTHER_TEXT}
        return (*own, *((other.column, kinds[other.kind]) for other in self.people.others))

    def levels(self, left: Rows, right: Rows) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """Return level and rarity per pair and compared field; the last rarity column is the full name's."""
        seen: dict[str, Seen] = {}
        if not self.columns:
            return np.zeros((len(left), 0), np.int8), np.zeros((len(left), 1), np.int8)
        for field, comparison in self.columns:
            seen[field] = self._compare(field, comparison)(left, right)
        full = self._full_name(left, right, seen)
        self._gate_email(seen)
        nothing = np.zeros((len(left), 0), np.int8)  # every column of the table is empty
        levels = np.stack([seen[field][0] for field, _ in self.columns], axis=1) if self.columns else nothing
        rarities = np.stack([*(seen[field][1] for field, _ in self.columns), full], axis=1)
        return levels, rarities

    def _compare(self, field: str, comparison: Comparison) -> Callable[[Rows, Rows], Seen]:
        own: dict[str, Callable[[Rows, Rows], Seen]] = {
            "given": self.given,
            "family": self.family,
            "middle": self.middle,
            "suffix": self.suffix,
            "birth_date": self.birth_date,
            "email": self.email,
            "phone": self.phone,
            "address": self.address,
        }
        if field in own:
            return own[field]
        return lambda left, right: self.other(field, comparison, left, right)

    def given(self, left: Rows, right: Rows) -> Seen:
        """Given names: equal, short for each other, near, similar, or one of them an initial."""
        coded = self.people.fields["given"]

        def one(a: Codes, b: Codes) -> Level:
            level = _spelling(self.letters("given"), a, b, table.GIVEN)
            close = (level > 0) & (level < table.GIVEN.index("nickname"))
            level[close & self._nicknames(a, b)] = table.GIVEN.index("nickname")
            return self._initials("given", a, b, level, table.GIVEN)

        level, code = _best(coded, left, right, one, self.frequencies.bits("given"))
        return level, self._rarity("given", level == table.GIVEN.index("exact"), code)

    def family(self, left: Rows, right: Rows) -> Seen:
        """Family names: equal, one a part of the other (double surnames), near, similar."""
        coded = self.people.fields["family"]

        def one(a: Codes, b: Codes) -> Level:
            level = _spelling(self.letters("family"), a, b, table.FAMILY)
            close = (level > 0) & (level < table.FAMILY.index("part"))
            level[close & self._shares_part(a, b)] = table.FAMILY.index("part")
            return level

        level, code = _best(coded, left, right, one, self.frequencies.bits("family"))
        return level, self._rarity("family", level == table.FAMILY.index("exact"), code)

    def middle(self, left: Rows, right: Rows) -> Seen:
        """Middle names or initials."""

        def one(a: Codes, b: Codes) -> Level:
            level = _spelling(self.letters("middle"), a, b, table.MIDDLE)
            return self._initials("middle", a, b, level, table.MIDDLE)

        level, _ = _best(self.people.fields["middle"], left, right, one)
        return level, np.zeros_like(level)

    def suffix(self, left: Rows, right: Rows) -> Seen:
        """Generation suffixes: the same, different, or stated on one side only."""
        codes = self.people.fields["suffix"].codes[:, 0]
        a, b = codes[left], codes[right]
        level = np.zeros(len(left), np.int8)
        level[(a >= 0) != (b >= 0)] = table.SUFFIX.index("one_side")
        level[(a >= 0) & (b >= 0)] = table.SUFFIX.index("different")
        level[(a >= 0) & (a == b)] = table.SUFFIX.index("exact")
        return level, np.zeros_like(level)

    def birth_date(self, left: Rows, right: Rows) -> Seen:
        """Birth dates: equal, one digit or two neighbours wrong, two of three parts, the year only."""
        coded = self.people.fields["birth_date"]
        level, code = _best(coded, left, right, self._dates, self.frequencies.bits("birth_date"))
        return level, self._rarity("birth_date", level == table.BIRTH_DATE.index("exact"), code)

    def email(self, left: Rows, right: Rows) -> Seen:
        """E-mail keys: equal, the same mailbox name elsewhere, a near mailbox name."""
        emails = self.people.fields["email"]

        def one(a: Codes, b: Codes) -> Level:
            level = _equal(a, b, different=2, exact=5)
            differs = np.flatnonzero(level == 2)
            level[differs[self.letters("email").alike(a[differs], b[differs], floor=NEAR) > 0]] = table.EMAIL.index("near")
            c, d = self._local_of_email[a[differs]], self._local_of_email[b[differs]]
            level[differs[(c == d) & (c >= 0)]] = table.EMAIL.index("local")
            return level

        level, code = _best(emails, left, right, one, self.frequencies.bits("email"))
        return level, self._rarity("email", level == table.EMAIL.index("exact"), code)

    def phone(self, left: Rows, right: Rows) -> Seen:
        """Phone numbers: equal, or one digit or two neighbours wrong."""

        def one(a: Codes, b: Codes) -> Level:
            level = _equal(a, b, different=1, exact=3)
            differs = np.flatnonzero(level == 1)
            near = _one_slip(self._phone_digits[a[differs]], self._phone_digits[b[differs]])
            level[differs[near]] = table.PHONE.index("one_digit")
            return level

        level, code = _best(self.people.fields["phone"], left, right, one, self.frequencies.bits("phone"))
        return level, self._rarity("phone", level == table.PHONE.index("exact"), code)

    def address(self, left: Rows, right: Rows) -> Seen:
        """Addresses as a whole: the most specific thing that any two of them have in common."""
        from matching.places import places

        return places(self, left, right)

    def other(self, field: str, comparison: Comparison, left: Rows, right: Rows) -> Seen:
        """Further columns: equal or not, or by likeness of the text."""

        def one(a: Codes, b: Codes) -> Level:
            if comparison is table.OTHER_TEXT:
                return _spelling(self.letters(field), a, b, comparison)
            level = _equal(a, b, different=1, exact=comparison.index("exact"))
            if field in self._identifiers:
                differs = np.flatnonzero(level == 1)
                grid, length = self._identifiers[field]
                slip = _one_slip(grid[a[differs]], grid[b[differs]]) & (length[a[differs]] == length[b[differs]])
                level[differs[slip]] = comparison.index("near")
            return level

        level, code = _best(self.people.fields[field], left, right, one, self.frequencies.bits(field))
        return level, self._rarity(field, level == comparison.index("exact"), code)

    def shown(self, field: str, left: int, right: int) -> tuple[str | None, str | None]:
        """Return the values of a field that two rows were compared by: those they share, else the first of each."""
        if field == "address":
            return self._address(left), self._address(right)
        coded = self.people.fields[field]
        mine, theirs = coded.codes[left], coded.codes[right]
        shared = [code for code in mine.tolist() if code >= 0 and code in theirs]
        if shared:
            value = str(coded.values[shared[0]].as_py())
            return value, value
        first = [next((code for code in codes.tolist() if code >= 0), -1) for codes in (mine, theirs)]
        return tuple(None if code < 0 else str(coded.values[code].as_py()) for code in first)  # type: ignore[return-value]

    def _address(self, row: int, alternative: int = 0) -> str | None:
        parts = [
            self.people.fields[part].value(row, alternative)
            for part in ("street", "unit", "city", "region", "postcode")
            if part in self.people.fields and alternative < self.people.fields[part].alternatives
        ]
        return ", ".join(part for part in parts if part) or None

    def letters(self, field: str) -> Letters:
        """Return the letters of a field's values, made at first use."""
        return self._letters[field]

    @cached_property
    def _letters(self) -> dict[str, Letters]:
        return {field: Letters(coded.values) for field, coded in self.people.fields.items()}

    @cached_property
    def postcode_areas(self) -> Codes:
        """The area of each postcode: its first three characters (USPS sectional center), or those before the blank."""
        values = self.people.fields["postcode"].values
        outward = pc.replace_substring_regex(values, " .*$", "")
        spaced = pc.match_substring(values, " ")
        area = pc.if_else(spaced, outward, pc.utf8_slice_codeunits(values, 0, 3))
        return np.asarray(area.dictionary_encode().indices.to_numpy(), np.int32)

    def postcode_slips(self, a: Codes, b: Codes) -> NDArray[np.bool_]:
        """Say which postcodes differ by one character or by two exchanged ones."""
        return _one_slip(self._postcode_characters[a], self._postcode_characters[b])

    @cached_property
    def _postcode_characters(self) -> NDArray[np.uint8]:
        return _characters(self.people.fields["postcode"].values, 10)

    def counting(self, frequencies: Frequencies) -> Comparer:
        """Return a comparer with other frequencies that keeps all that depends on the values alone."""
        other = replace(self, frequencies=frequencies)
        other.__dict__.update({key: value for key, value in self.__dict__.items() if key not in ("people", "frequencies")})
        if len(self.people):
            other.prepare()
        return other

    def prepare(self) -> None:
        """Make everything that is made at first use, so that threads only read."""
        letters = ("given", "family", "middle", "email", "name", "city", *(o.column for o in self.people.others))
        for field in letters:
            if field in self._letters:
                _ = self._letters[field].strings, self._letters[field].shape
        one = np.zeros(min(1, len(self.people)), np.int32)
        self.levels(one, one)

    def _rarity(self, field: str, shared: NDArray[np.bool_], code: Codes) -> Level:
        rarity = np.zeros(len(code), np.int8)
        rarity[shared] = self.frequencies.bits(field)[code[shared]]
        return rarity

    def _nicknames(self, a: Codes, b: Codes) -> NDArray[np.bool_]:
        low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
        return _contains(self._nickname_pairs, low << 32 | high)

    @cached_property
    def _nickname_pairs(self) -> NDArray[np.int64]:
        pairs = nicknames.pairs(self.people.fields["given"].values.to_pylist()).astype(np.int64)
        return np.sort(pairs[:, 0] << 32 | pairs[:, 1])

    def _initials(self, field: str, a: Codes, b: Codes, level: Level, comparison: Comparison) -> Level:
        """Put pairs of which one name is a single letter on the levels for initials."""
        single, first = self._first_letters[field]
        short = (level > 0) & (single[a] | single[b])
        level[short] = comparison.index("initial_differs")
        level[short & (first[a] == first[b])] = comparison.index("initial")
        return level

    @cached_property
    def _first_letters(self) -> dict[str, tuple[NDArray[np.bool_], NDArray[np.int32]]]:
        found = {}
        for field in ("given", "middle"):
            if field in self.people.fields:
                values = self.people.fields[field].values
                single = pc.equal(pc.utf8_length(values), 1).to_numpy(zero_copy_only=False)
                first = pc.utf8_slice_codeunits(values, 0, 1).dictionary_encode().indices.to_numpy()
                found[field] = (single, first)
        return found

    def _shares_part(self, a: Codes, b: Codes) -> NDArray[np.bool_]:
        first, last, double = self._family_parts
        meets = (first[a] == first[b]) | (first[a] == last[b]) | (last[a] == first[b]) | (last[a] == last[b])
        return np.asarray((double[a] | double[b]) & meets, bool)

    @cached_property
    def _family_parts(self) -> tuple[Codes, Codes, NDArray[np.bool_]]:
        values = self.people.fields["family"].values
        first = pc.replace_substring_regex(values, " .*$", "")
        last = pc.replace_substring_regex(values, "^.* ", "")
        both = pa.chunked_array([first, last]).dictionary_encode().unify_dictionaries()
        codes = [chunk.indices.to_numpy() for chunk in both.chunks]
        return codes[0], codes[1], np.asarray(codes[0] != codes[1])

    @cached_property
    def _given_as_family(self) -> Codes:
        """The family-name code of each given-name value that is also a family name."""
        found = pc.index_in(self.people.fields["given"].values, self.people.fields["family"].values)
        return np.append(pc.fill_null(found, -1).to_numpy(), np.int32(-1)).astype(np.int32)

    def _swap(self, left: Rows, right: Rows, seen: dict[str, Seen]) -> None:
        """Find pairs whose given name is the other's family name, both ways or one way, where nothing agrees directly."""
        (given, given_rarity), (family, family_rarity) = seen["given"], seen["family"]
        apart = (given == table.GIVEN.index("different")) | (given == table.GIVEN.index("initial_differs"))
        at = np.flatnonzero(apart & (family == table.FAMILY.index("different")))
        names, families = self.people.fields["given"].codes[:, 0], self.people.fields["family"].codes[:, 0]
        a, b = left[at], right[at]
        forth = _meets(self._given_as_family[names[a]], families[b])
        back = _meets(self._given_as_family[names[b]], families[a])
        for key, crossed in (("half_swapped", forth ^ back), ("swapped", forth & back)):
            here = at[crossed]
            given[here], family[here] = table.GIVEN.index(key), table.FAMILY.index(key)
            family_rarity[here] = 0
        half = at[forth ^ back]
        name = np.where((forth & ~back)[forth ^ back], names[left[half]], names[right[half]])
        as_given = self.frequencies.bits("given")[name]
        as_family = self.frequencies.bits("family")[self._given_as_family[name]]
        given_rarity[half] = np.minimum(as_given, as_family)

    def _full_name(self, left: Rows, right: Rows, seen: dict[str, Seen]) -> Level:
        """Return the rarity of the full name where both parts agree; the parts' own rarities then no longer count."""
        full = np.zeros(len(left), np.int8)
        if not {"given", "family"} <= seen.keys():
            return full
        self._swap(left, right, seen)
        (given, given_rarity), (family, family_rarity) = seen["given"], seen["family"]
        both = np.flatnonzero((given == table.GIVEN.index("exact")) & (family == table.FAMILY.index("exact")))
        full[both] = self.frequencies.name_bits(left[both], right[both], given_rarity[both], family_rarity[both])
        swapped = (given == table.GIVEN.index("swapped")) & (family == table.FAMILY.index("swapped"))
        full[swapped] = self.frequencies.swapped_bits(left[swapped], right[swapped])
        return full

    def _gate_email(self, seen: dict[str, Seen]) -> None:
        if not {"given", "family", "email"} <= seen.keys():
            return
        email = seen["email"][0]
        similar = (email == table.EMAIL.index("near")) | (email == table.EMAIL.index("local"))
        named = (seen["given"][0] > 1) & (seen["given"][0] != table.GIVEN.index("initial_differs")) & (seen["family"][0] > 1)
        email[similar & named] = table.EMAIL.index("made_from_name")

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
    def _identifiers(self) -> dict[str, tuple[NDArray[np.uint8], NDArray[np.int32]]]:
        """The characters and lengths of further columns that hold identifiers rather than words."""
        found = {}
        for other in self.people.others:
            values = self.people.fields[other.column].values
            numeric = pc.match_substring_regex(values, r"^[0-9a-z-]*[0-9][0-9a-z-]*[0-9][0-9a-z-]*$")
            if other.kind is OtherKind.EXACT and pc.mean(pc.and_(numeric, pc.greater_equal(pc.utf8_length(values), 5))).as_py() > 0.9:
                found[other.column] = (_characters(values, 24), np.append(pc.utf8_length(values).to_numpy(), 0))
        return found

    @cached_property
    def _phone_digits(self) -> NDArray[np.uint8]:
        return _characters(self.people.fields["phone"].values, 16)

    @cached_property
    def _date_digits(self) -> NDArray[np.uint8]:
        return _characters(self.people.fields["birth_date"].values, 8)

    def _dates(self, a: Codes, b: Codes) -> Level:
        level = _equal(a, b, different=1, exact=table.BIRTH_DATE.index("exact"))
        known = np.flatnonzero(level > 0)
        x, y = self._date_digits[a[known]], self._date_digits[b[known]]
        year, month, day = (_same(x, y, part) for part in (slice(0, 4), slice(4, 6), slice(6, 8)))
        found = level[known]
        unequal = found == 1
        swapped = year & (x[:, 4:6] == y[:, 6:8]).all(axis=1) & (x[:, 6:8] == y[:, 4:6]).all(axis=1)
        found[unequal & year] = table.BIRTH_DATE.index("year")
        found[unequal & ((x != y).sum(axis=1) == 2)] = table.BIRTH_DATE.index("two_digits")
        two = year.astype(np.int8) + month + day == 2
        found[unequal & two] = table.BIRTH_DATE.index("two_parts")
        found[unequal & (_one_slip(x, y) | swapped)] = table.BIRTH_DATE.index("one_digit")
        partial = _open(x) | _open(y)
        agrees = year & (month | _blank(x, y, 4)) & (day | _blank(x, y, 6))
        found[partial] = table.BIRTH_DATE.index("partly_differs")
        found[partial & agrees] = table.BIRTH_DATE.index("partly_agrees")
        level[known] = found
        return level


def _best(
    coded: Coded, left: Rows, right: Rows, one: Callable[[Codes, Codes], Level], bits: NDArray[np.int8] | None = None
) -> tuple[Level, Codes]:
    """Return the strongest level that any two alternatives reach, and the left side's code in it; of two, the rarer."""
    level, code = one(coded.codes[left, 0], coded.codes[right, 0]), coded.codes[left, 0]
    for k in range(coded.alternatives):
        for m in range(coded.alternatives):
            a, b = coded.codes[left, k], coded.codes[right, m]
            known = np.flatnonzero((a >= 0) & (b >= 0)) if k or m else np.zeros(0, np.int64)
            if not len(known):
                continue
            found = one(a[known], b[known])
            better = found > level[known]
            if bits is not None:
                better |= (found == level[known]) & (a[known] == b[known]) & (bits[a[known]] > bits[code[known]])
            level[known[better]] = found[better]
            code[known[better]] = a[known[better]]
    return level, code


def _equal(a: Codes, b: Codes, *, different: int, exact: int) -> Level:
    level = np.zeros(len(a), np.int8)
    level[(a >= 0) & (b >= 0)] = different
    level[(a == b) & (a >= 0)] = exact
    return level


def _spelling(letters: Letters, a: Codes, b: Codes, comparison: Comparison) -> Level:
    """Return exact, near, similar (where the comparison has it), different or unknown."""
    level = _equal(a, b, different=1, exact=comparison.index("exact"))
    differs = np.flatnonzero(level == 1)
    names = [each.key for each in comparison.levels]
    floor = SIMILAR if "similar" in names else NEAR
    alike = letters.alike(a[differs], b[differs], floor=floor)
    if "similar" in names:
        level[differs[alike >= SIMILAR]] = comparison.index("similar")
    level[differs[alike >= NEAR]] = comparison.index("near")
    return level


def _meets(a: Codes, b: Codes) -> NDArray[np.bool_]:
    return np.asarray((a == b) & (a >= 0), bool)


def _contains(ordered: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not len(ordered):
        return np.zeros(len(wanted), bool)
    at = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return np.asarray(ordered[at] == wanted, bool)


def _characters(values: pa.Array, width: int) -> NDArray[np.uint8]:
    """Return the characters of ASCII values in a grid, one row more than values for the code -1."""
    strings = np.asarray(values.to_numpy(zero_copy_only=False), f"S{width}")
    grid = np.ascontiguousarray(strings).view(np.uint8).reshape(len(strings), width)
    return np.vstack([grid, np.zeros((1, width), np.uint8)])


def _one_slip(x: NDArray[np.uint8], y: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say where one digit differs, or two neighbouring ones are exchanged."""
    unequal = x != y
    count = unequal.sum(axis=1)
    exchanged = (unequal[:, :-1] & unequal[:, 1:] & (x[:, :-1] == y[:, 1:]) & (x[:, 1:] == y[:, :-1])).any(axis=1)
    return np.asarray((count == 1) | ((count == 2) & exchanged), bool)


def _same(x: NDArray[np.uint8], y: NDArray[np.uint8], part: slice) -> NDArray[np.bool_]:
    return np.asarray((x[:, part] == y[:, part]).all(axis=1), bool)


def _open(x: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say which dates lack the day."""
    return np.asarray((x[:, 6:8] == ord("0")).all(axis=1), bool)


def _blank(x: NDArray[np.uint8], y: NDArray[np.uint8], start: int) -> NDArray[np.bool_]:
    part = slice(start, start + 2)
    return np.asarray((x[:, part] == ord("0")).all(axis=1) | (y[:, part] == ord("0")).all(axis=1), bool)
