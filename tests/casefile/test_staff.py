"""Staff sign in, are locked out, lose their sessions, and have their roles case by case."""

import datetime
import time

import pyotp
import pytest
import sqlalchemy as sa

from casefile import audit, database, errors, passwords, permissions, staff
from casefile.permissions import Action
from casefile.tables.staff import Staff, StaffSession
from casefile.words import Role

PASSWORD = "correct horse battery"
LIMITS = {"idle_seconds": 1800, "absolute_seconds": 43200}


@pytest.fixture
def person(engine, case_id):
    """A member of staff with an address of their own."""
    with database.open_session(engine, actor="test") as session:
        return session.get(Staff, staff.add(session, email=f"Ann.{case_id}@Firm.example", name="Ann Sample", password=PASSWORD))


def fresh(engine):
    return database.open_session(engine, actor="test")


def signed_in(engine, person, password=PASSWORD):
    with fresh(engine) as session:
        return staff.sign_in(session, email=person.email, password=password)


def who(engine, token, **limits):
    with fresh(engine) as session:
        return staff.who(session, token=token, **(LIMITS | limits))


def test_sign_in_and_out(engine, person):
    found = staff_in = signed_in(engine, person)
    assert found is not None
    assert not found.awaiting_code
    seen = who(engine, staff_in.token)
    assert (seen.staff_id, seen.name) == (person.id, "Ann Sample")
    with fresh(engine) as session:
        staff.end(session, token=staff_in.token)
    assert who(engine, staff_in.token) is None


def test_the_token_itself_is_not_kept(engine, person):
    token = signed_in(engine, person).token
    with fresh(engine) as session:
        rows = session.execute(sa.select(StaffSession).where(StaffSession.staff_id == person.id)).scalars().all()
    assert all(token.encode() not in row.token_sha256 for row in rows)


def test_wrong_unknown_and_inactive_look_alike(engine, person):
    assert signed_in(engine, person, "wrong") is None
    with fresh(engine) as session:
        assert staff.sign_in(session, email="nobody@firm.example", password=PASSWORD) is None
        staff.set_active(session, email=person.email, active=False)
    assert signed_in(engine, person) is None


def test_five_wrong_tries_lock_for_a_while(engine, person):
    for _ in range(staff.TRIES):
        assert signed_in(engine, person, "wrong") is None
    assert signed_in(engine, person) is None
    with fresh(engine) as session:
        staff.by_email(session, email=person.email).locked_until -= datetime.timedelta(seconds=staff.LOCK_SECONDS + 1)
    assert signed_in(engine, person) is not None


def test_a_new_password_unlocks_and_ends_sessions(engine, person):
    token = signed_in(engine, person).token
    with fresh(engine) as session:
        staff.set_password(session, email=person.email, password="another long password")
    assert who(engine, token) is None
    assert signed_in(engine, person) is None
    assert signed_in(engine, person, "another long password") is not None


@pytest.mark.parametrize(("column", "limit"), [("seen_at", "idle_seconds"), ("started_at", "absolute_seconds")])
def test_sessions_end_idle_and_in_any_case(engine, person, column, limit):
    token = signed_in(engine, person).token
    with fresh(engine) as session:
        row = session.scalars(sa.select(StaffSession).where(StaffSession.staff_id == person.id)).one()
        setattr(row, column, getattr(row, column) - datetime.timedelta(seconds=100))
    assert who(engine, token, **{limit: 101 + 5}) is not None
    with fresh(engine) as session:
        row = session.scalars(sa.select(StaffSession).where(StaffSession.staff_id == person.id)).one()
        setattr(row, column, getattr(row, column) - datetime.timedelta(seconds=200))
    assert who(engine, token, **{limit: 100}) is None


def test_the_second_factor(engine, person):
    with fresh(engine) as session:
        assert staff.set_second_factor(session, email=person.email).startswith("otpauth://totp/Redress:")
        secret = staff.by_email(session, email=person.email).totp_secret
    waiting = signed_in(engine, person)
    assert waiting.awaiting_code
    assert who(engine, waiting.token).awaiting_code
    code = pyotp.TOTP(secret).now()
    with fresh(engine) as session:
        assert staff.give_code(session, token=waiting.token, code="000000" if code != "000000" else "111111", **LIMITS) is None
    with fresh(engine) as session:
        full = staff.give_code(session, token=waiting.token, code=f"{code[:3]} {code[3:]}", **LIMITS)
    assert full.token != waiting.token
    assert not who(engine, full.token).awaiting_code
    assert who(engine, waiting.token) is None


def test_a_code_counts_once():
    secret = passwords.new_secret()
    now = time.time()
    code = pyotp.TOTP(secret).at(int(now))
    step = passwords.code_step(secret, given=code, last_step=None, at_seconds=now)
    assert step == int(now) // 30
    assert passwords.code_step(secret, given=code, last_step=step, at_seconds=now) is None
    assert passwords.code_step(secret, given=code, last_step=None, at_seconds=now + 90) is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"password": "short"}, "at least 15 characters"),
        ({"password": "x" * 257}, "at most 256"),
        ({"password": "ANNA-MARIA SAMPLE", "name": "Anna-Maria Sample"}, "own name"),
        ({"email": "ann"}, "not an e-mail address"),
        ({"name": "  "}, "needs a name"),
    ],
)
def test_staff_refused(engine, change, sentence):
    values = {"email": "bob@firm.example", "name": "Bob", "password": PASSWORD} | change
    with pytest.raises(errors.StaffRefused, match=sentence), fresh(engine) as session:
        staff.add(session, **values)


def test_an_address_is_one_person(engine, person):
    with pytest.raises(errors.StaffRefused, match="already"), fresh(engine) as session:
        staff.add(session, email=person.email.upper(), name="Ann", password=PASSWORD)


def test_roles_are_per_case_and_audited(engine, case_id, person, other_case_id):
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        staff.grant(session, staff_id=person.id, role=Role.REVIEWER)
        staff.grant(session, staff_id=person.id, role=Role.REVIEWER)
        assert staff.roles(session, staff_id=person.id) == {Role.REVIEWER}
        assert staff.roles_by_person(session) == {person.id: {Role.REVIEWER}}
    with database.case_session(engine, case_id=other_case_id, actor="test") as session:
        assert staff.roles(session, staff_id=person.id) == frozenset()
    with fresh(engine) as session:
        assert [found.case_id for found in staff.cases_of(session, staff_id=person.id)] == [case_id]
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        staff.revoke(session, staff_id=person.id, role=Role.REVIEWER)
        staff.revoke(session, staff_id=person.id, role=Role.REVIEWER)
        assert [entry.action for entry in audit.entries(session)] == ["staff.role_revoked", "staff.role_granted"]


@pytest.fixture
def other_case_id(engine):
    from casefile.tables.cases import Case

    with fresh(engine) as session:
        case = Case(slug=f"second-{time.time_ns()}", caption="x", short_name="x", facts={}, folder="", folder_sha256="")
        session.add(case)
        session.flush()
        return case.id


def test_every_role_says_what_it_allows():
    assert set(permissions.ALLOWED) == set(Role)
    assert all(Action.SEE_CASE in allowed for allowed in permissions.ALLOWED.values())


def test_whoever_rules_does_not_see_scores():
    assert permissions.sees_scores([Role.AUDITOR])
    assert not permissions.sees_scores([Role.AUDITOR, Role.REVIEWER])
    with pytest.raises(errors.NotAllowed):
        permissions.require([Role.AUDITOR], Action.DECIDE)
