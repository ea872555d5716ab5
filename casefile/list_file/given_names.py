"""Which words are given names: to tell `John, Smith` from `Smith, John` in a list without headers."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def known() -> frozenset[str]:
    """Return the names and nicknames of the `nicknames` package's table, in lower case."""
    text = files("nicknames").joinpath("names.csv").read_text("utf-8")
    return frozenset(name.lower() for row in csv.DictReader(text.splitlines()) for name in (row["name1"], row["name2"]))


def share(cells: list[str]) -> float:
    """Return which part of the filled cells is a known given name."""
    filled = [c.strip().lower() for c in cells if c.strip()]
    return sum(c in known() for c in filled) / len(filled) if filled else 0.0
