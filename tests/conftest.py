"""What all tests share: a real PostgreSQL built by the migrations, and a case in it."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa

from casefile import database, schema
from casefile.settings import Settings

hypothesis.settings.register_profile("steady", derandomize=True, database=None)
hypothesis.settings.register_profile("search", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
"""The same examples in every run, so that a red test means a change; `HYPOTHESIS_PROFILE=search make test` looks for new ones."""

FOLDER = Path(tempfile.mkdtemp(prefix="rdt", dir="/tmp"))
os.environ["REDRESS_DATA_DIRECTORY"] = str(FOLDER)
for name in [name for name in os.environ if name.startswith("REDRESS_") and name != "REDRESS_DATA_DIRECTORY"]:
    if not name.startswith("REDRESS_TEST_"):
        del os.environ[name]  # the tests run the same whatever the shell has set


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings with a data directory of the test run's own; its server stops with the run."""
    yield Settings(data_directory=FOLDER, secure_cookies=False, public_url="http://testserver")
    database.stop_embedded(FOLDER)


def pytest_unconfigure() -> None:
    """Leave nothing behind, whether or not a test needed the folder."""
    shutil.rmtree(FOLDER, ignore_errors=True)


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


@pytest.fixture
def make_member(session: database.Session) -> Callable[..., uuid.UUID]:
    """Add a class member with the given columns and return the id."""
    from casefile import codes
    from casefile.tables.people import ClassMember

    def make(**columns: Any) -> uuid.UUID:
        member = ClassMember(notice_id=codes.new(), **columns)
        session.add(member)
        session.flush()
        return member.id

    return make


@pytest.fixture
def make_claim(session: database.Session) -> Callable[..., uuid.UUID]:
    """Add a submitted claim with the given answers and return its id."""
    from casefile import codes
    from casefile.tables.claims import Claim, ClaimVersion

    def make(*, answers: dict[str, Any] | None = None, **columns: Any) -> uuid.UUID:
        now = datetime.now(UTC)
        values = {"status": "submitted", "language": "en", "submitted_at": now, "submission_key": str(uuid.uuid4())} | columns
        claim = Claim(number=codes.new(), **values)
        session.add(claim)
        session.flush()
        session.add(
            ClaimVersion(
                claim_id=claim.id,
                number=1,
                answers=answers or {},
                language=claim.language,
                form_version="1",
                attestation_text="I declare",
                signature="Ann Sample",
                signed_at=now,
            )
        )
        session.flush()
        return claim.id

    return make
