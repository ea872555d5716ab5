"""A waiting job becomes one flow run, whose outcome ends in the job; asking twice for the same work waits once."""

import uuid

import pytest

from casefile import database, errors, jobs
from casefile.tables.staff import Job
from casefile.words import JobKind, JobStatus
from flows import dispatcher


def request(engine, case_id, kind=JobKind.WRITE_REPORTS, **parameters):
    with database.case_session(engine, case_id=case_id, actor="staff:ann") as session:
        return jobs.request(session, kind=kind, parameters=parameters)


def job_of(engine, case_id, job_id):
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        return jobs.get(session, job_id=job_id)


@pytest.fixture
def started(monkeypatch):
    """The runs that were asked of Prefect; the demonstration's test asks the real one."""
    runs = []
    monkeypatch.setattr(dispatcher, "start_run", lambda **asked: runs.append(asked) or f"run-{len(runs)}")
    return runs


def test_the_same_request_waits_once(engine, case_id):
    assert request(engine, case_id) == request(engine, case_id)
    assert request(engine, case_id, JobKind.SEND_CAMPAIGN, campaign="1") != request(
        engine, case_id, JobKind.SEND_CAMPAIGN, campaign="2"
    )


def test_a_job_is_started_once_and_finished(engine, case_id, started):
    job_id = request(engine, case_id)
    dispatcher.dispatch_once(engine)
    dispatcher.dispatch_once(engine)
    mine = [run for run in started if run["job_id"] == job_id]
    assert len(mine) == 1
    assert job_of(engine, case_id, job_id).status is JobStatus.STARTED
    with database.case_session(engine, case_id=case_id, actor="flow") as session:
        jobs.finished(session, job_id=job_id, result={"members": 3})
    done = job_of(engine, case_id, job_id)
    assert (done.status, done.result, done.finished_at is not None) == (JobStatus.SUCCEEDED, {"members": 3}, True)


def test_a_prefect_that_is_away_leaves_the_job_waiting(engine, case_id, monkeypatch):
    def away(**_asked):
        raise ConnectionError

    monkeypatch.setattr(dispatcher, "start_run", away)
    job_id = request(engine, case_id)
    with pytest.raises(ConnectionError):
        dispatcher.dispatch_once(engine)
    assert job_of(engine, case_id, job_id).status is JobStatus.WAITING


def test_a_finished_job_does_not_begin_again(engine, case_id):
    job_id = request(engine, case_id)
    with database.case_session(engine, case_id=case_id, actor="flow") as session:
        jobs.finished(session, job_id=job_id, result={})
    with pytest.raises(errors.TransitionRefused), database.case_session(engine, case_id=case_id, actor="flow") as session:
        jobs.failed(session, job_id=job_id, error="x")


def test_a_job_of_another_case_is_not_there(engine, case_id):
    with pytest.raises(errors.NotFound), database.case_session(engine, case_id=case_id, actor="test") as session:
        jobs.get(session, job_id=uuid.uuid4())


def test_every_kind_has_a_deployment():
    assert set(dispatcher.DEPLOYMENTS) == set(JobKind)
    assert Job.__table__.columns["parameters"].nullable is False
