"""`redress lists`: check a list before it is taken in, import it into a case, and look at what was imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from casefile.errors import ListRefused

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
def check(  # noqa: PLR0917  # typer reads them as options
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
