"""`redress audit`: the proof that nothing in a case's trail was altered, removed or reordered."""

from __future__ import annotations

import typer
from rich import print as show

from flows.cli.opening import CaseOption, actor, case

app = typer.Typer(no_args_is_help=True)


@app.command()
def verify(case_name: CaseOption) -> None:
    """Recompute the chain of a case; exit status 1 and each broken entry by number if it does not hold."""
    from casefile import audit, database

    opened = case(case_name)
    with database.case_session(opened.engine, case_id=opened.case_id, actor=actor()) as session:
        proof = audit.verify(session)
    for fault in proof.faults:
        show(f"[red]broken[/red]: {fault.text}")
    show(f"{proof.entries} entries read, {len(proof.faults)} faults, head of the chain {proof.head_hash[:16] or 'none'}")
    if proof.faults:
        raise typer.Exit(1)


@app.command("show")
def show_entries(
    case_name: CaseOption, subject: str = typer.Option("", help="Only this kind, e.g. claim."), limit: int = 50
) -> None:
    """List the newest entries: who did what to which subject, and when."""
    from rich.table import Table

    from casefile import audit, database

    opened = case(case_name)
    with database.case_session(opened.engine, case_id=opened.case_id, actor=actor()) as session:
        entries = audit.entries(session, subject=subject or None, limit=limit)
    table = Table("number", "at (UTC)", "actor", "action", "subject")
    for entry in entries:
        table.add_row(
            str(entry.number), f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.actor, entry.action, f"{entry.subject} {entry.subject_id}"
        )
    show(table)
