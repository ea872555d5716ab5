"""The audit trail cannot be changed by the app's role, and what a superuser changes is found and named."""

import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from casefile import audit, database


@pytest.fixture
def trail(engine, case_id):
    with database.case_session(engine, case_id=case_id, actor="staff:ann") as session:
        for number in range(5):
            audit.record(session, action="claim.submitted", subject="claim", subject_id=f"c{number}", after={"n": number})
    return case_id


def verify(engine, case_id):
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        return audit.verify(session)


def as_superuser(owner_engine, statement, **values):
    with owner_engine.begin() as connection:
        connection.execute(sa.text("set local session_replication_role = replica"))
        assert connection.execute(sa.text(statement), values).rowcount > 0


def test_a_fresh_chain_holds(engine, trail):
    proof = verify(engine, trail)
    assert (proof.entries, proof.faults) == (5, ())


@pytest.mark.parametrize(
    "statement", ["update audit_entries set actor = 'x'", "delete from audit_entries", "truncate audit_entries"]
)
def test_the_app_may_not_change_it(engine, trail, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        database.case_session(engine, case_id=trail, actor="test") as session,
    ):
        session.execute(sa.text(statement))


def test_even_a_superuser_meets_the_trigger(owner_engine, trail):
    with pytest.raises(ProgrammingError, match="append-only"), owner_engine.begin() as connection:
        connection.execute(sa.text("delete from audit_entries"))


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("update audit_entries set actor = 'staff:bob' where case_id = :c and number = 3", "entry 3 was altered"),
        ("update audit_entries set after = '{}' where case_id = :c and number = 1", "entry 1 was altered"),
        ("delete from audit_entries where case_id = :c and number = 2", "entry 2 is missing"),
        ("delete from audit_entries where case_id = :c and number in (3, 4)", "entries 3 to 4 are missing"),
        ("delete from audit_entries where case_id = :c and number < 3", "entries 1 to 2 are missing"),
        ("delete from audit_entries where case_id = :c and number = 5", "entries 5 to 5 at the end are missing"),
        ("delete from audit_entries where case_id = :c", "entries 1 to 5 at the end are missing"),
        (
            "update audit_entries set number = case number when 2 then 4 else 2 end where case_id = :c and number in (2, 4)",
            "entry 2 was altered",
        ),
    ],
)
def test_what_a_superuser_does_is_found_and_named(engine, owner_engine, trail, statement, named):
    if "case number when" in statement:
        as_superuser(owner_engine, "update audit_entries set number = -number where case_id = :c and number in (2, 4)", c=trail)
        as_superuser(owner_engine, "update audit_entries set number = 6 + number where case_id = :c and number < 0", c=trail)
    else:
        as_superuser(owner_engine, statement, c=trail)
    assert named in [fault.text for fault in verify(engine, trail).faults]


def test_a_rewritten_entry_with_a_fitting_hash_breaks_the_next(engine, owner_engine, trail):
    as_superuser(owner_engine, "update audit_entries set actor = 'x' where case_id = :c and number = 2", c=trail)
    as_superuser(
        owner_engine,
        "update audit_entries set hash = redress_audit_hash(audit_entries) where case_id = :c and number = 2",
        c=trail,
    )
    assert [fault.text for fault in verify(engine, trail).faults] == ["entry 3 does not follow entry 2"]


def fail_after_recording(engine, case_id):
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        audit.record(session, action="x", subject="claim", subject_id=uuid.uuid4())
        raise RuntimeError


def test_entries_are_written_with_the_change_or_not_at_all(engine, case_id):
    with pytest.raises(RuntimeError):
        fail_after_recording(engine, case_id)
    assert verify(engine, case_id).entries == 0
