"""Groups rows into people: components of matching pairs, each examined as a whole and cut where its members disagree."""

from __future__ import annotations

from collections.abc import Callable

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
STRONGEST = 12.0
"""Weights are trimmed to this many bits either way before they are averaged: one field's certainty must not outvote all."""


def clusters(count: int, left: Rows, right: Rows, weight: Floats, weigh: Weigh) -> NDArray[np.int64]:
    """Return a cluster number per row from pairs with their weights; `weigh` scores the pairs that were never compared.

    Every component of three or more rows is scored completely. Where some pair inside speaks against, the component is cut by
    average linkage (UPGMA, Sokal and Michener 1958) on the weights: groups join while their average weight is positive.
    """
    label = _components(count, left, right, weight)
    rows, sizes = _members(label)
    inside_left, inside_right = _inner_pairs(rows, sizes)
    inner = _known_or_weighed(count, inside_left, inside_right, left, right, weight, weigh)
    return _cut(label, rows, sizes, inner)


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


def _cut(label: NDArray[np.int64], rows: Rows, sizes: Rows, inner: Floats) -> NDArray[np.int64]:
    """Return labels after cutting the components, all of one size at once."""
    label = label.copy()
    ends = np.cumsum(sizes)
    pair_ends = np.cumsum(sizes * (sizes - 1) // 2)
    fresh = int(label.max(initial=0)) + 1
    for size in np.unique(sizes):
        which = np.flatnonzero(sizes == size)
        pairs = size * (size - 1) // 2
        weights = inner[(pair_ends[which] - pairs)[:, None] + np.arange(pairs)]
        doubtful = (weights <= 0).any(axis=1)
        which, weights = which[doubtful], np.clip(weights[doubtful], -STRONGEST, STRONGEST)
        for start in range(0, len(which), max(1, 4_000_000 // (size * size))):
            part = slice(start, start + max(1, 4_000_000 // (size * size)))
            members = rows[(ends[which[part]] - size)[:, None] + np.arange(size)]
            groups = _average_linkage(weights[part], int(size))
            label[members] = fresh + np.arange(len(members))[:, None] * size + groups
            fresh += len(members) * size
    return label


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
