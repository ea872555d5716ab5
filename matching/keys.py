"""Turns values into 64-bit keys by which rows meet: equal values have equal keys in any table, on any machine."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from matching.columns import People, hashed


def row_keys(people: People) -> dict[str, NDArray[np.uint64]]:
    """Return 64-bit keys per field, row and alternative; 0 where nothing is known. Equal values have equal keys."""
    known = {field: _keys(coded.codes, coded.values, field) for field, coded in people.fields.items()}
    for field, source, length in (("given_start", "given", 1), ("family_start", "family", 3), ("area", "postcode", 3)):
        if source in people.fields:
            known[field] = _prefix(people, source, length)
    if "area" not in known and "region" in known:
        known["area"] = known["region"]
    if "given" in known and "family" in known:
        known["full_name"] = join([known["given"], known["family"]])
        known["swapped"] = _swapped(people)
    return known


def _keys(codes: NDArray[np.int32], values: pa.Array, salt: str) -> NDArray[np.uint64]:
    """Return a hash of the field's name and value, which is the same for the same value in any table."""
    hashes = hashed(np.asarray(values.to_numpy(zero_copy_only=False), object))
    seed = np.uint64(int.from_bytes(salt.encode()[:8].ljust(8, b"\0"), "little"))
    salted = np.append(_scramble(hashes ^ seed) | np.uint64(1), np.uint64(0))
    return np.asarray(salted[codes], np.uint64)


def _scramble(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return well mixed keys (splitmix64, Steele, Lea and Flood 2014)."""
    with np.errstate(over="ignore"):
        keys = (keys ^ keys >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        keys = (keys ^ keys >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = keys ^ keys >> np.uint64(31)
    return mixed


def join(parts: list[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """Return keys of all combinations of the parts' alternatives."""
    joined = parts[0]
    for part in parts[1:]:
        with np.errstate(over="ignore"):
            both = _scramble(joined[:, :, None] * np.uint64(0x9E3779B97F4A7C15) + part[:, None, :])
        both[(joined == 0)[:, :, None] | (part == 0)[:, None, :]] = 0
        joined = both.reshape(len(both), -1)
    return joined


def _prefix(people: People, source: str, length: int) -> NDArray[np.uint64]:
    coded = people.fields[source]
    starts = pc.utf8_slice_codeunits(coded.values, 0, length).dictionary_encode()
    codes = np.append(starts.indices.to_numpy(), np.int32(-1))[coded.codes]
    return _keys(codes, starts.dictionary, source[:3] + "start")


def _swapped(people: People) -> NDArray[np.uint64]:
    """Return a key under which Kelly James and James Kelly meet."""
    given, family = (_keys(people.fields[field].codes, people.fields[field].values, "name") for field in ("given", "family"))
    with np.errstate(over="ignore"):
        both = _scramble(given[:, :1] + family)
    return np.where((given[:, :1] == 0) | (family == 0), np.uint64(0), both)
