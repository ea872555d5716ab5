"""What a person says about a list instead of leaving it to us."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What a person says about a file; `widths` are (start, end) in characters, `mapping` is {field: column or columns}."""

    encoding: str | None = None
    delimiter: str | None = None
    widths: tuple[tuple[int, int], ...] = ()
    sheet: str | None = None
    header: bool | None = None
    mapping: dict[str, object] | None = None
