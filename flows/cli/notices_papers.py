"""`redress notices proof | reach | postal | letters`: the papers about a mailing, and the mailing on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.opening import CaseOption, actor, case

if TYPE_CHECKING:
    from notices.sending import Desk

Out = Annotated[Path, typer.Option(help="Folder into which the files are written.")]


def add_to(app: typer.Typer) -> None:
    """Put the commands of this module into the group `redress notices`."""
    for command in (reach, proof, postal, postal_returned, letters):
        app.command(command.__name__.replace("_", "-"))(command)


def _desk(case_name: str) -> Desk:
    from notices.sending import Desk

    opened = case(case_name)
    return Desk(opened.settings, opened.engine, opened.case_id, actor())


def reach(case_name: CaseOption, out: Out = Path("reach")) -> None:
    """Write the reach report: a PDF for the court, every member's result as CSV, and the figures as JSON."""
    from rich import print as show
    from rich.table import Table

    from notices import reach as report

    written = report.write(_desk(case_name), folder=out)
    found = written.found
    table = Table("what became of it", "members")
    table.add_row("class", f"{found.class_size:,}")
    for name, count in report.waterfall(found):
        table.add_row(f"  {name}", f"{count:,}")
    show(table)
    by_mail, with_post = (report.percent(part, found.class_size) for part in (found.reached, found.reached + found.posted))
    typer.echo(f"Reach: {by_mail} by e-mail, {with_post} with post. Accepted is not read.")
    for fault in found.faults():
        typer.echo(f"Not final: {fault}", err=True)
    for path in (written.paper, written.annex, written.data):
        typer.echo(str(path))


def proof(
    member: Annotated[str, typer.Argument(help="The member's notice ID, as the notice prints it.")],
    case_name: CaseOption,
    out: Annotated[Path | None, typer.Option(help="Write PDF, JSON and the messages into this folder.")] = None,
) -> None:
    """Show one person's proof: the notices as sent, every attempt with the server's reply, and what came back."""
    from notices import proof as proofs

    found = proofs.of_member(_desk(case_name), member=member)
    for line in proofs.lines(found):
        typer.echo(line)
    for path in proofs.write(found, folder=out) if out else ():
        typer.echo(str(path))


def postal(
    case_name: CaseOption,
    out: Out = Path("postal"),
    undelivered: Annotated[bool, typer.Option(help="Also list those whose mail came back for another reason.")] = False,
    postcards: Annotated[bool, typer.Option(help="Also write the postcards of the new file as PDF.")] = False,
) -> None:
    """List those whom e-mail does not reach for the mail house; who stands in a file already is not listed again."""
    from notices import postal as files

    desk = _desk(case_name)
    written = files.write(desk, folder=out, with_undelivered=undelivered)
    listing = written.listing
    typer.echo(f"{listing.wanted:,} members are not reached by e-mail:")
    for outcome, said in files.OUTCOMES.items():
        typer.echo(f"{listing.counts.get(outcome, 0):>10,}  {said}")
    paths = list(written.paths)
    if listing.file is None:
        typer.echo("Nobody new is to be written to, so there is no new file.")
    elif postcards:
        paths += files.postcards(desk, folder=out, number=listing.file.number)
    for path in paths:
        typer.echo(str(path))


def postal_returned(
    file: Annotated[Path, typer.Argument(help="CSV with the columns notice_id and, if known, reason.")], case_name: CaseOption
) -> None:
    """Record letters that the post brought back; every line is counted."""
    from notices import postal as files

    read = files.record_returned(_desk(case_name), path=file)
    typer.echo(f"{read.lines:,} lines: {read.recorded:,} letters recorded, {len(read.faults):,} lines not.")
    for fault in read.faults:
        typer.echo(fault, err=True)
    if read.faults:
        raise typer.Exit(1)


def letters(case_name: CaseOption, out: Out = Path("letters"), kind: str = "class_notice") -> None:
    """Write the long-form notice as PDF in every language, and a postcard to an imagined person as a proof."""
    from notices import postal as files

    for path in files.proofs(_desk(case_name), folder=out, kind=kind):
        typer.echo(str(path))
