"""`redress reports`: the counts of a case at one moment, checked to add up."""

from __future__ import annotations

import json

import typer
from rich import print as show

from flows.cli.opening import CaseOption, actor, case

app = typer.Typer(no_args_is_help=True)


@app.command()
def status(case_name: CaseOption, as_json: bool = typer.Option(False, "--json", help="Print one JSON object.")) -> None:
    """Show where a case stands; exit status 1 if any count does not add up."""
    from casefile import database, reports

    opened = case(case_name)
    with database.case_session(opened.engine, case_id=opened.case_id, actor=actor()) as session:
        found = reports.status(session)
    if as_json:
        typer.echo(json.dumps(reports.as_json(found), sort_keys=True))
    else:
        show(table_of(found, title=f"{opened.slug} at {found.at:%Y-%m-%d %H:%M} UTC"))
    if found.faults():
        for fault in found.faults():
            typer.echo(f"does not add up: {fault}", err=True)
        raise typer.Exit(1)


@app.command()
def write(case_name: CaseOption) -> None:
    """Write the status report as a file into the data directory."""
    from flows import reports

    opened = case(case_name)
    show(reports.write(opened.engine, case_id=opened.case_id, actor=actor()))


def table_of(found: object, *, title: str) -> object:
    """Return a status as a table for the terminal."""
    from rich.table import Table

    from casefile.reports import Status

    assert isinstance(found, Status)
    table = Table("what", "count", "of which", title=title)
    table.add_row("source rows", f"{found.rows_in:,}", _parts(found.rows_by_outcome))
    table.add_row("class members", f"{found.members:,}", f"{found.members_reached:,} reached ({found.reach:.1%})")
    table.add_row("notices", f"{found.notices:,}", _parts(found.notices_by_status))
    table.add_row("claims", f"{found.claims:,}", _parts(found.claims_by_status))
    table.add_row("", "", _parts(found.claims_by_band))
    table.add_row("decisions by people", f"{found.decisions:,}", "")
    table.add_row("exclusions", f"{found.exclusions:,}", "")
    return table


def _parts(parts: object) -> str:
    assert isinstance(parts, dict)
    return ", ".join(f"{word.replace('_', ' ')} {number:,}" for word, number in sorted(parts.items(), key=lambda part: -part[1]))
