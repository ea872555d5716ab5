"""The sheets that two reviewers fill in, each alone and without a score, and the key that stays with the office."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from matching.errors import LabelsFaulty
from matching.intervals import cohen_kappa
from matching.schema import columns_of
from matching.types import Schema

SAME, DIFFERENT, UNSURE = "same", "different", "unsure"
ANSWERS = {
    "same": True,
    "s": True,
    "yes": True,
    "y": True,
    "1": True,
    "different": False,
    "d": False,
    "no": False,
    "n": False,
    "0": False,
}
"""What may stand in the answer column; `unsure`, `u`, `?` and an empty cell give no answer."""

_NO_ANSWER = frozenset({"", "unsure", "u", "?"})


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two reviewers agree: pairs judged by both, Cohen's kappa, and the pairs that a third must settle."""

    both: int
    kappa: float | None
    to_settle: tuple[int, ...]


def write(path: Path, sample: pa.Table, sides: Sequence[tuple[pa.Table, Schema]], *, backwards: bool = False) -> None:
    """Write one reviewer's sheet: the sample's pairs with all their columns side by side, an empty answer, and no score.

    The second reviewer gets the pairs in the opposite order (`backwards`), so that tiredness does not fall on the same ones.
    """
    left, right = sides[0], sides[-1]
    rows = list(_rows(sample, left, right))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["sample_id", "answer", "left_id", "right_id", *_headings("left", left[1]), *_headings("right", right[1])]
        )
        writer.writerows(reversed(rows) if backwards else rows)


def read(path: Path) -> dict[int, bool]:
    """Return the answers of a filled sheet by sample id; raises LabelsFaulty naming the line of an answer not understood."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return dict(_answers(csv.DictReader(file), path))
    except (OSError, UnicodeError, csv.Error) as error:
        raise LabelsFaulty(f"{path}: the sheet cannot be read ({error}).") from error


def agreement(first: Mapping[int, bool], second: Mapping[int, bool]) -> Agreement:
    """Return how two reviews agree on the pairs that both judged."""
    both = sorted(first.keys() & second.keys())
    kappa = cohen_kappa([first[one] for one in both], [second[one] for one in both]) if both else None
    return Agreement(len(both), kappa, tuple(one for one in both if first[one] != second[one]))


def settled(reviews: Sequence[Mapping[int, bool]]) -> dict[int, bool]:
    """Return the answers on which all reviews agree; a third review decides where the first two differ."""
    if len(reviews) == 1:
        return dict(reviews[0])
    first, second, *third = reviews
    agreed = {one: first[one] for one in first.keys() & second.keys() if first[one] == second[one]}
    for review in third:
        agreed.update({one: answer for one, answer in review.items() if one not in agreed})
    return agreed


def _headings(side: str, schema: Schema) -> list[str]:
    return [f"{side} {column}" for _, column in columns_of(schema)[1:]]


def _rows(sample: pa.Table, left: tuple[pa.Table, Schema], right: tuple[pa.Table, Schema]) -> Iterator[list[str | None]]:
    of_left = _values(left, sample["left_id"].to_pylist())
    of_right = _values(right, sample["right_id"].to_pylist())
    for row, a, b in zip(sample.to_pylist(), of_left, of_right, strict=True):
        yield [row["sample_id"], "", row["left_id"], row["right_id"], *map(_cell, a), *map(_cell, b)]


def _values(side: tuple[pa.Table, Schema], ids: Sequence[str | None]) -> list[list[str | None]]:
    """Return the columns of rows by id; a pair without a right row (no candidate) has empty cells."""
    table, schema = side
    names = [column for _, column in columns_of(schema)[1:]]
    at = {key: row for row, key in enumerate(table[schema.id].to_pylist())} if ids else {}
    columns = [table[name] for name in names]
    return [[column[at[one]].as_py() for column in columns] if one in at else [None] * len(names) for one in ids]


def _cell(value: str | None) -> str | None:
    """Disarm what a spreadsheet would run as a formula (OWASP, CSV Injection)."""
    return f"'{value}" if value and value[0] in "=+-@\t\r" else value


def _answers(rows: csv.DictReader[str], path: Path) -> Iterator[tuple[int, bool]]:
    if not {"sample_id", "answer"} <= set(rows.fieldnames or ()):
        raise LabelsFaulty(f"{path}: the sheet has no columns sample_id and answer.")
    for row in rows:
        answer = (row["answer"] or "").strip().lower()
        if answer in _NO_ANSWER:
            continue
        if answer not in ANSWERS or not row["sample_id"].strip().isdigit():
            raise LabelsFaulty(f"{path}, line {rows.line_num}: {row['answer']!r} is no answer; use same, different or unsure.")
        yield int(row["sample_id"]), ANSWERS[answer]
