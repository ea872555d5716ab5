"""Alembic migrations: every table from the first one on, up and down."""
