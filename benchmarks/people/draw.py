"""Drawing at random in columns, always from the one generator that the seed made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]


def index(rng: Rng, shares: NDArray[np.float64], size: int) -> Ints:
    """Return positions drawn by their shares; a binary search in the cumulated shares, fast at any size."""
    edges = np.cumsum(shares)
    return np.searchsorted(edges, rng.random(size) * edges[-1], side="right").clip(max=len(shares) - 1)


def chance(rng: Rng, probability: float, size: int) -> Bools:
    """Return which of so many events happen."""
    return rng.random(size) < probability


def phone_numbers(rng: Rng, size: int) -> Texts:
    """Return different ten-digit numbers with the exchange 555, of area codes that are neither toll-free nor N11."""
    areas = np.array([a for a in range(201, 990) if a % 100 != 11 and a not in (800, 833, 844, 855, 866, 877, 888, 555)])
    space = len(areas) * 9_900
    chosen = rng.permutation(space) if size > 1_000_000 else _few(rng, space, size)
    chosen = np.resize(chosen, size)  # beyond seven million the numbers of the exchange are given out again
    numbers = areas[chosen // 9_900] * 10_000_000 + 5_550_100 + chosen % 9_900
    return numbers.astype(str).astype(object)


def _few(rng: Rng, space: int, size: int) -> Ints:
    chosen = np.unique(rng.integers(0, space, int(size * 1.3) + 50))
    return rng.permutation(chosen)[:size]


def join(*parts: Texts | str) -> Texts:
    """Return strings put together element by element."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part  # type: ignore[operator]
    return whole  # type: ignore[return-value]
