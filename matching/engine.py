"""The doors of the matcher: `dedupe` finds the people in one table, `link` finds one table's people in another."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching import blocking, clusters, columns, frequencies, learning, patterns
from matching import model as models
from matching.blocking import BlockCount
from matching.columns import People
from matching.compare import Comparer
from matching.errors import ModelFaulty, TableFaulty
from matching.model import Model
from matching.patterns import Patterns
from matching.types import Evidence, Schema

CHUNK_PAIRS = 250_000
RANDOM_PAIRS = 600_000
FLOOR_BITS = -10.0
"""Pairs whose weight is lower (less than one in a thousand) are compared and counted, but not kept."""

MARGIN_BITS = 6.0
SURE_BITS = 3.0
"""Pairs above this weight are taken for one person when the bearers of a value are counted."""

Rows = NDArray[np.int32]


@dataclass(frozen=True)
class Prepared:
    """Coded people with everything that comparing them needs."""

    people: People
    comparer: Comparer
    threads: int

    def recounted(self, left: Rows, right: Rows) -> Prepared:
        """Return the same with values counted among the people that sure pairs of rows make."""
        counted = frequencies.recount(self.people, self.comparer.frequencies, left, right)
        return replace(self, comparer=self.comparer.counting(counted))


@dataclass(frozen=True)
class Link:
    """Pairs of left and right rows that may be one person, and how they were found."""

    pairs: pa.Table
    model: Model
    blocking: tuple[BlockCount, ...]
    prepared: Prepared

    def explain(self, pairs: list[tuple[str, str]], *, language: str = "en") -> list[Evidence]:
        """Return the evidence for pairs of ids in English or Spanish ("es"); an unknown id raises TableFaulty."""
        from matching.explain import explain

        people, comparer = self.prepared.people, self.prepared.comparer
        together = self._weights(pairs)
        return explain(people, comparer, self.model, pairs, together=together, language=language)

    def _weights(self, pairs: list[tuple[str, str]]) -> dict[tuple[str, str], float]:
        """Return the weights of those of the pairs that are listed."""
        asked = pa.array(sorted({each for pair in pairs for each in pair}), pa.string())
        listed = self.pairs.filter(pc.and_(pc.is_in(self.pairs["left_id"], asked), pc.is_in(self.pairs["right_id"], asked)))
        columns = (listed[name].to_pylist() for name in ("left_id", "right_id", "weight"))
        found = {(left, right): weight for left, right, weight in zip(*columns, strict=True)}
        if self.prepared.people.left is None:
            found |= {(right, left): weight for (left, right), weight in found.items()}
        return found


@dataclass(frozen=True)
class Dedupe(Link):
    """As Link, and the cluster of every row; a cluster is named by the smallest id in it."""

    clusters: pa.Table


def dedupe(rows: pa.Table, schema: Schema, *, model: Model | None = None, threads: int | None = None) -> Dedupe:
    """Find the rows of `rows` that are one person.

    `pairs` has left_id, right_id (left_id < right_id), weight (log2 odds), probability and household_probability of all
    pairs above one in a thousand that some field speaks for; `clusters` has id and cluster for every row. Without `model`
    one is learned; a given model keeps its shares and only the rates of matches are counted anew. The order of the rows
    and the number of threads change nothing. Ids must be unique and present (TableFaulty).
    """
    prepared, found = _match(_prepare([(rows, schema)], threads), model)
    found, label = _group(prepared, found)
    ids = prepared.people.ids
    table = pa.table({"id": ids, "cluster": _named(ids, label)})
    return Dedupe(_pairs(prepared, found), found.model, found.counts, prepared, table)


def link(
    left: pa.Table,
    right: pa.Table,
    schema: Schema,
    right_schema: Schema | None = None,
    *,
    model: Model | None = None,
    threads: int | None = None,
) -> Link:
    """Find the people of `left` among those of `right`; columns as in `dedupe`, left_id from `left`."""
    prepared, found = _match(_prepare([(left, schema), (right, right_schema or schema)], threads), model)
    found, _ = _group(prepared, found)
    return Link(_pairs(prepared, found), found.model, found.counts, prepared)


@dataclass(frozen=True)
class _Found:
    left: Rows
    right: Rows
    weight: NDArray[np.float64]
    probability: NDArray[np.float64]
    household: NDArray[np.float64]
    model: Model
    counts: tuple[BlockCount, ...]


def _prepare(sides: list[tuple[pa.Table, Schema]], threads: int | None) -> Prepared:
    for table, schema in sides:
        _check_ids(table, schema)
    people = columns.read(sides)
    comparer = Comparer(people, frequencies.count(people))
    if len(people):
        comparer.prepare()
    return Prepared(people, comparer, threads or os.cpu_count() or 1)


def _check_ids(table: pa.Table, schema: Schema) -> None:
    if schema.id not in table.column_names:
        raise TableFaulty(f"The table has no column {schema.id!r} for the ids; it has {', '.join(table.column_names)}.")
    ids = table[schema.id]
    if ids.null_count:
        raise TableFaulty(f"The id column {schema.id!r} is empty in {ids.null_count} of {len(ids)} rows.")
    if len(ids.unique()) < len(ids):
        raise TableFaulty(f"The id column {schema.id!r} repeats: {len(ids)} rows have {len(ids.unique())} different ids.")


def _match(prepared: Prepared, model: Model | None) -> tuple[Prepared, _Found]:
    """Block, compare, learn, score; count people anew by what was found, and learn and score again."""
    blocks = blocking.pairs(prepared.people)
    everything = blocks.counts[0].rule == blocking.EVERYTHING if blocks.counts else False
    seen, numbers = _compare(prepared, blocks.left, blocks.right)
    learned = _learn(prepared, seen, model, everything=everything)
    weight = models.score(learned, prepared.comparer.columns, seen).weight
    kept = np.flatnonzero(weight[numbers] >= FLOOR_BITS - MARGIN_BITS)
    left, right, sure = blocks.left[kept], blocks.right[kept], weight[numbers[kept]] > SURE_BITS
    prepared = prepared.recounted(left[sure], right[sure])
    again, of_kept = _compare(prepared, left, right)
    left_over = _less(seen, numbers[kept])
    whole, (new, _) = patterns.merge([again, left_over])
    learned = _learn(prepared, whole, model, everything=everything)
    scores = models.score(learned, prepared.comparer.columns, whole)
    at = new[of_kept]
    high = np.flatnonzero((scores.weight[at] >= FLOOR_BITS) & (scores.match[at] > scores.stranger[at]))
    at = at[high]
    found = _Found(
        left[high], right[high], scores.weight[at], scores.probability[at], scores.household_probability[at],
        learned, blocks.counts,
    )  # fmt: skip
    return prepared, found


def _less(seen: Patterns, numbers: NDArray[np.int32]) -> Patterns:
    """Return the patterns without the pairs of the given numbers."""
    return replace(seen, counts=seen.counts - np.bincount(numbers, minlength=len(seen)))


def _group(prepared: Prepared, found: _Found) -> tuple[_Found, NDArray[np.int64]]:
    """Cluster the rows, and let the rows of a cluster speak for each other's pairs."""

    def weigh(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.float64]:
        return _weigh(prepared, found.model, left.astype(np.int32), right.astype(np.int32))

    left, right = found.left.astype(np.int64), found.right.astype(np.int64)
    groups = clusters.clusters(len(prepared.people), left, right, found.weight, weigh)
    changed = (np.abs(groups.weight - groups.direct) > 1e-9) & (groups.weight >= FLOOR_BITS)
    if prepared.people.left is not None:
        low, high = np.minimum(groups.left, groups.right), np.maximum(groups.left, groups.right)
        changed &= (low < prepared.people.left) & (high >= prepared.people.left)
    return _replaced(found, groups, changed, len(prepared.people)), groups.label


