"""`redress evaluate`: how often a matching is right, from its probabilities, from known truth, or from two blind reviews."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pyarrow as pa

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
        _reviewed(found, review, threshold)
    elif truth:
        sides = [_truth(truth, id_column, entity_column)]
        sides += [_truth(right_truth, right_id or id_column, entity_column)] if right_truth else []
        _measured(found, pairs, sides)
    else:
        _expected(pairs)


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


def _expected(pairs: pa.Table) -> None:
    from matching.evaluate import expected

    rows = [(row.threshold, row.pairs, row.precision, row.recall) for row in expected(pairs["probability"].to_numpy())]
    _print("Expected without labels", ("accepted from", "pairs", "precision", "recall"), rows)
    typer.echo(
        "Recall counts the matches among compared pairs only. The true rates need labels: --truth, or --draw and --review."
    )


def _measured(found: Path, pairs: pa.Table, sides: list[pa.Table]) -> None:
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
    _print(f"Measured against {true_pairs:,} true pairs", ("what", "precision", "recall", "F1", "promised precision"), rows)
    bands = measures.calibration(probabilities, same)
    _print(
        "Calibration",
        ("probability", "pairs", "promised", "true"),
        [(f"{band.low:g} to {band.high:g}", band.pairs, band.promised, band.true) for band in bands],
    )


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


def _reviewed(found: Path, sheets: list[Path], threshold: float) -> None:
    from matching import review_sample, review_sheets

    sample = _read(found / "sample.parquet")
    reviews = [review_sheets.read(path) for path in sheets]
    if len(reviews) > 1:
        _say_agreement(review_sheets.agreement(reviews[0], reviews[1]), settled=len(reviews) > 2)
    judged = review_sample.strata(sample, review_sheets.settled(reviews))
    rows = [(one.band, one.size, one.judged, one.matches, *_spread(one.precision)) for one in judged]
    _print("Judged by people", ("band", "pairs", "judged", "matches", "share", "from", "to (95 %)"), rows)
    accepted = review_sample.accepted_from(threshold)
    estimate = review_sample.estimate(judged, accepted)
    both = [("precision", *_spread(estimate.precision)), ("recall", *_spread(estimate.recall))]
    _print(f"Accepting pairs from {threshold:g} on", ("what", "estimate", "from", "to (95 %)"), both)


def _say_agreement(agreement: Any, *, settled: bool) -> None:
    kappa = "not known" if agreement.kappa is None else f"{agreement.kappa:.3f}"
    typer.echo(f"Both judged {agreement.both} pairs; Cohen's kappa {kappa}; they differ on {len(agreement.to_settle)}.")
    if agreement.to_settle and not settled:
        typer.echo(f"Not counted until a third review settles them: {', '.join(map(str, agreement.to_settle))}.")


def _spread(interval: Any) -> tuple[float, float, float]:
    return interval.share, interval.low, interval.high


def _print(title: str, headings: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number == 0 else "right")
    for row in rows:
        table.add_row(*map(_cell, row))
    Console(width=110).print(table)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "–" if value != value else f"{value:.4f}"  # noqa: PLR0124 -- the test of NaN
    return f"{value:,}" if isinstance(value, int) else str(value)
