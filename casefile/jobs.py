"""Jobs: work that the console asks for and the dispatcher starts; parameters and results are ids and counts only."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import audit, errors
from casefile.tables.staff import Job
from casefile.words import JOB_TRANSITIONS, JobKind, JobStatus, may


def request(session: Session, *, kind: JobKind, parameters: dict[str, Any] | None = None) -> uuid.UUID:
    """Write down that a flow shall run; the same request that still waits is not written twice. Returns the job's id."""
    wanted = parameters or {}
    waiting = session.scalar(
        sa.select(Job.id).where(Job.kind == kind, Job.status == JobStatus.WAITING, Job.parameters == wanted).limit(1)
    )
    if waiting is not None:
        return waiting
    job = Job(kind=kind, parameters=wanted, requested_by=session.info["actor"])
    session.add(job)
    session.flush()
    audit.record(session, action="job.requested", subject="job", subject_id=job.id, after={"kind": kind, "parameters": wanted})
    return job.id


def get(session: Session, *, job_id: uuid.UUID) -> Job:
    """Return a job of this case. Raises `NotFound`."""
    job = session.get(Job, job_id)
    if job is None:
        raise errors.NotFound("There is no such job in this case.")
    return job


def latest(session: Session, *, limit: int = 50) -> Sequence[Job]:
    """Return the newest jobs first."""
    return session.scalars(sa.select(Job).order_by(Job.requested_at.desc(), Job.id.desc()).limit(limit)).all()


def waiting(session: Session) -> Sequence[Job]:
    """Return the jobs that wait, oldest first; a second dispatcher does not see those that this one holds."""
    query = sa.select(Job).where(Job.status == JobStatus.WAITING).order_by(Job.requested_at, Job.id)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def started(session: Session, *, job_id: uuid.UUID, flow_run_id: str) -> None:
    """Note which flow run does the job; saying it again for the same run changes nothing."""
    job = get(session, job_id=job_id)
    if job.status is JobStatus.WAITING:
        _move(job, JobStatus.STARTED)
        job.started_at = datetime.datetime.now(datetime.UTC)
    job.flow_run_id = flow_run_id


def finished(session: Session, *, job_id: uuid.UUID, result: dict[str, Any]) -> None:
    """Note what came of the job: counts and ids."""
    job = get(session, job_id=job_id)
    if job.status is JobStatus.WAITING:
        _move(job, JobStatus.STARTED)
    _move(job, JobStatus.SUCCEEDED)
    job.finished_at = datetime.datetime.now(datetime.UTC)
    job.result = result
    audit.record(session, action="job.finished", subject="job", subject_id=job_id, after=result)


def failed(session: Session, *, job_id: uuid.UUID, error: str) -> None:
    """Note that the job failed and why, in the sentence that the user sees."""
    job = get(session, job_id=job_id)
    _move(job, JobStatus.FAILED)
    job.finished_at = datetime.datetime.now(datetime.UTC)
    job.error = error
    audit.record(session, action="job.failed", subject="job", subject_id=job_id, after={"error": error})


def _move(job: Job, after: JobStatus) -> None:
    if not may(JOB_TRANSITIONS, before=job.status, after=after):
        raise errors.TransitionRefused(f"A job that has {job.status.value} cannot become {after.value}.")
    job.status = after
