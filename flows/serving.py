"""All deployments in one process, for one machine: `python -m flows.serving`; a worker with prefect.yaml does it for many."""

from __future__ import annotations

from flows import environment  # isort: skip  # sets Prefect's environment before Prefect is imported

import prefect

from flows import runs

_ = environment

FLOWS = tuple(value for value in vars(runs).values() if isinstance(value, prefect.Flow))


def serve() -> None:
    """Register every flow as its default deployment and run what is asked for until interrupted."""
    prefect.serve(*(flow.to_deployment("default") for flow in FLOWS), print_starting_message=False)  # type: ignore[arg-type]


if __name__ == "__main__":
    serve()
