"""How a text file is cut: the delimiter, the quotes and how a quote inside a quoted field is written."""

from __future__ import annotations

import csv
import math
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from casefile.list_file import fields, fixed_width
from casefile.list_file.faults import Fault, FaultKind

DELIMITERS = {
    ",": "comma",
    "\t": "tab",
    ";": "semicolon",
    "|": "pipe",
    "\x01": "control-A",
    "\x1f": "unit separator",
    "~": "tilde",
    "^": "caret",
}
"""What may stand between two cells, most usual first."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How lines become cells; `widths` holds (start, end) of every column of a fixed-width file, else it is empty."""

    delimiter: str = ","
    quote: str | None = '"'
    backslash: bool = False
    skip_space: bool = False
    line_ending: str = "\n"
    separator_line: bool = False
    widths: tuple[tuple[int, int], ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def format(self) -> str:
        """The word for it: csv, tsv, pipe, fixed width."""
        if self.widths:
            return "fixed width"
        return {"\t": "tsv", "|": "pipe"}.get(self.delimiter, "csv")

    def as_json(self) -> dict[str, object]:
        """Return what the report shows."""
        if self.widths:
            return {"format": self.format, "widths": [list(w) for w in self.widths], "line_ending": self.line_ending}
        escape = "backslash" if self.backslash else "doubled"
        return {
            "format": self.format,
            "delimiter": self.delimiter,
            "quote": self.quote,
            "escape": escape if self.quote else None,
            "line_ending": self.line_ending,
        }

    def csv_options(self, *, strict: bool = False) -> dict[str, Any]:
        """Return the options for the standard library's csv.reader."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote,
            "quoting": csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            "doublequote": not self.backslash,
            "escapechar": "\\" if self.backslash else None,
            "skipinitialspace": self.skip_space,
            "strict": strict,
        }


def detect(sample: list[str], *, whole: bool, delimiter: str | None = None, widths: tuple[tuple[int, int], ...] = ()) -> Dialect:
    """Return the dialect of a sample of lines (endings kept; `whole`: the file ends with them).

    A delimiter or widths named by a person, and Excel's first line `sep=;`, win over what the contents suggest.
    """
    ending = _line_ending(sample)
    if widths:
        return Dialect(widths=widths, line_ending=ending)
    said = re.fullmatch(r"\s*\"?sep=(.)\"?\s*", sample[0], re.IGNORECASE) if sample else None
    if said:
        sample = sample[1:]
        delimiter = delimiter or said[1]
    base = Dialect(line_ending=ending, separator_line=bool(said))
    if delimiter:
        return _quoting(replace(base, delimiter=delimiter), sample, whole=whole)
    best = max((_quoting(replace(base, delimiter=d), sample, whole=whole) for d in DELIMITERS), key=lambda d: score(d, sample))
    if score(best, sample) > 0:
        return best
    columns = fixed_width.detect(sample)
    if columns:
        text = (
            f"Read as fixed width in {len(columns)} columns: no delimiter fits, and the same positions are blank in every line."
        )
        return replace(base, widths=columns, faults=(Fault(None, None, FaultKind.DIALECT_ASSUMED, text),))
    unused = next((d for d in DELIMITERS if not any(d in line for line in sample)), ",")
    return _quoting(replace(base, delimiter=unused), sample, whole=whole)


def _line_ending(sample: list[str]) -> str:
    ends = [next((e for e in ("\r\n", "\n", "\r") if line.endswith(e)), "") for line in sample]
    return max(("\n", "\r\n", "\r"), key=ends.count)


def _quoting(dialect: Dialect, sample: list[str], *, whole: bool) -> Dialect:
    """Choose how quotes are written: the first way in which the sample parses without an objection."""
    text = "".join(sample)
    if '"' not in text:
        single = replace(dialect, quote="'")
        return single if _all_quoted(single, sample) else dialect
    candidates = [dialect, replace(dialect, backslash=True)] if '\\"' in text else [dialect]
    chosen = next((c for c in candidates if _strictly(c, sample, whole=whole)), dialect)
    spaced = replace(chosen, skip_space=True)
    # Blanks belong to the cell (RFC 4180, 2.4), unless the quotes behind them hold delimiters.
    evener = f'{dialect.delimiter} "' in text and len(set(_widths(spaced, sample))) < len(set(_widths(chosen, sample)))
    return spaced if evener else chosen


def _widths(dialect: Dialect, sample: list[str]) -> list[int]:
    return [len(row) for row in _rows(dialect, sample)]


def _rows(dialect: Dialect, sample: list[str]) -> list[list[str]]:
    """Return the rows of the sample that are not blank, up to a cell too long to be one."""
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(row for row in csv.reader(sample, **dialect.csv_options()) if row)
    return rows


def _strictly(dialect: Dialect, sample: list[str], *, whole: bool) -> bool:
    reader = csv.reader(sample, **dialect.csv_options(strict=True))
    try:
        for _ in reader:
            pass
    except csv.Error:
        # A sample may end inside a quoted field; that is no objection.
        return not whole and reader.line_num >= len(sample)
    return True


def _all_quoted(dialect: Dialect, sample: list[str]) -> bool:
    """Single quotes are quotes when every cell stands in them: O'Brien and 'tis are not enough."""
    pattern = re.compile(rf"'[^']*(?:''[^']*)*'(?:{re.escape(dialect.delimiter)}'[^']*(?:''[^']*)*')*")
    lines = [line.strip("\r\n") for line in sample if line.strip()]
    return len(lines) > 1 and all(pattern.fullmatch(line) for line in lines)


def score(dialect: Dialect, sample: list[str]) -> float:
    """Return how well a delimiter explains the sample; 0 when it does not cut it.

    Many columns and the same number in every row speak for it, words of our vocabulary in one of the first rows too.
    """
    rows = _rows(dialect, sample)
    if not rows:
        return 0.0
    widths = [len(row) for row in rows]
    modal = max(set(widths), key=lambda w: (widths.count(w), w))
    widest_header = max(widths[:20])
    if modal == 1 and widest_header == 1:
        return 0.0
    if modal == 1:
        modal = widest_header
        if widths[0] != modal:
            return 0.0
    if widths[0] == 1 and modal == 2 and _is_prose(rows, dialect.delimiter):
        return 0.0
    known = max(sum(fields.lookup(cell) is not None for cell in row) / len(row) for row in rows[:20])
    cut_from_the_start = 1.0 if widths[0] == modal else 0.5
    return widths.count(modal) / len(widths) * math.log2(modal) * (1 + known) * cut_from_the_start


def _is_prose(rows: list[list[str]], delimiter: str) -> bool:
    """`Smith, John` under a header without a comma is one column of names."""
    return delimiter in ",;" and all(row[1].startswith(" ") for row in rows[1:] if len(row) == 2)
