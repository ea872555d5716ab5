"""Alembic's entry: one connection as the owner, one transaction for all steps."""

import sqlalchemy as sa
from alembic import context

from casefile.schema import VERSION_TABLE
from casefile.tables.catalogue import METADATA

engine = sa.create_engine(context.config.attributes["url"], poolclass=sa.NullPool)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        version_table=VERSION_TABLE,
        compare_server_default=False,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
