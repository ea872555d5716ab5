"""Chooses which pairs of rows are worth comparing: rows that agree on one of several composite keys."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.columns import People
from matching.keys import join, row_keys

MOST_PAIRS = 20_000
"""A block of more pairs (200 rows) is first split by the rule's refining field, and left out if still larger."""

PAIRS_PER_ROW = 6
FEW_PAIRS = 3_000_000
"""Looser rules add their smallest blocks (the rarest values) until this many pairs per row, or in all, have been found."""

ALL_PAIRS = 1_500_000
"""So many pairs are compared without any blocking."""

EVERYTHING = "all pairs"


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows that agree on all of `fields` are compared; blocks that are too large must agree on `refine` as well."""

    fields: tuple[str, ...]
    refine: str
    most_pairs: int = MOST_PAIRS

    @property
    def name(self) -> str:
        """The rule as reports name it."""
        return " + ".join(self.fields)


RULES = (
    Rule(("email",), "full_name"),
    Rule(("phone",), "full_name"),
    Rule(("family", "postcode"), "given"),
    Rule(("family", "birth_date"), "given"),
    Rule(("given", "birth_date"), "postcode"),
    Rule(("street", "postcode"), "given_start", most_pairs=500),  # large buildings: more strangers than people twice
    Rule(("given", "family"), "area"),
    Rule(("given", "street"), "family"),
)
"""High-recall rules for people: any one identifier that two rows share brings them together with something beside it."""

LOOSER = (
    Rule(("family", "street"), "given"),
    Rule(("swapped",), "area"),
    Rule(("birth_date", "postcode"), "given"),
    Rule(("birth_date", "city"), "given"),
    Rule(("local",), "full_name"),
    Rule(("given_start", "family_start", "area"), "given"),
    Rule(("given", "postcode"), "family"),
    Rule(("given", "family_start", "city"), "area"),
    Rule(("given_start", "family", "city"), "area"),
    Rule(("given", "family_start"), "area"),
    Rule(("given_start", "family"), "area"),
    Rule(("street",), "given_start"),
    Rule(("birth_date",), "given_start"),
    Rule(("postcode",), "given_start"),
    Rule(("family",), "area"),
    Rule(("given", "area"), "family_start"),
    Rule(("given_start", "area"), "family_start"),
    Rule(("given",), "area"),
)
"""Rules that bring in rows with misspelled or missing parts; taken in this order while they are affordable."""


@dataclass(frozen=True, slots=True)
class BlockCount:
    """What one rule did: pairs that it found; blocks, rows and pairs that were too many to compare and left out; and blocks
    and rows that were too many but could be split by the rule's refining field."""

    rule: str
    pairs: int
    capped_blocks: int
    capped_rows: int
    capped_pairs: int
    split_blocks: int = 0
    split_rows: int = 0


@dataclass(frozen=True, slots=True)
class Blocking:
    """The pairs to compare, as row numbers, and the account of every rule."""

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    counts: tuple[BlockCount, ...]


def pairs(people: People) -> Blocking:
    """Return each pair of rows that some rule brings together, once, the smaller row number first."""
    if people.possible_pairs <= ALL_PAIRS:
        return _all_pairs(people)
    fields = row_keys(people)
    found = np.zeros(0, np.uint64)
    counts: list[BlockCount] = []
    budget = max(PAIRS_PER_ROW * len(people), FEW_PAIRS)
    rules = [*((rule, False) for rule in (*RULES, *other_rules(people))), *((rule, True) for rule in LOOSER)]
    for rule, optional in rules:
        blocks = _Blocks.of(fields, rule, people)
        if blocks is None:
            continue
        if optional:
            blocks = blocks.within(budget - len(found))
        found = _unique([found, blocks.pairs()])
        counts.append(blocks.report())
    return Blocking((found >> np.uint64(32)).astype(np.int32), found.astype(np.uint32).astype(np.int32), tuple(counts))


def rule_pairs(people: People, rule: Rule) -> NDArray[np.uint64]:
    """Return the pairs of one rule, packed as lower row << 32 | higher row."""
    blocks = _Blocks.of(row_keys(people), rule, people)
    return np.zeros(0, np.uint64) if blocks is None else blocks.pairs()


def other_rules(people: People) -> list[Rule]:
    """Return a rule for each further column that is nearly an identifier (a customer or social security number)."""
    return [
        Rule((other.column,), "full_name")
        for other in people.others
        if len(people.fields[other.column].values) > len(people) / 10
    ]


