"""`redress evaluate`: how often a matching is right, from its probabilities, from known truth, or from two blind reviews."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pyarrow as pa

    from matching.report import Table
    from matching.types import Schema

app = typer.Typer(help=__doc__)

Found = Annotated[Path, typer.Argument(help="The folder that redress dedupe or redress link wrote.", show_default=False)]
Truth = Annotated[Path | None, typer.Option("--truth", help="CSV or parquet with the id of each row and whose it is.")]
RightTruth = Annotated[Path | None, typer.Option("--right-truth", help="The same for the right table of a link.")]
IdColumn = Annotated[str, typer.Option("--id", help="Column of the truth that holds the row's id.")]
EntityColumn = Annotated[str, typer.Option("--entity", help="Column of the truth that holds the person.")]
RightId = Annotated[str | None, typer.Option("--right-id", help="The id column of --right-truth, if it has another name.")]
Draw = Annotated[int | None, typer.Option("--draw", min=1, help="Draw so many pairs of every band for two blind reviews.")]
Rows = Annotated[Path | None, typer.Option("--rows", help="With --draw: the file that was matched (the left one of a link).")]
Right = Annotated[Path | None, typer.Option("--right", help="With --draw: the right file of a link.")]
SchemaFile = Annotated[Path | None, typer.Option("--schema", help="With --draw: the schema that was used.")]
Seed = Annotated[int, typer.Option("--seed", help="With --draw: another number, another sample.")]
Review = Annotated[list[Path] | None, typer.Option("--review", help="A filled sheet; give two, and a third to settle.")]
Threshold = Annotated[float, typer.Option("--threshold", help="With --review: pairs accepted from this probability on.")]


@app.command()
def evaluate(
    *,
    found: Found,
    truth: Truth = None,
    right_truth: RightTruth = None,
    id_column: IdColumn = "id",
    entity_column: EntityColumn = "entity",
    right_id: RightId = None,
    draw: Draw = None,
    rows: Rows = None,
    right: Right = None,
    schema: SchemaFile = None,
    seed: Seed = 1,
    review: Review = None,
    threshold: Threshold = 0.5,
) -> None:
    """Say how often a matching is right.

    Alone: expected precision and recall without labels. With --truth: measured against known people. With --draw: two sheets
    for blind reviewers (review_a.csv, review_b.csv). With --review: precision and recall with intervals, and their agreement.
    """
    pairs = _read(found / "pairs.parquet")
    if draw:
        _draw(found, pairs, draw, [path for path in (rows, right) if path], schema, seed=seed)
    elif review:
        _write(found, *_reviewed(found, review, threshold))
    elif truth:
        sides = [_truth(truth, id_column, entity_column)]
        sides += [_truth(right_truth, right_id or id_column, entity_column)] if right_truth else []
        _write(found, *_measured(found, pairs, sides))
    else:
        _print(_expected(pairs))
        typer.echo(
            "Recall counts the matches among compared pairs only. True rates need labels: --truth, or --draw and --review."
        )


def _read(path: Path) -> pa.Table:
    """Read a table of the folder as it was written, numbers as numbers."""
    import pyarrow.parquet as pq

    from matching.errors import TableFaulty

    if not path.is_file():
        raise TableFaulty(f"{path}: there is no such file; give the folder that redress dedupe or redress link wrote.")
    return pq.read_table(path)


def _truth(path: Path, id_column: str, entity_column: str) -> pa.Table:
    from matching.errors import LabelsFaulty
    from matching.tables import read_table

    table = read_table(path)
    for option, column in (("--id", id_column), ("--entity", entity_column)):
        if column not in table.column_names:
            raise LabelsFaulty(f"{path}: there is no column {column!r} ({option}); it has {', '.join(table.column_names)}.")
    return table.select([id_column, entity_column]).rename_columns(["id", "entity"])


def _expected(pairs: pa.Table) -> Table:
    from matching.evaluate import expected

    rows = [(f"{row.threshold:g}", row.pairs, row.precision, row.recall) for row in expected(pairs["probability"].to_numpy())]
    return _table("Expected without labels", ("accepted from", "pairs", "precision", "recall"), rows)


def _measured(found: Path, pairs: pa.Table, sides: list[pa.Table]) -> tuple[str, list[Table], list[str], str]:
    """Return what the truth says: opening sentence, tables, remarks, and the calibration as SVG."""
    from matching import charts
    from matching import evaluate as measures

    same, true_pairs = measures.same_entity(pairs, *sides)
    probabilities = pairs["probability"].to_numpy()
    rows: list[tuple[Any, ...]] = []
    for limit in (0.5, 0.95):
        one = measures.pairwise(same, probabilities, true_pairs, limit)
        promised = float(probabilities[probabilities >= limit].mean()) if (probabilities >= limit).any() else float("nan")
        rows.append((f"pairs from {limit:g}", one.precision, one.recall, one.f1, promised))
    if (found / "clusters.parquet").is_file():
        one = measures.clusters(_read(found / "clusters.parquet"), sides[0])
        rows.append(("clusters", one.precision, one.recall, one.f1, ""))
    bands = measures.calibration(probabilities, same)
    shares = [(f"{band.low:g} to {band.high:g}", band.pairs, band.promised, band.true) for band in bands]
    tables = [
        _table("Against the truth", ("what", "precision", "recall", "F1", "promised precision"), rows),
        _table("Calibration", ("probability", "pairs", "promised", "true"), shares),
    ]
    return f"Measured against {true_pairs:,} known pairs of one person.", tables, [], charts.calibration(bands)


def _draw(found: Path, pairs: pa.Table, per_band: int, files: list[Path], schema_path: Path | None, *, seed: int) -> None:
    import pyarrow.parquet as pq

    from matching import review_sample, review_sheets
    from matching.errors import SchemaFaulty

    if schema_path is None or not files:
        raise SchemaFaulty("--draw needs the file that was matched (--rows, and --right for a link) and its --schema.")
    sides = _sides(files, schema_path)
    table, schema = sides[0]
    paired = set(pairs["left_id"].to_pylist()) | (set(pairs["right_id"].to_pylist()) if len(sides) == 1 else set())
    unmatched = [one for one in table[schema.id].to_pylist() if one not in paired]
    sample = review_sample.draw(pairs, per_band=per_band, seed=seed, unmatched=unmatched)
    pq.write_table(sample, found / "sample.parquet")
    review_sheets.write(found / "review_a.csv", sample, sides)
    review_sheets.write(found / "review_b.csv", sample, sides, backwards=True)
    typer.echo(f"{sample.num_rows} pairs drawn: give review_a.csv and review_b.csv to two people who do not speak about them.")
    typer.echo("They write same, different or unsure into the answer column. sample.parquet is the key; keep it from them.")


def _sides(files: list[Path], schema_path: Path) -> list[tuple[pa.Table, Schema]]:
    from matching.schema import check, load
    from matching.tables import read_table

    fields = load(schema_path)
    schemas = fields if isinstance(fields, tuple) else (fields,) * len(files)
    sides = [(read_table(path), one) for path, one in zip(files, schemas, strict=False)]
    for (table, one), path in zip(sides, files, strict=True):
        check(table, one, path=path, schema_path=schema_path)
    return sides


def _reviewed(found: Path, sheets: list[Path], threshold: float) -> tuple[str, list[Table], list[str], str]:
    """Return what reviewers say: opening sentence, tables, remarks on their agreement, no picture."""
    from matching import review_sample, review_sheets

    accepted = review_sample.accepted_from(threshold)
    sample = _read(found / "sample.parquet")
    reviews = [review_sheets.read(path) for path in sheets]
    remarks = _agreement(reviews) if len(reviews) > 1 else ["One review only: how far two people agree is not known."]
    judged = review_sample.strata(sample, review_sheets.settled(reviews))
    rows = [(one.band, one.size, one.judged, one.matches, *_spread(one.precision)) for one in judged]
    estimate = review_sample.estimate(judged, accepted)
    both = [("precision", *_spread(estimate.precision)), ("recall", *_spread(estimate.recall))]
    tables = [
        _table("Judged by people", ("band", "pairs", "judged", "matches", "share", "from", "to (95 %)"), rows),
        _table(f"Accepting pairs from {threshold:g} on", ("what", "estimate", "from", "to (95 %)"), both),
    ]
    return f"Estimated from {sample.num_rows:,} pairs that people judged without seeing a score.", tables, remarks, ""


def _agreement(reviews: list[dict[int, bool]]) -> list[str]:
    from matching.review_sheets import agreement

    found = agreement(reviews[0], reviews[1])
    kappa = "not known" if found.kappa is None else f"{found.kappa:.3f}"
    said = [f"Two reviewers judged {found.both} pairs both; Cohen's kappa is {kappa}; they differ on {len(found.to_settle)}."]
    if found.to_settle and len(reviews) == 2:
        said.append(f"Not counted until a third review settles them: {', '.join(map(str, found.to_settle))}.")
    return said


def _write(found: Path, opening: str, tables: list[Table], remarks: list[str], chart: str) -> None:
    """Print the tables, and write them as evaluation.html beside the matching."""
    from matching.report import render_evaluation

    typer.echo(opening)
    for table in tables:
        _print(table)
    for remark in remarks:
        typer.echo(remark)
    page = found / "evaluation.html"
    page.write_text(render_evaluation(tables, opening=opening, remarks=remarks, chart=chart), encoding="utf-8")
    typer.echo(f"Written to {page}.")


def _spread(interval: Any) -> tuple[float, float, float]:
    return interval.share, interval.low, interval.high


def _table(title: str, headings: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Table:
    from matching.report import Table

    return Table(title, headings, tuple(tuple(map(_cell, row)) for row in rows))


def _print(table: Table) -> None:
    from rich.console import Console
    from rich.table import Table as Printed

    printed = Printed(title=table.title, title_justify="left")
    for number, heading in enumerate(table.headings):
        printed.add_column(heading, justify="left" if number == 0 else "right")
    for row in table.rows:
        printed.add_row(*row)
    Console(width=110).print(printed)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "–" if value != value else f"{value:.4f}"  # noqa: PLR0124 -- the test of NaN
    return f"{value:,}" if isinstance(value, int) else str(value)
