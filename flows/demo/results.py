"""What the demonstration found, against the truth that only it may read: joins of rows, matches of claims, and reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from rich.table import Table

from casefile.reports import Status


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with the counts behind it."""

    right: int
    of: int

    @property
    def share(self) -> float:
        """Right ones over all, 0 to 1; an empty set has nothing wrong."""
        return self.right / self.of if self.of else 1.0

    def __str__(self) -> str:
        return f"{self.share:.4f} ({self.right:,} of {self.of:,})"


def row_truth(truth: Path) -> pd.DataFrame:
    """Return `file`, `row` and `person_id` of every row that is about a person."""
    rows = pq.read_table(truth / "rows.parquet").to_pandas()
    people = rows[rows["kind"] == "person"]
    files = people["file"].map(lambda name: Path(name).name)
    return pd.DataFrame({"file": files, "row": people["row"], "person": people["person_id"]})


def joins(placed: pa.Table, truth: pd.DataFrame) -> tuple[Rate, Rate, dict[str, str]]:
    """Return precision and recall over pairs of rows, and which person each member is (the one with most of its rows)."""
    found = placed.to_pandas()
    found["row"] = found.pop("row_number").astype("int64")
    both = found.merge(truth, on=["file", "row"], how="inner")
    cells = both.groupby(["member_id", "person"]).size()
    right = int(_pairs(cells).sum())
    joined = int(_pairs(both.groupby("member_id").size()).sum())
    true = int(_pairs(both.groupby("person").size()).sum())
    most = cells.reset_index(name="rows").sort_values(["member_id", "rows", "person"]).drop_duplicates("member_id", keep="last")
    return Rate(right, joined), Rate(right, true), dict(zip(most["member_id"], most["person"], strict=True))


def _pairs(sizes: pd.Series) -> pd.Series:
    return sizes * (sizes - 1) // 2


def claims_expected(truth: Path) -> dict[str, str]:
    """Return the person whom each claim of the truth must find, "" for people who are not in the class."""
    options = pa_csv.ConvertOptions(column_types={"claim": pa.string(), "expected_person_id": pa.string()})
    table = pa_csv.read_csv(truth / "claims.csv", convert_options=options)
    people = (person or "" for person in table["expected_person_id"].to_pylist())
    return dict(zip(table["claim"].to_pylist(), people, strict=True))


def matches(
    proposals: pa.Table, filed: Mapping[str, str], expected: Mapping[str, str], person_of: Mapping[str, str]
) -> tuple[Rate, Rate, Rate, Rate]:
    """Return automatic precision and recall, recall among all proposals, and how many outsiders were approved.

    `filed` says under which number each claim of the truth was receipted.
    """
    wanted = {number: expected[claim] for claim, number in filed.items()}
    approved: dict[str, str] = {}
    proposed: dict[str, set[str]] = {}
    for row in proposals.to_pylist():
        if row["matched_member_id"]:
            approved[row["number"]] = person_of.get(row["matched_member_id"], "?")
        if row["member_id"]:
            proposed.setdefault(row["number"], set()).add(person_of.get(row["member_id"], "?"))
    insiders = {number for number, person in wanted.items() if person}
    right = [number for number, person in approved.items() if wanted.get(number) == person]
    return (
        Rate(len(right), len(approved)),
        Rate(len(insiders & set(right)), len(insiders)),
        Rate(sum(wanted[number] in proposed.get(number, set()) for number in insiders), len(insiders)),
        Rate(len(set(approved) & (set(wanted) - insiders)), len(set(wanted) - insiders)),
    )


def table(join_precision: Rate, join_recall: Rate, rates: tuple[Rate, Rate, Rate, Rate], status: Status) -> Table:
    """Return the measured results for the terminal."""
    shown = Table("measured against the truth of the sample", "share", "counts", title="What was found")
    rows = (
        ("joins of rows to one person: precision", join_precision),
        ("joins of rows to one person: recall", join_recall),
        ("claims accepted without a person: precision", rates[0]),
        ("claims accepted without a person: recall", rates[1]),
        ("claims with the right member among the candidates", rates[2]),
        ("claims of people outside the class, accepted", rates[3]),
        ("reach: accepted and not returned (not: received, not: read)", Rate(status.members_reached, status.members)),
    )
    for words, rate in rows:
        shown.add_row(words, f"{rate.share:.2%}", f"{rate.right:,} of {rate.of:,}")
    return shown