def _replaced(found: _Found, groups: clusters.Grouped, changed: NDArray[np.bool_], count: int) -> _Found:
    """Return the pairs with the weights that changed, new pairs included, in the order of their rows."""
    low = np.minimum(groups.left, groups.right)[changed]
    high = np.maximum(groups.left, groups.right)[changed]
    weight = groups.weight[changed]
    old = found.left.astype(np.int64) * count + found.right
    new = low * count + high
    kept = ~np.isin(old, new)
    at = np.searchsorted(old, new)
    known = old[np.minimum(at, max(len(old) - 1, 0))] == new if len(old) else np.zeros(len(new), bool)
    probability = 1 / (1 + np.exp2(-weight))
    household = np.zeros(len(new))
    before = at[known]
    household[known] = found.household[before] / np.maximum(1 - found.probability[before], 1e-12)
    household = np.minimum(household, 1.0) * (1 - probability)
    order = np.argsort(np.concatenate([old[kept], new]), kind="stable")

    def put(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.concatenate([a[kept], b])[order]

    return replace(
        found,
        left=np.concatenate([found.left[kept], low.astype(np.int32)])[order],
        right=np.concatenate([found.right[kept], high.astype(np.int32)])[order],
        weight=put(found.weight, weight),
        probability=put(found.probability, probability),
        household=put(found.household, household),
    )


def _compare(prepared: Prepared, left: Rows, right: Rows) -> tuple[Patterns, NDArray[np.int32]]:
    """Return the distinct patterns of pairs and each pair's pattern number, chunk by chunk on all threads."""

    def chunk(start: int) -> tuple[Patterns, NDArray[np.int32]]:
        part = slice(start, start + CHUNK_PAIRS)
        return patterns.distinct(*prepared.comparer.levels(left[part], right[part]))

    starts = range(0, max(len(left), 1), CHUNK_PAIRS)
    with ThreadPoolExecutor(prepared.threads) as pool:
        parts = list(pool.map(chunk, starts))
    whole, numbers = patterns.merge([part for part, _ in parts])
    return whole, np.concatenate([new[old] for new, (_, old) in zip(numbers, parts, strict=True)])


def _learn(prepared: Prepared, found: Patterns, given: Model | None, *, everything: bool) -> Model:
    people, compared = prepared.people, prepared.comparer.columns
    if given is not None:
        if [one.field for one in given.fields] != [name for name, _ in compared]:
            raise ModelFaulty("The model was learned on other fields than this schema names.")
        return learning.rates(given, compared, found, people.possible_pairs)
    # Where every pair was compared, no sample is needed.
    strangers = found if everything else _compare(prepared, *_random_pairs(people))[0]
    start = learning.prior(compared, strangers, len(people), people.possible_pairs, suffixes=_stated(people, "suffix"))
    return learning.learn(start, compared, found, strangers, people.possible_pairs, everything=everything)


def _stated(people: People, field: str) -> float:
    """Return the share of rows that state a field."""
    return float((people.codes(field) >= 0).any(axis=1).mean()) if len(people) else 0.0


def _random_pairs(people: People) -> tuple[Rows, Rows]:
    """Return random pairs of different rows (of different sides), the same for the same people."""
    rows = len(people)
    generator = np.random.default_rng(20_050_310)  # the seed only has to be fixed
    count = RANDOM_PAIRS if rows > 1 else 0
    if people.left is None:
        left = generator.integers(0, rows, count)
        right = (left + generator.integers(1, max(rows, 2), count)) % max(rows, 1)
    else:
        count = RANDOM_PAIRS if 0 < people.left < rows else 0
        left = generator.integers(0, max(people.left, 1), count)
        right = generator.integers(people.left, max(rows, people.left + 1), count)
    return left.astype(np.int32), right.astype(np.int32)


def _weigh(prepared: Prepared, model: Model, left: Rows, right: Rows) -> NDArray[np.float64]:
    found, numbers = _compare(prepared, left, right)
    return models.score(model, prepared.comparer.columns, found).weight[numbers]


def _pairs(prepared: Prepared, found: _Found) -> pa.Table:
    ids = prepared.people.ids
    left, right = ids.take(pa.array(found.left)), ids.take(pa.array(found.right))
    if prepared.people.left is None:
        first = pc.less(left, right)
        left, right = pc.if_else(first, left, right), pc.if_else(first, right, left)
    return pa.table(
        {
            "left_id": left,
            "right_id": right,
            "weight": found.weight,
            "probability": found.probability,
            "household_probability": found.household,
        }
    )


def _named(ids: pa.Array, label: NDArray[np.int64]) -> pa.Array:
    """Return for each row the smallest id of its cluster."""
    sizes = np.bincount(label)
    several = np.flatnonzero(sizes[label] > 1)
    named = ids.to_numpy(zero_copy_only=False).astype(object)
    if len(several):
        table = pa.table({"label": label[several], "id": ids.take(pa.array(several))})
        least = table.group_by("label").aggregate([("id", "min")])
        names = np.empty(len(sizes), object)
        names[least["label"].to_numpy()] = least["id_min"].to_numpy(zero_copy_only=False)
        named[several] = names[label[several]]
    return pa.array(named, pa.string())
