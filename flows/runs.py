"""The Prefect flows, one per arrow of the natural way: thin, with ids and counts as parameters and results, never people."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows import environment  # isort: skip  # sets Prefect's environment before Prefect is imported

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from casefile import cases, database, errors, jobs, settings
from casefile.words import SourceKind

_ = environment

Counts = dict[str, Any]
Work = Callable[[database.Engine, uuid.UUID, str], Counts]


@task(cache_policy=NO_CACHE, persist_result=False, log_prints=False)
def step(name: str, case: str, work: Work) -> Counts:
    """Do one step of a case; what it needs it reads from the database, what it changes it commits there."""
    del name
    engine = database.open_engine(settings.load())
    with database.open_session(engine, actor="flow") as session:
        case_id = cases.by_slug(session, slug=case).id
    return work(engine, case_id, f"flow:{step.name}")


def run_step(name: str, case: str, job_id: str | None, work: Work) -> Counts:
    """Run a step as a task and write its outcome into the job that asked for it, if one did."""
    try:
        counts = step.with_options(name=name)(name, case, work)
    except Exception as error:
        _close(
            case, job_id, error=str(error) if isinstance(error, errors.RedressError) else "It failed; the flow run says where."
        )
        raise
    _close(case, job_id, result=counts)
    return counts


def _close(case: str, job_id: str | None, *, result: Counts | None = None, error: str = "") -> None:
    if job_id is None:
        return
    engine = database.open_engine(settings.load())
    with database.open_session(engine, actor="flow") as session:
        case_id = cases.by_slug(session, slug=case).id
    with database.case_session(engine, case_id=case_id, actor="flow:jobs") as session:
        if result is not None:
            jobs.finished(session, job_id=uuid.UUID(job_id), result=result)
        else:
            jobs.failed(session, job_id=uuid.UUID(job_id), error=error)


@flow(name="import-list")
def import_list(
    case: str,
    path: str = "",
    kind: str = "disclosure_list",
    producer: str = "",
    upload_id: str | None = None,
    job_id: str | None = None,
) -> Counts:
    """List file -> source rows and faults; `path` is where it was put, `kind` a word of `SourceKind`; or the console's upload."""
    from flows import import_lists

    if upload_id is not None:
        upload = uuid.UUID(upload_id)
        return run_step(
            "import",
            case,
            job_id,
            lambda engine, case_id, actor: import_lists.upload_step(engine, case_id=case_id, actor=actor, upload_id=upload),
        )
    return run_step(
        "import",
        case,
        job_id,
        lambda engine, case_id, actor: import_lists.step(
            engine, case_id=case_id, actor=actor, path=Path(path), kind=SourceKind(kind), producer=producer
        ),
    )


@flow(name="build-class-list")
def build_class_list(case: str, job_id: str | None = None) -> Counts:
    """Source rows -> class members."""
    from flows import class_list

    return run_step(
        "consolidate", case, job_id, lambda engine, case_id, actor: class_list.build(engine, case_id=case_id, actor=actor)
    )


@flow(name="send-campaign")
def send_campaign(case: str, campaign: str, job_id: str | None = None) -> Counts:
    """An approved campaign -> notices at the mail servers; run again, it goes on where it was."""
    from flows import notices

    return run_step(
        "send",
        case,
        job_id,
        lambda engine, case_id, actor: notices.send_step(engine, case_id=case_id, actor=actor, campaign_id=uuid.UUID(campaign)),
    )


@flow(name="send-due")
def send_due(case: str, job_id: str | None = None) -> Counts:
    """Whatever is due of a case: mailings under way, retries, receipts; for a schedule of a few minutes."""
    from flows import notices

    return run_step(
        "send due", case, job_id, lambda engine, case_id, actor: notices.due_step(engine, case_id=case_id, actor=actor)
    )


@flow(name="match-claims")
def match_claims(case: str, job_id: str | None = None) -> Counts:
    """Claims -> candidates, bands, automatic matches."""
    from flows import claim_matching

    return run_step(
        "match", case, job_id, lambda engine, case_id, actor: claim_matching.match(engine, case_id=case_id, actor=actor)
    )


@flow(name="write-reports")
def write_reports(case: str, job_id: str | None = None) -> Counts:
    """Decisions -> reports."""
    from flows import reports

    return run_step("report", case, job_id, lambda engine, case_id, actor: reports.write(engine, case_id=case_id, actor=actor))
