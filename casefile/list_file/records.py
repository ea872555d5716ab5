"""Cutting delimited and fixed-width text into records, each with the lines it was cut from, byte for byte."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from casefile.errors import ListRefused
from casefile.list_file import fixed_width
from casefile.list_file.dialects import Dialect
from casefile.list_file.encodings import Encoding, Lines, open_lines
from casefile.list_file.faults import FaultKind
from casefile.list_file.limits import MB, Limits

LONGEST_RECORD_LINES = 200
"""A quote that is still open after this much text was never closed."""

BLANKS = " \t\r\n\x00\x1a\xa0"


class Record(NamedTuple):
    """One record: its number as a spreadsheet counts rows, its bytes as received, its cells, and what was wrong with its text."""

    number: int
    raw: bytes
    cells: list[str]
    fault: FaultKind | None = None


def sample_lines(path: Path, encoding: Encoding, *, characters: int = MB // 4) -> tuple[list[str], bool]:
    """Return the first lines of a text file as text, and whether that is all of it."""
    lines = open_lines(path, encoding)
    sample: list[str] = []
    taken = 0
    with lines.carriers as carriers:
        for line in carriers:
            sample.append(lines.read(line) if lines.read else line)
            taken += len(line)
            if taken > characters:
                return sample, False
    return sample, True


class _OpenQuote(Exception):  # a signal between the two halves of `_Cutter`, not an error
    """A quoted field goes on for longer than any real one."""


class _Cutter:
    """Feeds lines to csv.reader, remembers which lines made the record, and starts again behind a quote that never closes."""

    def __init__(self, lines: Lines, dialect: Dialect) -> None:
        self.lines = lines
        self.dialect = dialect
        self.returned: deque[str] = deque()
        self.taken: list[str] = []
        self.ended = False

    def next_carrier(self) -> str | None:
        if self.returned:
            return self.returned.popleft()
        return next(self.lines.carriers, None)

    def feed(self) -> Iterator[str]:
        read = self.lines.read
        while (carrier := self.next_carrier()) is not None:
            self.taken.append(carrier)
            if len(self.taken) > LONGEST_RECORD_LINES:
                raise _OpenQuote
            yield carrier if read is None else read(carrier)
        self.ended = True

    def give_back(self) -> str:
        """Return the first line of the record in hand and put the others back."""
        first, *others = self.taken
        self.returned.extendleft(reversed(others))
        self.taken.clear()
        self.ended = False
        return first


def cut(path: Path, encoding: Encoding, dialect: Dialect, *, limits: Limits, width: int = 0) -> Iterator[Record]:
    """Yield every record of a text file that is not blank; blank lines are counted in the record numbers.

    `width` is the number of columns, where it is known: it helps to find a quote that was never closed.
    Raises ListRefused for a field longer than `limits.field_characters`.
    """
    csv.field_size_limit(limits.field_characters)
    lines = open_lines(path, encoding)
    with lines.carriers:
        records = _fixed(lines, dialect) if dialect.widths else _delimited(lines, dialect, width)
        try:
            yield from _checked_encoding(records) if encoding.mixed else records
        except csv.Error as error:
            raise ListRefused(
                f"This is not a list: a cell is longer than {limits.field_characters:,} characters ({error})."
            ) from error


def _checked_encoding(records: Iterator[Record]) -> Iterator[Record]:
    """Mark the records of a UTF-8 file that are not UTF-8."""
    for record in records:
        if record.fault is None and not record.raw.isascii():
            try:
                record.raw.decode("utf-8")
            except UnicodeDecodeError:
                record = record._replace(fault=FaultKind.NOT_UTF8)  # noqa: PLW2901  # the record with its fault takes its place
        yield record


def _fixed(lines: Lines, dialect: Dialect) -> Iterator[Record]:
    for number, carrier in enumerate(lines.carriers, 1):
        text = lines.read(carrier) if lines.read else carrier
        if text.strip(BLANKS):
            yield Record(number, lines.to_bytes(carrier), fixed_width.cut(text, dialect.widths))


def _delimited(lines: Lines, dialect: Dialect, width: int) -> Iterator[Record]:
    cutter = _Cutter(lines, dialect)
    number = 0
    if dialect.separator_line:
        cutter.next_carrier()
    while True:
        try:
            for cells in csv.reader(cutter.feed(), **dialect.csv_options()):
                taken = cutter.taken
                if cutter.ended or (len(taken) > 1 and _swallowed(cutter, cells, width)):
                    break
                number += 1
                if len(cells) > 1 or (cells and cells[0].strip(BLANKS)) or (cells and _quoted_blank(taken)):
                    yield Record(number, lines.to_bytes(taken[0] if len(taken) == 1 else "".join(taken)), cells)
                taken.clear()
            else:
                return
        except _OpenQuote:
            pass
        number += 1
        first = cutter.give_back()
        yield Record(number, lines.to_bytes(first), _without_quotes(_text(cutter, first), dialect), FaultKind.STRAY_QUOTE)


def _text(cutter: _Cutter, carrier: str) -> str:
    return cutter.lines.read(carrier) if cutter.lines.read else carrier


def _quoted_blank(taken: list[str]) -> bool:
    """A line `""` is a row with one empty cell; an empty line is no row."""
    return '"' in taken[0]


def _swallowed(cutter: _Cutter, cells: list[str], width: int) -> bool:
    """Return whether a record of many lines is really many rows, joined by a quote that nobody closed.

    It is when its quotes are not written as the dialect has them, its first line is a whole row once the quote is taken as a
    letter, and either all its lines are whole rows, or the record is not.
    """
    if width < 2 or not _is_row(cutter, cutter.taken[0], width) or _is_strict(cutter):
        return False
    return len(cells) != width or all(_is_row(cutter, line, width) for line in cutter.taken)


def _is_strict(cutter: _Cutter) -> bool:
    try:
        list(csv.reader([_text(cutter, line) for line in cutter.taken], **cutter.dialect.csv_options(strict=True)))
    except csv.Error:
        return False
    return True


def _is_row(cutter: _Cutter, carrier: str, width: int) -> bool:
    return len(_without_quotes(_text(cutter, carrier), cutter.dialect)) == width


def _without_quotes(line: str, dialect: Dialect) -> list[str]:
    quote = dialect.quote or '"'
    cells = line.rstrip("\r\n").split(dialect.delimiter)
    return [c[1:-1].replace(quote * 2, quote) if len(c) > 1 and c[0] == c[-1] == quote else c for c in cells]
