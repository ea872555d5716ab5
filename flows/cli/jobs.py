"""`redress jobs`: work that the console asked for, and the dispatcher that hands it to Prefect."""

from __future__ import annotations

import typer
from rich import print as show

from flows.cli.opening import CaseOption, actor, case, installation

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_jobs(case_name: CaseOption, limit: int = 20) -> None:
    """List the newest jobs of a case with what came of them."""
    from rich.table import Table

    from casefile import database, jobs

    opened = case(case_name)
    with database.case_session(opened.engine, case_id=opened.case_id, actor=actor()) as session:
        found = jobs.latest(session, limit=limit)
    table = Table("requested at (UTC)", "kind", "status", "by", "flow run", "result")
    for job in found:
        result = job.error or ", ".join(f"{name} {value}" for name, value in job.result.items() if isinstance(value, int))
        table.add_row(
            f"{job.requested_at:%Y-%m-%d %H:%M:%S}", job.kind, job.status, job.requested_by, job.flow_run_id or "", result
        )
    show(table)


@app.command()
def dispatch(once: bool = typer.Option(False, help="Look once and end.")) -> None:
    """Start a flow run for every job that waits; without --once until interrupted."""
    from flows import dispatcher

    _, engine = installation()
    if once:
        show(f"{dispatcher.dispatch_once(engine)} jobs started")
    else:
        dispatcher.watch(engine)
