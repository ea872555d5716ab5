"""The door of this room: a report on a list, its rows as they stand in the file, and what the import takes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from casefile.list_file import guard
from casefile.list_file.limits import DEFAULT, Limits
from casefile.list_file.options import Options

REPORT_KEYS = ("encoding", "dialect", "columns", "mapping", "rows_in", "accepted", "warned", "rejected", "faults")
"""What `redress lists check --json` prints, in this order."""


def check(path: Path, options: Options | None = None, *, fault_limit: int = 1_000, limits: Limits = DEFAULT) -> dict[str, Any]:
    """Return the report on a list (REPORT_KEYS and more, see `reading.read`); raises ListRefused."""
    return guard.read(path, options=options or Options(), fault_limit=fault_limit, limits=limits)


def records(path: Path, options: Options | None = None, *, limits: Limits = DEFAULT) -> Iterator[dict[str, str]]:
    """Yield every row below the header as {column: cell}, cells exactly as the file has them; raises ListRefused."""
    with tempfile.TemporaryDirectory(prefix="redress-") as folder:
        guard.read(path, options=options or Options(), folder=Path(folder), with_records=True, limits=limits)
        yield from _lines(Path(folder) / "records.jsonl")


def check_with_records(
    path: Path, options: Options | None = None, *, fault_limit: int = 1_000, limits: Limits = DEFAULT
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return the report on a list together with its rows."""
    with tempfile.TemporaryDirectory(prefix="redress-") as name:
        folder = Path(name)
        report = guard.read(
            path, options=options or Options(), folder=folder, with_records=True, fault_limit=fault_limit, limits=limits
        )
        return report, list(_lines(folder / "records.jsonl"))


def _lines(path: Path) -> Iterator[dict[str, str]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
