"""Every case table shows the rows of the session's case and of no other, and none without a case."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from casefile import database
from casefile.tables.cases import Case, Merchant
from casefile.tables.catalogue import METADATA

OPEN_TABLES = {"cases", "staff", "staff_sessions"}


def test_the_role_is_plain(engine):
    with engine.connect() as connection:
        role = connection.execute(
            sa.text("select current_user, rolsuper, rolbypassrls from pg_roles where rolname = current_user")
        ).one()
    assert tuple(role) == ("redress_app", False, False)


@pytest.mark.parametrize("table", sorted(set(METADATA.tables) - OPEN_TABLES))
def test_every_case_table_forces_the_policy(engine, table):
    query = sa.text("select relrowsecurity, relforcerowsecurity from pg_class where oid = cast(:name as regclass)")
    with engine.connect() as connection:
        assert tuple(connection.execute(query, {"name": table}).one()) == (True, True)
        assert connection.execute(sa.text(f"select count(*) from {table}")).scalar() == 0


def other_case(engine):
    with database.open_session(engine, actor="test") as session:
        case = Case(slug=f"other-{id(session)}", caption="x", short_name="x", facts={}, folder="", folder_sha256="")
        session.add(case)
        session.flush()
        return case.id


def test_a_case_sees_its_rows_only(engine, case_id):
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        session.add(Merchant(name="Blue Kettle Teas"))
    with database.case_session(engine, case_id=other_case(engine), actor="test") as session:
        assert session.scalars(sa.select(Merchant)).all() == []
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        assert [row.name for row in session.scalars(sa.select(Merchant))] == ["Blue Kettle Teas"]


def test_a_row_of_another_case_cannot_be_written(engine, case_id):
    other = other_case(engine)
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        database.case_session(engine, case_id=case_id, actor="test") as session,
    ):
        session.add(Merchant(case_id=other, name="Blue Kettle Teas"))
