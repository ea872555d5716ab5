"""`redress db`: the tables' version, and what the installation uses."""

from __future__ import annotations

import typer
from rich import print as show

app = typer.Typer(no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Bring the tables to this version; run it after installing and after every update."""
    from casefile import schema, settings

    schema.upgrade(settings.load())
    show(f"The database is at schema {schema.head()}.")


@app.command()
def status() -> None:
    """Say where the database is and whether its tables fit this version."""
    from casefile import database, schema, settings

    found = settings.load()
    kind = "embedded" if found.database_url is None else "external"
    schema.require_current(database.engine_for(database.addresses(found).app))
    show(f"The {kind} database is at schema {schema.head()}; data directory {found.data_directory}.")
