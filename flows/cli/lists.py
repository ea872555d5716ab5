"""`redress lists`: check a list before it is taken in, import it into a case, and look at what was imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from casefile.errors import ListRefused
from casefile.words import SourceKind
from flows.cli import opening

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The list as it was received: CSV, TSV, pipe, fixed width, XLSX, XLSB, XLS or ODS.")]
Encoding = Annotated[str | None, typer.Option("--encoding", help="The encoding, if the proposal is wrong: utf-8, cp1252, ...")]
Delimiter = Annotated[str | None, typer.Option("--delimiter", help="What stands between two cells: a character, or 'tab'.")]
Widths = Annotated[str | None, typer.Option("--widths", help="Lengths of the columns of a fixed-width file, such as 20,30,2,5.")]
Sheet = Annotated[str | None, typer.Option("--sheet", help="The sheet of a spreadsheet. Default: the first with anything in it.")]
HasHeader = Annotated[
    bool | None, typer.Option("--header/--no-header", help="Whether the list has a header row. Default: we look.")
]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", help="A field and its column, such as postcode='Zip Cd'. Repeat it for more; replaces the proposal."),
]


def options(
    *,
    encoding: str | None,
    delimiter: str | None,
    widths: str | None,
    sheet: str | None,
    header: bool | None,
    mapping: list[str] | None,
) -> Any:
    """Return the reading options that a person gave; raises ListRefused for what cannot be meant."""
    from casefile.list_file.fixed_width import parse_widths
    from casefile.list_file.options import Options

    if delimiter in ("tab", "\\t"):
        delimiter = "\t"
    if delimiter is not None and len(delimiter) != 1:
        raise ListRefused(f"A delimiter is one character, not {delimiter!r}.")
    try:
        columns = parse_widths(widths) if widths else ()
    except ValueError as error:
        raise ListRefused(f"Widths are lengths such as 20,30,2,5, not {widths!r}.") from error
    return Options(
        encoding=encoding, delimiter=delimiter, widths=columns, sheet=sheet, header=header, mapping=_mapping(mapping) or None
    )


def _mapping(said: list[str] | None) -> dict[str, object]:
    chosen: dict[str, object] = {}
    for part in said or []:
        name, sign, column = part.partition("=")
        if not sign:
            raise ListRefused(f"A mapping is field=column, not {part!r}.")
        before = chosen.get(name.strip())
        chosen[name.strip()] = column if before is None else [*(before if isinstance(before, list) else [before]), column]
    return chosen


@app.command()
def check(  # typer reads them as options
    file: File,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
    rows: Annotated[bool, typer.Option("--rows", help="With --json: add the rows as they stand in the file.")] = False,
    fault_limit: Annotated[int, typer.Option("--faults", min=0, help="How many faults of rows to show.")] = 1_000,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    widths: Widths = None,
    sheet: Sheet = None,
    header: HasHeader = None,
    mapping: MapOption = None,
) -> None:
    """Say what a list is, which column holds what, how many rows would be taken, and what is wrong with the others."""
    from casefile.list_file import read
    from flows.cli import lists_shown

    said = options(encoding=encoding, delimiter=delimiter, widths=widths, sheet=sheet, header=header, mapping=mapping)
    if rows:
        report, records = read.check_with_records(file, said, fault_limit=fault_limit)
    else:
        report, records = read.check(file, said, fault_limit=fault_limit), []
    if not as_json:
        lists_shown.show_report(file.name, report)
        return
    answer = {key: report[key] for key in read.REPORT_KEYS} | ({"rows": records} if rows else {})
    typer.echo(json.dumps(answer, ensure_ascii=False))


@app.command(name="import")
def import_(  # typer reads them as options
    file: File,
    case: opening.CaseOption,
    kind: Annotated[
        SourceKind, typer.Option("--kind", help="What the list is to the case: who was disclosed, or how to reach them.")
    ] = SourceKind.DISCLOSURE_LIST,
    producer: Annotated[str, typer.Option("--producer", help="Who sent the list.")] = "",
    marketer: Annotated[str, typer.Option("--marketer", help="To whom the list was rented or sold.")] = "",
    protective_order: Annotated[str, typer.Option("--protective-order", help="The protective order that it came under.")] = "",
    docket: Annotated[
        str, typer.Option("--docket", help="The docket number that the sender named; another case's is refused.")
    ] = "",
    profile: Annotated[str | None, typer.Option("--profile", help="Use this saved mapping.")] = None,
    save_profile: Annotated[str | None, typer.Option("--save-profile", help="Save the mapping under this name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object with ids and counts.")] = False,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    widths: Widths = None,
    sheet: Sheet = None,
    header: HasHeader = None,
    mapping: MapOption = None,
) -> None:
    """Take a list into a case: the file as received, every row, and every fault. The same file twice changes nothing."""
    from casefile.sources import Description
    from flows import import_lists
    from flows.cli import lists_shown

    said = options(encoding=encoding, delimiter=delimiter, widths=widths, sheet=sheet, header=header, mapping=mapping)
    opened = opening.case(case)
    described = Description(
        kind=kind,
        producer=producer,
        marketer=marketer,
        protective_order_number=protective_order,
        docket_number=docket,
    )
    with lists_shown.progress(file.name) as advance:
        imported = import_lists.import_list(
            opened.settings,
            opened.engine,
            case_id=opened.case_id,
            actor=opening.actor(),
            path=file,
            description=described,
            options=said,
            profile=profile,
            save_profile=save_profile,
            progress=advance,
        )
    counts = import_lists.as_counts(imported)
    if as_json:
        typer.echo(json.dumps(counts))
    else:
        lists_shown.show_imported(file.name, counts)


@app.command()
def show(
    case: opening.CaseOption,
    file: Annotated[str | None, typer.Argument(help="Beginning of a file's SHA-256 or id: show its faults.")] = None,
    kind: Annotated[str | None, typer.Option("--fault", help="Only faults of this kind.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many faults to show.")] = 50,
) -> None:
    """Show the lists of a case with their counts, or one list with its mapping, its assumptions and its faults."""
    from casefile import database, sources
    from flows.cli import lists_shown

    opened = opening.case(case)
    with database.case_session(opened.engine, case_id=opened.case_id, actor=opening.actor()) as session:
        if file is None:
            lists_shown.show_files(sources.files(session))
            return
        found = sources.find(session, start=file)
        counts = sources.fault_counts(session, source_file_id=found.id)
        faults = sources.faults(session, source_file_id=found.id, kind=kind, limit=limit)
        lists_shown.show_file(found, counts, faults)
