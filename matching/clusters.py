"""Groups rows into people: components of matching pairs, each examined as a whole and cut where its members disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
Weigh = Callable[[Rows, Rows], Floats]

LARGEST = 400
"""A component of more rows is first cut by asking for stronger pairs."""

STEP_BITS = 3.0
TRIMMED = 40.0
BATCH_CELLS = 2_000_000
STRONGEST = 12.0
"""Weights are trimmed to this many bits either way before they are averaged: one field's certainty must not outvote all."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """A cluster number per row, and the pairs inside doubtful components as they look once all of their rows are seen."""

    label: NDArray[np.int64]
    left: Rows
    right: Rows
    direct: Floats
    weight: Floats


def clusters(count: int, left: Rows, right: Rows, weight: Floats, weigh: Weigh) -> Grouped:
    """Group rows by pairs with their weights; `weigh` scores the pairs that were never compared.

    Every component of three or more rows is scored completely. Where some pair inside speaks against, the component is cut by
    average linkage (UPGMA, Sokal and Michener 1958) on the weights: groups join while their average weight is positive. Pairs
    inside are then seen together: two rows that a third row joins are as probable as both steps; two rows that were cut apart
    are no more probable than their groups' average.
    """
    label = _components(count, left, right, weight)
    rows, sizes = _members(label)
    inside_left, inside_right = _inner_pairs(rows, sizes)
    inner = _known_or_weighed(count, inside_left, inside_right, left, right, weight, weigh)
    return _cut(label, rows, sizes, inside_left, inside_right, inner)


def _components(count: int, left: Rows, right: Rows, weight: Floats) -> NDArray[np.int64]:
    """Return component numbers over positive pairs; components over LARGEST lose their weakest pairs step by step."""
    kept = weight > 0
    floor = 0.0
    while True:
        graph = coo_matrix((np.ones(int(kept.sum()), np.int8), (left[kept], right[kept])), shape=(count, count))
        label = connected_components(graph, directed=False)[1].astype(np.int64)
        sizes = np.bincount(label)
        large = sizes[label] > LARGEST
        floor += STEP_BITS
        if not large.any() or not (kept & large[left]).any():
            return label
        kept &= ~large[left] | (weight > floor)


def _members(label: NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Return the rows of components of three or more, by component, and the components' sizes."""
    sizes = np.bincount(label)
    inside = np.flatnonzero((sizes[label] >= 3) & (sizes[label] <= LARGEST))
    rows = inside[np.argsort(label[inside], kind="stable")]
    return rows, np.unique(label[rows], return_counts=True)[1].astype(np.int64)


def _inner_pairs(rows: Rows, sizes: Rows) -> tuple[Rows, Rows]:
    """Return all pairs inside the components, component after component, in the order of `numpy.triu_indices`."""
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])[:-1]
    left, right = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    order = [np.zeros(0, np.int64)]
    for size in np.unique(sizes):
        a, b = np.triu_indices(size, 1)
        which = np.flatnonzero(sizes == size)
        left.append((starts[which][:, None] + a).ravel())
        right.append((starts[which][:, None] + b).ravel())
        order.append(np.repeat(which, len(a)))
    at = np.argsort(np.concatenate(order), kind="stable")
    return rows[np.concatenate(left)[at]], rows[np.concatenate(right)[at]]


def _known_or_weighed(count: int, a: Rows, b: Rows, left: Rows, right: Rows, weight: Floats, weigh: Weigh) -> Floats:
    low, high = np.minimum(a, b), np.maximum(a, b)
    wanted = low * count + high
    have = np.minimum(left, right) * count + np.maximum(left, right)
    order = np.argsort(have)
    at = np.minimum(np.searchsorted(have, wanted, sorter=order), max(len(have) - 1, 0))
    found = have[order[at]] == wanted if len(have) else np.zeros(len(wanted), bool)
    inner = np.zeros(len(wanted))
    inner[found] = weight[order[at[found]]]
    if not found.all():
        inner[~found] = weigh(low[~found], high[~found])
    return inner


