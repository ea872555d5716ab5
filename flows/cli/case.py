"""`redress case`: check a case folder, open it in the database, and list the cases that are open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from flows.cli import opening

if TYPE_CHECKING:
    from casefile.case_folder import CaseFolder
    from casefile.cases import OpenedCase

app = typer.Typer(no_args_is_help=True)
FolderArgument = Annotated[Path, typer.Argument(help="The case folder: case.toml, its merchants and its notices.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def check(folder: FolderArgument, *, as_json: JsonOption = False) -> None:
    """Check a case folder with its notices and report every fault with its file and line; nothing is stored."""
    from casefile.case_file.read import check_case_folder

    checked = check_case_folder(folder)
    case = checked.case
    faults = [str(fault) for fault in checked.faults] if case is None else _notice_faults(case)
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "sound": not faults, "faults": faults}, ensure_ascii=False))
    else:
        for fault in faults:
            typer.echo(fault)
        if case is not None and not faults:
            typer.echo(f"{case.short_name}: no fault found ({len(case.merchants)} merchants, {', '.join(case.languages)}).")
    if faults:
        raise typer.Exit(2)


@app.command(name="open")
def open_(folder: FolderArgument) -> None:
    """Check a case folder and load it into the database; doing it again brings over what changed."""
    from casefile import cases, database
    from casefile.case_file.read import read_case_folder
    from casefile.errors import CaseFolderFaulty

    case = read_case_folder(folder.absolute())
    if faults := _notice_faults(case):
        raise CaseFolderFaulty(f"the notices of {folder} have faults:\n" + "\n".join(faults))
    _, engine = opening.installation()
    with database.open_session(engine, actor=opening.actor()) as session:
        opened = cases.open_folder(session, folder=case)
    typer.echo(_sentence(opened))


@app.command(name="list")
def list_() -> None:
    """List the open cases with their deadlines."""
    from casefile import cases, database

    _, engine = opening.installation()
    with database.open_session(engine, actor=opening.actor()) as session:
        found = cases.every(session)
    if not found:
        typer.echo("No case is open yet. Open one with: redress case open FOLDER")
        return
    table = Table("case", "name", "docket", "claim deadline", "folder")
    for case in found:
        deadline = case.facts.get("dates", {}).get("claim_deadline", "")
        table.add_row(case.slug, case.short_name, case.facts.get("docket_number", ""), deadline, case.folder)
    Console().print(table)


def _notice_faults(case: CaseFolder) -> list[str]:
    """Return what is wrong with the notice templates of a case; the one that no case can do without is the class notice."""
    from casefile.errors import TemplateFaults
    from notices.templates import read_kind

    sender = {name: getattr(case.mail, name) for name in ("sender_name", "sender_address", "reply_to")}
    faults = []
    if not (case.notices_path / "class_notice").is_dir():
        faults.append("notices: there is no folder class_notice with the notice that the court ordered.")
    kinds = sorted(path for path in case.notices_path.glob("*") if path.is_dir())
    for kind in kinds:
        try:
            read_kind(kind, languages=case.languages, sender=sender)
        except TemplateFaults as error:
            faults.extend(f"notices/{kind.name}: {line}" for line in str(error).splitlines())
    return faults


def _sentence(opened: OpenedCase) -> str:
    merchants = (
        f"merchants: {opened.merchants_added} added, {opened.merchants_changed} changed, {opened.merchants_removed} removed"
    )
    if opened.merchants_kept:
        merchants += f", {opened.merchants_kept} kept because disclosures name them"
    if opened.is_new:
        return f'Opened the case "{opened.slug}" ({merchants}).'
    if opened.changed or opened.merchants_added or opened.merchants_changed or opened.merchants_removed:
        changed = ", ".join(opened.changed) or "no facts"
        return f'Brought the case "{opened.slug}" up to date: {changed} changed; {merchants}.'
    return f'The case "{opened.slug}" was open already and nothing in its folder has changed.'
