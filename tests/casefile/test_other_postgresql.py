"""The same migrations and statements work on an ordinary PostgreSQL 15 to 17, which has no uuidv7() of its own."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from casefile import audit, class_list, database, schema
from casefile.settings import Settings
from casefile.tables.cases import Case
from tests.source_files import add_file

SERVERS = sorted(path for version in (15, 16, 17) for path in glob.glob(f"/usr/lib/postgresql/{version}/bin"))
pytestmark = pytest.mark.skipif(not SERVERS, reason="0 of PostgreSQL 15, 16, 17 are installed (Debian: postgresql-15)")


@pytest.fixture(scope="module")
def other_settings():
    """A server of that version in a temporary folder, reached as an ordinary role that owns its database."""
    folder = Path(tempfile.mkdtemp(prefix="rdo", dir="/tmp"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    run = lambda *command: subprocess.run([*as_user, *map(str, command)], check=True, capture_output=True, cwd="/tmp")  # noqa: E731
    run(f"{SERVERS[0]}/initdb", "-D", folder / "pg", "-U", "owner", "--auth=trust", "-E", "UTF8")
    run(f"{SERVERS[0]}/pg_ctl", "-D", folder / "pg", "-w", "-l", folder / "log", "-o", f"-h '' -k {folder}", "start")
    url = f"postgresql://owner@/redress?host={folder}"
    try:
        maintenance = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:").replace("/redress", "/postgres"))
        with maintenance.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("create database redress"))
        maintenance.dispose()
        yield Settings(data_directory=folder / "data", database_url=url)
    finally:
        run(f"{SERVERS[0]}/pg_ctl", "-D", folder / "pg", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def test_a_case_lives_there_too(other_settings):
    schema.upgrade(other_settings)
    engine = database.open_engine(other_settings)
    with engine.connect() as connection:
        assert connection.dialect.server_version_info < (18,)
        assert connection.scalar(sa.text("select current_user")) == "redress_app"
    with database.open_session(engine, actor="test") as session:
        case = Case(slug="other", caption="x", short_name="x", facts={}, folder="", folder_sha256="")
        session.add(case)
        session.flush()
        assert case.id.version == 7
    with database.case_session(engine, case_id=case.id, actor="test") as session:
        add_file(session, "a.csv", [{"given_name": "Ann"}])
        assert class_list.rows_to_consolidate(session).num_rows == 1
        audit.record(session, action="x", subject="case", subject_id=case.id)
        assert audit.verify(session).faults == ()
    with database.case_session(engine, case_id=uuid.uuid4(), actor="test") as session:
        assert class_list.rows_to_consolidate(session).num_rows == 0
    engine.dispose()