def _cut(label: NDArray[np.int64], rows: Rows, sizes: Rows, left: Rows, right: Rows, inner: Floats) -> Grouped:
    """Return labels after cutting the components, and their pairs seen together, all components of one size at once."""
    label, seen = label.copy(), inner.copy()
    ends = np.cumsum(sizes)
    pair_ends = np.cumsum(sizes * (sizes - 1) // 2)
    fresh = int(label.max(initial=0)) + 1
    for size in np.unique(sizes).tolist():
        pairs = size * (size - 1) // 2
        batch = max(1, BATCH_CELLS // (size * size))
        for which in _batches(np.flatnonzero(sizes == size), batch):
            at = (pair_ends[which] - pairs)[:, None] + np.arange(pairs)
            groups = _average_linkage(np.clip(inner[at], -STRONGEST, STRONGEST), size)
            members = rows[(ends[which] - size)[:, None] + np.arange(size)]
            label[members] = fresh + np.arange(len(members))[:, None] * size + groups
            seen[at] = _seen_together(inner[at], groups, size)
            fresh += len(members) * size
    return Grouped(label, left, right, inner, seen)


def _batches(which: Rows, size: int) -> list[Rows]:
    return [which[start : start + size] for start in range(0, len(which), size)]


def _seen_together(weights: Floats, groups: Rows, size: int) -> Floats:
    """Return the pairs' weights after the rows beside them are considered."""
    a, b = np.triu_indices(size, 1)
    together = groups[:, a] == groups[:, b]
    trimmed = np.clip(weights, -TRIMMED, TRIMMED)
    square = np.full((len(weights), size, size), -TRIMMED)
    square[:, a, b] = square[:, b, a] = trimmed
    chance = 1 / (1 + np.exp2(-square))
    joined = chance.copy()
    one_group = groups[:, :, None] == groups[:, None, :]
    chance[~one_group] = 0
    for third in range(size):
        np.maximum(joined, chance[:, :, third, None] * chance[:, None, third, :], out=joined)
    member = (groups[:, :, None] == np.arange(size)).astype(float)
    count = member.sum(axis=1)
    between = member.transpose(0, 2, 1) @ np.where(np.eye(size, dtype=bool), 0, square) @ member
    mean = between / np.maximum(count[:, :, None] * count[:, None, :], 1)
    index = np.arange(len(weights))[:, None]
    apart = np.minimum(weights, mean[index, groups[:, a], groups[:, b]])
    odds = joined[:, a, b] / np.maximum(1 - joined[:, a, b], 2.0**-TRIMMED)
    return np.asarray(np.where(together, np.maximum(weights, np.log2(odds)), apart), np.float64)


def _average_linkage(weights: Floats, size: int) -> NDArray[np.int64]:
    """Return group numbers for many components of one size: the closest groups join while their average is positive."""
    batch = len(weights)
    a, b = np.triu_indices(size, 1)
    near = np.full((batch, size, size), -np.inf)
    near[:, a, b] = near[:, b, a] = weights
    group = np.tile(np.arange(size), (batch, 1))
    members = np.ones((batch, size))
    active = np.arange(batch)
    while len(active):
        flat = near[active].reshape(len(active), -1)
        best = flat.argmax(axis=1)
        joins = flat[np.arange(len(active)), best] > 0
        active, best = active[joins], best[joins]
        if not len(active):
            break
        keep, gone = np.minimum(best // size, best % size), np.maximum(best // size, best % size)
        _join(near, members, active, keep, gone)
        group[active] = np.where(group[active] == gone[:, None], keep[:, None], group[active])
    return group


def _join(near: Floats, members: Floats, active: Rows, keep: Rows, gone: Rows) -> None:
    n, m = members[active, keep][:, None], members[active, gone][:, None]
    mean = (near[active, keep] * n + near[active, gone] * m) / (n + m)
    members[active, keep] += members[active, gone]
    near[active, keep] = mean
    near[active, :, keep] = mean
    near[active, gone] = -np.inf
    near[active, :, gone] = -np.inf
    near[active, keep, keep] = -np.inf