@dataclass(frozen=True, slots=True)
class _Blocks:
    """The rows of one rule, sorted so that each block is a run of equal hashes, left rows before right ones."""

    name: str
    rows: NDArray[np.uint32]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    lefts: NDArray[np.int64]
    capped: tuple[int, int, int]
    split: tuple[int, int]

    @classmethod
    def of(cls, fields: dict[str, NDArray[np.uint64]], rule: Rule, people: People) -> _Blocks | None:
        if not all(field in fields for field in rule.fields):
            return None
        key = join([fields[field] for field in rule.fields])
        rows, sizes = _runs(key)
        large = _pair_counts(sizes, _lefts(rows, sizes, people.left)) > rule.most_pairs
        split = (0, 0)
        if large.any() and rule.refine in fields:
            split = (int(large.sum()), int(sizes[large].sum()))
            inside = np.zeros(len(people), bool)
            member = np.repeat(large, sizes)
            inside[rows[member]] = True
            refined = _runs(np.where(inside[:, None], join([key, fields[rule.refine]]), np.uint64(0)))
            rows = np.concatenate([rows[~member], refined[0]])
            sizes = np.concatenate([sizes[~large], refined[1]])
        lefts = _lefts(rows, sizes, people.left)
        counts = _pair_counts(sizes, lefts)
        large = counts > MOST_PAIRS
        capped = (int(large.sum()), int(sizes[large].sum()), int(counts[large].sum()))
        starts = _starts(sizes)
        return cls(rule.name, rows, starts[~large], sizes[~large], lefts[~large], capped, split)

    def within(self, budget: int) -> _Blocks:
        """Return the smallest blocks, as many as a number of pairs allows."""
        counts = _pair_counts(self.sizes, self.lefts)
        total = np.bincount(np.minimum(counts, MOST_PAIRS), counts)
        allowed = np.searchsorted(np.cumsum(total), max(budget, 0), side="right")
        small = counts < allowed
        if small.all():
            return self
        left_out = (int((~small).sum()), int(self.sizes[~small].sum()), int(counts[~small].sum()))
        blocks, rows, pairs = (a + b for a, b in zip(self.capped, left_out, strict=True))
        return replace(
            self, starts=self.starts[small], sizes=self.sizes[small], lefts=self.lefts[small], capped=(blocks, rows, pairs)
        )

    @property
    def pair_count(self) -> int:
        """How many pairs the blocks hold."""
        return int(_pair_counts(self.sizes, self.lefts).sum())

    def pairs(self) -> NDArray[np.uint64]:
        """Return the pairs packed as lower row << 32 | higher row, sorted and unique."""
        return _unique([self._across() if (self.lefts >= 0).any() else self._within()])

    def _across(self) -> NDArray[np.uint64]:
        """Return each left row with each right row of its block."""
        lefts = _positions(self.starts, self.lefts)
        rights = np.repeat(self.sizes - self.lefts, self.lefts)
        left = np.repeat(self.rows[lefts].astype(np.uint64), rights)
        right = self.rows[_positions(np.repeat(self.starts + self.lefts, self.lefts), rights)]
        return left << np.uint64(32) | right

    def _within(self) -> NDArray[np.uint64]:
        """Return the pairs of rows of each block, by shifting the rows against themselves."""
        found = [np.zeros(0, np.uint64)]
        offset, starts, sizes = 1, self.starts, self.sizes
        while len(starts):
            first = _positions(starts, sizes - offset)
            a, b = self.rows[first], self.rows[first + offset]
            found.append(np.minimum(a, b).astype(np.uint64) << np.uint64(32) | np.maximum(a, b))
            offset += 1
            starts, sizes = starts[sizes > offset], sizes[sizes > offset]
        return np.concatenate(found)

    def report(self) -> BlockCount:
        """Return the account of this rule."""
        return BlockCount(self.name, self.pair_count, *self.capped, *self.split)


def _lefts(rows: NDArray[np.uint32], sizes: NDArray[np.int64], left: int | None) -> NDArray[np.int64]:
    """Return how many rows of each run are of the left side; -1 where there are no sides."""
    if left is None:
        return np.full(len(sizes), -1, np.int64)
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(rows < left)])
    ends = np.cumsum(sizes)
    return np.asarray(before[ends] - before[ends - sizes], np.int64)


def _pair_counts(sizes: NDArray[np.int64], lefts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(lefts < 0, sizes * (sizes - 1) // 2, lefts * (sizes - lefts))


def _runs(key: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return rows ordered by key, and how long each run of two or more equal keys is."""
    rows = np.broadcast_to(np.arange(len(key), dtype=np.uint64)[:, None], key.shape)
    known = key != 0
    packed = np.sort(key[known] >> np.uint64(32) << np.uint64(32) | rows[known])
    if key.shape[1] > 1:
        packed = _distinct(packed)
    hashes = packed >> np.uint64(32)
    edges = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1], [True]])) if len(hashes) else np.zeros(1, int)
    sizes = np.diff(edges)
    several = sizes > 1
    member = np.repeat(several, sizes)
    return packed[member].astype(np.uint32), sizes[several].astype(np.int64)


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)[:-1]]) if len(sizes) else np.zeros(0, np.int64)


def _positions(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return starts[k], starts[k] + 1, ... for every run k."""
    total = int(lengths.sum())
    return np.arange(total) + np.repeat(starts - _starts(lengths), lengths)


def _unique(parts: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    return _distinct(np.sort(np.concatenate(parts))) if parts else np.zeros(0, np.uint64)


def _distinct(ordered: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def _all_pairs(people: People) -> Blocking:
    rows = len(people)
    if people.left is None:
        left, right = np.triu_indices(rows, 1)
    else:
        left, right = (grid.ravel() for grid in np.mgrid[: people.left, people.left : rows])
    count = BlockCount(EVERYTHING, len(left), 0, 0, 0)
    return Blocking(left.astype(np.int32), right.astype(np.int32), (count,))
