"""Counts the distinct patterns of levels among compared pairs: a few thousand patterns stand for millions of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct patterns with their counts; `rarities` has one column more than `levels`, the full name's."""

    keys: NDArray[np.uint64]
    levels: NDArray[np.int8]
    rarities: NDArray[np.int8]
    counts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.keys)


def distinct(levels: NDArray[np.int8], rarities: NDArray[np.int8]) -> tuple[Patterns, NDArray[np.int32]]:
    """Return the distinct patterns of some pairs, and the number of its pattern for each pair."""
    keys = _keys(levels, rarities)
    found, first, inverse, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    return Patterns(found, levels[first], rarities[first], counts), inverse.astype(np.int32)


def merge(parts: Sequence[Patterns]) -> tuple[Patterns, list[NDArray[np.int32]]]:
    """Return the patterns of several parts as one, and for each part the numbers of its patterns in the whole."""
    keys = np.concatenate([part.keys for part in parts])
    found, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    counts = np.zeros(len(found), np.int64)
    np.add.at(counts, inverse, np.concatenate([part.counts for part in parts]))
    levels = np.concatenate([part.levels for part in parts])[first]
    rarities = np.concatenate([part.rarities for part in parts])[first]
    ends = np.cumsum([len(part) for part in parts])[:-1]
    return Patterns(found, levels, rarities, counts), [n.astype(np.int32) for n in np.split(inverse, ends)]


def _keys(levels: NDArray[np.int8], rarities: NDArray[np.int8]) -> NDArray[np.uint64]:
    """Return a 64-bit hash per row of levels and rarities (multiply and fold; equal rows have equal keys)."""
    keys = np.zeros(len(levels), np.uint64)
    factor = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        for column in (*levels.T, *rarities.T):
            keys = (keys ^ column.astype(np.uint64)) * factor
            keys ^= keys >> np.uint64(29)
    return keys
