"""`redress staff` adds people, gives roles on a case, and says in a sentence what it refuses."""

import uuid

import pytest
from typer.testing import CliRunner

from casefile import database, errors, staff
from casefile.tables.cases import Case
from casefile.words import Role
from flows.cli.staff import app

PASSWORD = "correct horse battery"


@pytest.fixture
def redress(engine, monkeypatch):
    """Run the command on the tests' installation and return what it printed."""
    monkeypatch.setattr(database, "open_engine", lambda _settings: engine)

    def run(*arguments):
        return CliRunner().invoke(app, arguments, catch_exceptions=False).output

    return run


def test_a_person_gets_a_role_and_loses_it(redress, engine, case_id):
    email = f"{uuid.uuid4().hex}@firm.example"
    with database.open_session(engine, actor="test") as session:
        slug = session.get(Case, case_id).slug
    assert "Added Ann Sample" in redress("add", email, "--name", "Ann Sample", "--password", PASSWORD)
    assert "now reviewer" in redress("role", email, "reviewer", "--case", slug)
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        person = staff.by_email(session, email=email)
        assert staff.roles(session, staff_id=person.id) == {Role.REVIEWER}
    assert "Ann Sample" in redress("list", "--case", slug)
    assert "no longer reviewer" in redress("role", email, "reviewer", "--case", slug, "--remove")
    assert "Ann Sample" not in redress("list", "--case", slug)


def test_a_new_password_a_second_factor_and_leaving(redress, engine):
    email = f"{uuid.uuid4().hex}@firm.example"
    redress("add", email, "--name", "Bob", "--password", PASSWORD)
    assert "otpauth://totp/Redress:" in redress("second-factor", email)
    assert "No code" in redress("second-factor", email, "--off")
    assert "changed" in redress("password", email, "--new", "another long password")
    assert "cannot sign in any more" in redress("leave", email)
    with database.open_session(engine, actor="test") as session:
        assert staff.sign_in(session, email=email, password="another long password") is None
    assert "can sign in again" in redress("leave", email, "--back")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("add", "ann@firm.example", "--name", "Ann", "--password", "short"), errors.StaffRefused),
        (("password", "nobody@firm.example", "--new", PASSWORD), errors.NotFound),
        (("role", "nobody@firm.example", "reviewer", "--case", "no-such-case"), errors.NotFound),
    ],
)
def test_what_is_refused(redress, arguments, error):
    with pytest.raises(error):
        redress(*arguments)
