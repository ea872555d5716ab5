"""The table of comparison: every field's levels with the shares that they have among matches and among household members.

A level's `match` is the prior probability that two records of ONE person show it, given that both state the field as the
level's stratum says; `household` the same for two persons of one household (None: as for strangers). Levels of different
strata are never weighed against each other: what a record does not state is no evidence.

The priors are informed, not learned blindly. Their order of size follows what is published about person data:
- names: Just et al. 2016 ("Why Patient Matching Is a Challenge", Perspect. Health Inf. Manag. 13, 1e): 398,939 confirmed
  duplicates; half of the differing first names and a third of the last names are misspellings, the rest nicknames, swapped
  names and changed surnames; middle name the field that differs most often.
- addresses: US Census Bureau, CPS Geographic Mobility (13-14 % of people moved in each year around 2005, 9 % by 2020): after
  several years a third of the addresses is no longer the same, most moves staying in the county.
- Winkler 2006 ("Overview of Record Linkage and Current Research Directions", US Census RRS2006-02): typographical error in
  10-25 % of given and family names of true matches, counting all forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Levels(StrEnum):
    """Names of levels that other modules ask about."""

    UNKNOWN = "unknown"
    DIFFERENT = "different"
    SIMILAR = "similar"
    NEAR = "near"
    PART = "part"
    NICKNAME = "nickname"
    SWAPPED = "swapped"
    EXACT = "exact"
    INITIAL_DIFFERS = "initial_differs"
    INITIAL = "initial"


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison; `rarity` says that strangers show it as often as the very value is shared."""

    key: str
    stratum: int
    match: float
    household: float | None = None
    rarity: bool = False


