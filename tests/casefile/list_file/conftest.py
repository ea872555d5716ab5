"""Reading a list within the test's own process, and the rows it gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from casefile.list_file import reading
from casefile.list_file.limits import DEFAULT, Limits
from casefile.list_file.options import Options


@pytest.fixture
def read_list(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Read a list as the child does, without the child; `rows` of the answer are the checked rows by number."""

    def read(path: Path, options: Options | None = None, *, limits: Limits = DEFAULT) -> dict[str, Any]:
        folder = tmp_path / "read"
        folder.mkdir(exist_ok=True)
        report = reading.read(
            path,
            options=options or Options(),
            limits=limits,
            folder=folder,
            with_records=True,
            fault_limit=1_000,
            progress=lambda _: None,
        )
        stored = folder / reading.ROWS_FILE
        rows: list[dict[str, Any]] = []
        if stored.exists():
            with pa.ipc.open_stream(str(stored)) as stream:
                rows = stream.read_all().to_pylist()
            stored.unlink()
        return report | {"rows": {row["row_number"]: row for row in rows}}

    return read
