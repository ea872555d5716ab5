"""What a check says of one cell: the value to use, and what is wrong with it."""

from __future__ import annotations

from typing import NamedTuple

from casefile.list_file.faults import FaultKind


class Cell(NamedTuple):
    """A cell after checking: the value to use (None: nothing usable), and what is wrong with it."""

    value: str | None
    kind: FaultKind | None = None
    text: str = ""
