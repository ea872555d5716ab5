"""`redress class-list`: from source rows to class members, and the counts of them."""

from __future__ import annotations

import typer
from rich import print as show

from flows.cli.opening import CaseOption, actor, case

app = typer.Typer(no_args_is_help=True)


@app.command()
def build(case_name: CaseOption) -> None:
    """Consolidate the source rows to class members; running it again changes nothing."""
    from flows import class_list

    opened = case(case_name)
    show(class_list.build(opened.engine, case_id=opened.case_id, actor=actor()))


@app.command()
def counts(case_name: CaseOption) -> None:
    """Show the class list by rows, persons, households and state."""
    from rich.table import Table

    from casefile import class_list, database

    opened = case(case_name)
    with database.case_session(opened.engine, case_id=opened.case_id, actor=actor()) as session:
        found = class_list.counts(session)
    table = Table("what", "count", title=f"Class list of {opened.slug}")
    for name in ("source_rows", "rows_in_class", "persons", "households", "with_email", "with_address"):
        table.add_row(name.replace("_", " "), f"{getattr(found, name):,}")
    for region, number in found.by_region.items():
        table.add_row(f"state {region or 'unknown'}", f"{number:,}")
    show(table)
