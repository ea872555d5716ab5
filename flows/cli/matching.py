"""`redress dedupe`, `redress link` and `redress evaluate`: matching files of people, without a case and without a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pyarrow as pa

    from matching.engine import Link
    from matching.model import Model
    from matching.types import Schema

app = typer.Typer(help=__doc__, no_args_is_help=True)

Rows = Annotated[Path, typer.Argument(help="CSV or parquet file of people.", show_default=False)]
SchemaFile = Annotated[Path, typer.Option("--schema", help="TOML file that says which column holds what.", show_default=False)]
Out = Annotated[Path, typer.Option("--out", help="Folder for pairs, clusters, model and report.", show_default=False)]
ModelFile = Annotated[Path | None, typer.Option("--model", help="A model.json learned before; else one is learned.")]
Threads = Annotated[int | None, typer.Option("--threads", min=1, help="Threads; all cores by default.")]
Report = Annotated[bool, typer.Option("--report/--no-report", help="Write report.html.")]


@app.command()
def dedupe(
    *, rows: Rows, schema: SchemaFile, out: Out, model: ModelFile = None, threads: Threads = None, report: Report = True
) -> None:
    """Find the rows of one file that are the same person.

    Writes pairs.parquet, clusters.parquet, model.json and report.html.
    """
    from matching import engine
    from matching.errors import SchemaFaulty

    with _steps(4 if report else 3) as step:
        step(f"Reading {rows.name}")
        fields = _one(schema)
        if isinstance(fields, tuple):
            raise SchemaFaulty(f"{schema}: the schema is for two tables ([left] and [right]); dedupe reads one.")
        table = _read(rows, fields, schema)
        step(f"Matching {table.num_rows:,} rows")
        found = engine.dedupe(table, fields, model=_model(model), threads=threads)
        step("Writing")
        _write(found, out, {"pairs": found.pairs, "clusters": found.clusters})
        if report:
            step("Writing the report")
            _report(found, out, [(rows, table, fields)])
    people = found.clusters["cluster"].combine_chunks().unique()
    typer.echo(
        f"{table.num_rows:,} rows are {len(people):,} people; {_likely(found):,} pairs of rows at probability 0.5 or more."
    )
    typer.echo(f"Written to {out}.")


@app.command()
def link(
    *,
    left: Rows,
    right: Rows,
    schema: SchemaFile,
    out: Out,
    model: ModelFile = None,
    threads: Threads = None,
    report: Report = True,
) -> None:
    """Find the people of one file (LEFT, such as claims) in another (RIGHT, such as the class list).

    Writes pairs.parquet, model.json and report.html.
    """
    from matching import engine

    with _steps(5 if report else 4) as step:
        fields = _one(schema)
        sides = fields if isinstance(fields, tuple) else (fields, fields)
        step(f"Reading {left.name}")
        left_table = _read(left, sides[0], schema)
        step(f"Reading {right.name}")
        right_table = _read(right, sides[1], schema)
        step(f"Matching {left_table.num_rows:,} x {right_table.num_rows:,} rows")
        found = engine.link(left_table, right_table, sides[0], sides[1], model=_model(model), threads=threads)
        step("Writing")
        _write(found, out, {"pairs": found.pairs})
        if report:
            step("Writing the report")
            _report(found, out, [(left, left_table, sides[0]), (right, right_table, sides[1])])
    typer.echo(f"{_likely(found):,} pairs at probability 0.5 or more; {found.pairs.num_rows:,} kept in all.")
    typer.echo(f"Written to {out}.")


@contextmanager
def _steps(total: int) -> Iterator[Callable[[str], None]]:
    """Show a progress bar on standard error that names the step under way and its time."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Starting", total=total)
        begun = False

        def step(words: str) -> None:
            nonlocal begun
            progress.update(task, description=words, advance=1 if begun else 0)
            begun = True

        yield step


def _one(schema: Path) -> Schema | tuple[Schema, Schema]:
    from matching.schema import load

    return load(schema)


def _read(path: Path, schema: Schema, schema_path: Path) -> pa.Table:
    from matching.schema import check
    from matching.tables import read_table

    table = read_table(path)
    check(table, schema, path=path, schema_path=schema_path)
    return table


def _model(path: Path | None) -> Model | None:
    from matching.errors import ModelFaulty
    from matching.model import Model

    if path is None:
        return None
    if not path.is_file():
        raise ModelFaulty(f"{path}: there is no such model file.")
    return Model.load(path)


def _write(found: Link, out: Path, tables: dict[str, pa.Table]) -> None:
    import pyarrow.parquet as pq

    from matching.errors import TableFaulty

    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            pq.write_table(table, out / f"{name}.parquet")
        found.model.save(out / "model.json")
    except OSError as error:
        raise TableFaulty(f"{out}: the results cannot be written there ({error.strerror or error}).") from error


def _report(found: Link, out: Path, sides: list[tuple[Path, pa.Table, Schema]]) -> None:
    from matching.report import Side, write

    write(found, sides=[Side(path.name, table, schema, path) for path, table, schema in sides], path=out / "report.html")


def _likely(found: Link) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(pc.greater_equal(found.pairs["probability"], 0.5)).as_py() or 0)
