"""The migrations build exactly the tables that the code maps, and go down and up again."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from casefile import database, errors, schema
from casefile.tables.catalogue import METADATA


@pytest.fixture
def empty_database(owner_engine):
    """A second, empty database on the same server."""
    with owner_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("create database migrating template template0"))
    url = owner_engine.url.set(database="migrating").render_as_string(hide_password=False)
    yield url
    with owner_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("drop database migrating with (force)"))


def test_up_down_up(empty_database):
    engine = sa.create_engine(empty_database, poolclass=sa.NullPool)
    schema.upgrade_at(empty_database)
    tables = set(sa.inspect(engine).get_table_names())
    schema.downgrade_at(empty_database, revision="base")
    assert set(sa.inspect(engine).get_table_names()) == {schema.VERSION_TABLE}
    schema.upgrade_at(empty_database)
    schema.upgrade_at(empty_database)
    assert set(sa.inspect(engine).get_table_names()) == tables


def test_the_tables_are_those_that_the_code_maps(owner_engine):
    with owner_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": schema.VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []


def test_an_older_schema_is_refused(empty_database):
    with pytest.raises(errors.SchemaOutdated, match="redress db upgrade"):
        schema.require_current(sa.create_engine(empty_database, poolclass=sa.NullPool))


def test_no_database_is_a_clear_sentence():
    engine = database.engine_for("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(errors.DatabaseUnavailable, match="nothing was saved"):
        schema.require_current(engine)
