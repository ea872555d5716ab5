"""The dispatcher: turns waiting job rows into flow runs; the web never speaks to Prefect itself."""

from __future__ import annotations

import time
import uuid

from casefile import cases, database, jobs
from casefile.words import JobKind

DEPLOYMENTS = {
    JobKind.IMPORT_LIST: "import-list/default",
    JobKind.BUILD_CLASS_LIST: "build-class-list/default",
    JobKind.SEND_CAMPAIGN: "send-campaign/default",
    JobKind.MATCH_CLAIMS: "match-claims/default",
    JobKind.WRITE_REPORTS: "write-reports/default",
}
"""Which deployment of prefect.yaml does a kind of job."""

POLL_SECONDS = 2.0


def dispatch_once(engine: database.Engine) -> int:
    """Start a flow run for every job that waits and return how many.

    The job's id is the run's idempotency key: started twice, it is still one run.
    """
    with database.open_session(engine, actor="dispatcher") as session:
        found = [(case.id, case.slug) for case in cases.every(session)]
    return sum(_dispatch_case(engine, case_id=case_id, slug=slug) for case_id, slug in found)


def _dispatch_case(engine: database.Engine, *, case_id: uuid.UUID, slug: str) -> int:
    with database.case_session(engine, case_id=case_id, actor="dispatcher") as session:
        waiting = jobs.waiting(session)
        for job in waiting:
            run_id = start_run(kind=job.kind, case=slug, job_id=job.id, parameters=job.parameters)
            jobs.started(session, job_id=job.id, flow_run_id=run_id)
        return len(waiting)


def start_run(*, kind: JobKind, case: str, job_id: uuid.UUID, parameters: dict[str, str]) -> str:
    """Start the deployment of a job and return the flow run's id, without waiting for it."""
    from flows import environment  # isort: skip
    from prefect.deployments import run_deployment

    _ = environment
    run = run_deployment(
        DEPLOYMENTS[kind],
        parameters={"case": case, "job_id": str(job_id), **parameters},
        idempotency_key=str(job_id),
        timeout=0,
        as_subflow=False,
    )
    return str(run.id)  # type: ignore[union-attr]  # without an event loop the call returns the run itself


def watch(engine: database.Engine) -> None:
    """Dispatch until interrupted; a database or Prefect server that is away is tried again."""
    while True:
        try:
            dispatch_once(engine)
        except Exception as error:  # the next round tries again; nothing was lost, since a job waits until it is started
            print(f"dispatcher: {type(error).__name__}, trying again", flush=True)  # noqa: T201  # this is its log
        time.sleep(POLL_SECONDS)
