"""The schema's version: running the migrations as the owner, and refusing to work on tables of another version."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from casefile import database, errors
from casefile.settings import Settings

VERSION_TABLE = "redress_schema_version"


def config(owner_url: str) -> Config:
    """Return Alembic's configuration for the owner's address."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["url"] = owner_url
    return settings


def upgrade(settings: Settings, *, revision: str = "head") -> None:
    """Bring the tables to a revision; running it again changes nothing. Raises `DatabaseUnavailable`."""
    upgrade_at(database.addresses(settings).owner, revision=revision)


def upgrade_at(owner_url: str, *, revision: str = "head") -> None:
    """Bring the tables at an owner's address to a revision."""
    try:
        command.upgrade(config(owner_url), revision)
    except sa.exc.OperationalError as error:
        raise database.unavailable() from error


def downgrade_at(owner_url: str, *, revision: str) -> None:
    """Take the tables at an owner's address back to a revision."""
    command.downgrade(config(owner_url), revision)


@cache
def head() -> str:
    """Return the newest revision that this version of Redress knows."""
    found = ScriptDirectory.from_config(config("")).get_current_head()
    assert found is not None
    return found


def require_current(engine: sa.Engine) -> None:
    """Raise `SchemaOutdated` unless the tables are exactly of this version, `DatabaseUnavailable` if nothing answers."""
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
            current = context.get_current_revision()
    except sa.exc.OperationalError as error:
        raise database.unavailable() from error
    if current != head():
        raise errors.SchemaOutdated(
            f"The database is at schema {current or 'none'}, this version needs {head()}: run `redress db upgrade`."
        )
