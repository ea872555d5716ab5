"""How large a list may be, and how much machine its reading may take: beyond it the file is refused."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. A list of a million people has 100-300 MB, 20-60 columns and lines under 2 kB."""

    file_bytes: int = 8 * 1024 * MB
    line_bytes: int = 4 * MB
    field_characters: int = 1 * MB
    columns: int = 2_000
    rows: int = 20_000_000
    unpacked_bytes: int = 2 * 1024 * MB
    unpacked_ratio: int = 200
    unpacked_parts: int = 10_000
    cells: int = 60_000_000
    memory_bytes: int = 3 * 1024 * MB
    cpu_seconds: int = 900
    wall_seconds: float = 1_800
    output_bytes: int = 32 * 1024 * MB


DEFAULT = Limits()
