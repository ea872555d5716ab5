"""Compares strings by their letters: an exact upper bound first, rapidfuzz only for what can still be alike.

Jaro-Winkler (Winkler 1990, "String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model") is meant
throughout. Normalised values are nearly all ASCII; the bound counts characters, so others are as safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True)
class Letters:
    """The distinct values of a field, with what an upper bound of their likeness needs."""

    values: pa.Array

    @cached_property
    def strings(self) -> NDArray[np.object_]:
        """The values as Python strings."""
        return np.asarray(self.values.to_numpy(zero_copy_only=False), object)

    @cached_property
    def shape(self) -> tuple[NDArray[np.uint64], NDArray[np.int16], NDArray[np.uint8]]:
        """Return the letter mask (first and second occurrence of each letter), length and first four letters per value."""
        grid, lengths = _grid(self.strings)
        return _masks(grid), lengths, grid[:, :4].copy()

    def alike(self, left: NDArray[np.int32], right: NDArray[np.int32], *, floor: float) -> NDArray[np.float32]:
        """Return the Jaro-Winkler similarity of codes pairwise, 0 where it is below the floor or a code is -1."""
        found = np.zeros(len(left), np.float32)
        able = np.flatnonzero((left >= 0) & (right >= 0))
        if not len(able):
            return found
        able = able[self._bound(left[able], right[able]) >= floor]
        if len(able):
            found[able] = process.cpdist(
                self.strings[left[able]],
                self.strings[right[able]],
                scorer=JaroWinkler.normalized_similarity,
                score_cutoff=floor,
                dtype=np.float32,
            )
        return found

    def _bound(self, left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return a number that the similarity cannot exceed: letters that one side lacks cannot match."""
        mask, length, prefix = self.shape
        a, b = mask[left], mask[right]
        long_a, long_b = length[left].astype(np.float32), length[right].astype(np.float32)
        only_a, only_b = np.bitwise_count(a & ~b), np.bitwise_count(b & ~a)
        common = np.maximum(np.minimum(long_a - only_a, long_b - only_b), 0)
        jaro = (common / np.maximum(long_a, 1) + common / np.maximum(long_b, 1) + 1) / 3
        same = prefix[left] == prefix[right]
        start = np.logical_and.accumulate(same, axis=1).sum(axis=1, dtype=np.float32)
        return np.asarray(jaro + np.float32(0.1) * start * (1 - jaro) + np.float32(1e-5), np.float32)


def _grid(strings: Sequence[str] | NDArray[np.object_]) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    """Return character classes (0 none, 1-26 letters, 27-36 digits, 37 others) in a grid, and lengths in characters."""
    if len(strings) == 0:
        return np.zeros((0, 4), np.uint8), np.zeros(0, np.int16)
    wide = np.asarray(strings, str)
    points = np.ascontiguousarray(wide).view(np.uint32).reshape(len(wide), -1)
    classes = np.full(128, 37, np.uint8)
    classes[[ord(c) for c in _ALPHABET]] = np.arange(1, 37)
    classes[0] = 0
    grid = classes[np.minimum(points, 127)]
    if grid.shape[1] < 4:
        grid = np.pad(grid, ((0, 0), (0, 4 - grid.shape[1])))
    return grid, (points != 0).sum(axis=1).astype(np.int16)


def _masks(grid: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return one bit for a letter's first occurrence, another for its second (digits and others: first only)."""
    once = np.zeros(len(grid), np.uint64)
    twice = np.zeros(len(grid), np.uint64)
    for column in range(grid.shape[1]):
        # Class 37 stands for many characters: two of them may differ, so it sets no bit and only loosens the bound.
        known = (grid[:, column] > 0) & (grid[:, column] < 37)
        bit = np.where(known, np.uint64(1) << np.maximum(grid[:, column], 1).astype(np.uint64) - np.uint64(1), np.uint64(0))
        twice |= once & bit
        once |= bit
    letters = np.uint64((1 << 26) - 1)
    return once | (twice & letters) << np.uint64(37)
