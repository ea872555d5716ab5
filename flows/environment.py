"""What Prefect must find in the environment before it is imported: no telemetry, no results kept, our own home folder."""

from __future__ import annotations

import os
from pathlib import Path

from casefile import settings

DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
}
"""The same as `[tool.prefect]` in pyproject.toml, which Prefect reads only when it starts in the repository's folder."""


def prepare() -> None:
    """Set what is not set yet; whoever runs Redress may choose otherwise."""
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PREFECT_HOME", str(settings.load().data_directory / "prefect"))
    Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)


prepare()
