"""What a person says about a list instead of leaving it to us."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Options:
    """What a person says about a file; `widths` are (start, end) in characters, `mapping` is {field: column or columns}.

    `profiles` are the saved mappings by name ({columns, mapping}): one whose columns are the file's is used.
    """

    encoding: str | None = None
    delimiter: str | None = None
    widths: tuple[tuple[int, int], ...] = ()
    sheet: str | None = None
    header: bool | None = None
    mapping: dict[str, object] | None = None
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