UNKNOWN = Level("unknown", 0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field and its levels, from the weakest to the strongest inside each stratum.

    A field that is not `learned` keeps its priors: what it tells apart, nothing else in the data does. A `shared` field is
    common property of a household, and so cannot settle who of it is meant.
    """

    field: str
    levels: tuple[Level, ...]
    learned: bool = True
    shared: bool = False

    def index(self, key: str) -> int:
        """Return the number of a level."""
        return [level.key for level in self.levels].index(key)


GIVEN = Comparison(
    "given",
    (
        UNKNOWN,
        Level("different", 1, 0.028),
        # Spelled alike, but each a name of its own (Daniel, Danielle): rather brother and sister than a slip.
        Level("two_names", 1, 0.008),
        Level("similar", 1, 0.009),
        Level("near", 1, 0.030),
        Level("nickname", 1, 0.025),
        # One name crosses over, or both: how rare they are counts, as for equal names.
        Level("half_swapped", 1, 0.004, 0.002, rarity=True),
        Level("swapped", 1, 0.006, 0.0005, rarity=True),
        Level("exact", 1, 0.890, 0.02, rarity=True),
        Level("initial_differs", 2, 0.03),
        Level("initial", 2, 0.97),
    ),
)

FAMILY = Comparison(
    "family",
    (
        UNKNOWN,
        Level("different", 1, 0.030, 0.170),
        Level("similar", 1, 0.007, 0.010),
        Level("near", 1, 0.023, 0.020),
        Level("part", 1, 0.015, 0.040),
        Level("exact", 1, 0.925, 0.760, rarity=True),
        # What crosses over is weighed once, with the given name.
        Level("half_swapped", 2, 1.0, 1.0),
        Level("swapped", 3, 1.0, 1.0),
    ),
    shared=True,
)

MIDDLE = Comparison(
    "middle",
    (
        UNKNOWN,
        Level("different", 1, 0.12),
        Level("near", 1, 0.03),
        Level("exact", 1, 0.85),
        Level("initial_differs", 2, 0.06),
        Level("initial", 2, 0.94),
    ),
)

SUFFIX = Comparison(
    "suffix",
    (
        UNKNOWN,
        # Compared only where the names agree. These shares are for lists that state two in five suffixes;
        # `learning.suffix_shares` has them for any list.
        Level("neither", 1, 0.976, 0.360),
        Level("one_side", 1, 0.018, 0.480),
        Level("different", 1, 0.0005, 0.152),
        Level("exact", 1, 0.0055, 0.008),
    ),
    learned=False,
)

NAMESAKES_AT_HOME = 0.035
"""Share of people who live or lived with someone of the same full name: about one American man in fifteen is a Jr., Sr. or
numbered (Zweigenhaft, Hayes and Haagen 1980, "The Psychological Impact of Names", J. Soc. Psychol. 110, give 3 to 9 %)."""

BIRTH_DATE = Comparison(
    "birth_date",
    (
        UNKNOWN,
        Level("different", 1, 0.030),
        Level("year", 1, 0.015),
        Level("two_digits", 1, 0.015),
        Level("two_parts", 1, 0.030),
        Level("one_digit", 1, 0.050),
        Level("exact", 1, 0.860, 0.01, rarity=True),
        Level("partly_differs", 2, 0.10),
        Level("partly_agrees", 2, 0.90),
    ),
)

EMAIL = Comparison(
    "email",
    (
        UNKNOWN,
        # E-mails are made from names: where both names agree, a similar e-mail says nothing more.
        Level("made_from_name", 2, 1.0, 1.0),
        Level("different", 1, 0.38, 0.860),
        Level("near", 1, 0.03, 0.005),
        Level("local", 1, 0.04, 0.005),
        Level("exact", 1, 0.55, 0.130, rarity=True),
    ),
    shared=True,
)

PHONE = Comparison(
    "phone",
    (
        UNKNOWN,
        Level("different", 1, 0.32, 0.445),
        Level("one_digit", 1, 0.03, 0.005),
        Level("exact", 1, 0.65, 0.550, rarity=True),
    ),
    shared=True,
)

ADDRESS = Comparison(
    "address",
    (
        UNKNOWN,
        Level("elsewhere", 1, 0.16, 0.05),
        Level("area", 1, 0.06, 0.01),
        Level("city", 1, 0.05, 0.01),
        Level("postcode", 1, 0.03, 0.01),
        Level("similar_street", 1, 0.08, 0.07),
        Level("other_unit", 1, 0.02, 0.02, rarity=True),
        Level("unit_one_side", 1, 0.06, 0.08, rarity=True),
        Level("exact", 1, 0.54, 0.75, rarity=True),
        Level("far_postcode", 2, 0.18, 0.06),
        Level("area_only", 2, 0.09, 0.04),
        Level("city_only", 2, 0.08, 0.05),
        Level("postcode_only", 2, 0.65, 0.85, rarity=True),
        Level("far_city", 3, 0.24, 0.10),
        Level("region_only", 3, 0.08, 0.03),
        Level("near_city", 3, 0.08, 0.02),
        Level("same_city", 3, 0.60, 0.85, rarity=True),
        Level("other_region", 4, 0.10, 0.05),
        Level("same_region", 4, 0.90, 0.95, rarity=True),
    ),
    shared=True,
)

OTHER_EXACT = Comparison(
    "other",
    (
        UNKNOWN,
        Level("different", 1, 0.08),
        # Identifiers of five characters and more (customer or social security numbers) with one character wrong.
        Level("near", 1, 0.02),
        Level("exact", 1, 0.90, rarity=True),
    ),
)

OTHER_TEXT = Comparison(
    "other",
    (
        UNKNOWN,
        Level("different", 1, 0.10),
        Level("similar", 1, 0.03),
        Level("near", 1, 0.05),
        Level("exact", 1, 0.82, rarity=True),
    ),
)

TABLE = (GIVEN, FAMILY, MIDDLE, SUFFIX, BIRTH_DATE, EMAIL, PHONE, ADDRESS)
"""The comparisons of a person's own fields, in the order in which evidence names them."""

NEAR, SIMILAR = 0.92, 0.82
"""Jaro-Winkler similarities from which two spellings count as near and as similar; Winkler's own cut for agreement lies at 0.92
for given and family names, 0.82 is where one more error in a name of six letters puts it."""
