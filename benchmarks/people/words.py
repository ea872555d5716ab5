"""Names as they occur together: by origin and sex, in the order of how common they are, with an invented tail."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ORIGINS = ("anglo", "hispanic", "asian")
ANGLO, HISPANIC, ASIAN = range(len(ORIGINS))
ORIGIN_SHARES = (0.74, 0.19, 0.07)
SEXES = ("male", "female")
MALE, FEMALE = range(len(SEXES))

_LISTS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def listed(name: str) -> list[str]:
    """Return one list of `words.toml`."""
    return [word.replace("_", " ") for word in _LISTS[name].split()]


NICKNAMES: dict[str, str] = _LISTS["nicknames"]
MAIL_DOMAINS = np.array([f"{host}.example" for host in listed("mail_hosts")], object)
STREET_TYPES = ("St", "Ave", "Rd", "Dr", "Ln", "Ct", "Blvd", "Pl", "Way", "Cir", "Ter", "Pkwy")
LONG_TYPES = ("Street", "Avenue", "Road", "Drive", "Lane", "Court", "Boulevard", "Place", "Way", "Circle", "Terrace", "Parkway")
STREET_TYPE_SHARES = np.array([30, 20, 15, 14, 8, 5, 3, 2, 1, 1, 0.6, 0.4]) / 100

_TAIL = {"anglo": 60_000, "hispanic": 8_000, "asian": 3_000}
_FAMILY_OFFSET = {"anglo": 20, "hispanic": 6, "asian": 4}
"""A share falls as 1 / (rank + offset): with 20, the first name is 500 times as common as the ten-thousandth, as in the 2010
census's table of surnames."""


@cache
def given_names(origin: int, sex: int) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Return given names of an origin and sex with their shares, the common ones first."""
    known = listed(f"given_{ORIGINS[origin]}_{SEXES[sex]}")
    ends = listed("given_ends")[sex::2]
    tail = [f"{a}{b}{c}" for c in ends for b in listed("middles")[:18] for a in listed("onsets")[:24]]
    names = np.array(list(dict.fromkeys(known + tail[: 3_000 if origin == ANGLO else 700])), object)
    return names, _zipf(len(names), offset=8, power=1.3)


@cache
def family_names(origin: int) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Return family names of an origin with their shares, the common ones first."""
    name = ORIGINS[origin]
    ends = listed(f"family_ends_{name}")
    tail = [f"{a}{b}{c}" for b in listed("middles") for c in ends for a in listed("onsets")]
    names = np.array(list(dict.fromkeys(listed(f"family_{name}") + tail[: _TAIL[name]])), object)
    return names, _zipf(len(names), offset=_FAMILY_OFFSET[name])


def _zipf(size: int, *, offset: int, power: float = 1.0) -> NDArray[np.float64]:
    weights = 1.0 / (np.arange(size) + offset) ** power
    return np.asarray(weights / weights.sum())
