"""From a path to an open list: what it is, where it begins, what its columns are called, and its rows one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from casefile.errors import ListRefused
from casefile.list_file import dialects, encodings, headers, packages, records, sheets
from casefile.list_file.faults import Fault
from casefile.list_file.limits import DEFAULT, Limits
from casefile.list_file.options import Options
from casefile.list_file.records import Record

SAMPLE_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class OpenList:
    """A list that can be read: `columns` as in the file, `names` made different from each other, `sample` its first
    rows, `titles` the text of the rows above the header.
    """

    encoding: str
    dialect: dict[str, object]
    columns: tuple[str, ...]
    names: tuple[str, ...]
    has_header: bool
    sample: list[list[str]]
    titles: tuple[str, ...]
    faults: tuple[Fault, ...]
    rows: Callable[[], Iterator[Record]]


def open_list(path: Path, options: Options, *, limits: Limits = DEFAULT) -> OpenList:
    """Open a list; raises ListRefused when it is none, is not safe, or is larger than the limits."""
    if path.stat().st_size > limits.file_bytes:
        raise ListRefused(f"The file has {path.stat().st_size:,} bytes; at most {limits.file_bytes:,} are read. Split it.")
    format_name = packages.format_of(path)
    return _open_text(path, options, limits) if format_name == "text" else _open_sheet(path, options, limits, format_name)


def _open_text(path: Path, options: Options, limits: Limits) -> OpenList:
    encoding = encodings.detect(path, limits=limits, named=options.encoding)
    lines, whole = records.sample_lines(path, encoding)
    dialect = dialects.detect(lines, whole=whole, delimiter=options.delimiter, widths=options.widths)
    del lines

    def rows(width: int = 0) -> Iterator[Record]:
        return records.cut(path, encoding, dialect, limits=limits, width=width)

    header, titles, sample = _header(rows(), options, limits)
    shown = dialect.as_json() | {"header_row": header.number or None}
    return OpenList(
        encoding=encoding.name,
        dialect=shown,
        columns=header.columns,
        names=header.names,
        has_header=header.present,
        sample=sample,
        titles=titles,
        faults=(*encoding.faults, *dialect.faults, *header.faults),
        rows=lambda: (record for record in rows(len(header.names)) if record.number > header.number),
    )


def _open_sheet(path: Path, options: Options, limits: Limits, format_name: str) -> OpenList:
    sheet = sheets.open_sheet(path, format_name=format_name, limits=limits, named=options.sheet)
    header, titles, sample = _header(sheets.cut(sheet, limits=limits), options, limits)
    return OpenList(
        encoding="utf-8",
        dialect={"format": format_name, "sheet": sheet.name, "header_row": header.number or None},
        columns=header.columns,
        names=header.names,
        has_header=header.present,
        sample=sample,
        titles=titles,
        faults=(*sheet.faults, *header.faults),
        rows=lambda: (record for record in sheets.cut(sheet, limits=limits) if record.number > header.number),
    )


def _header(rows: Iterator[Record], options: Options, limits: Limits) -> tuple[headers.Header, tuple[str, ...], list[list[str]]]:
    """Find the header among the first rows and return it with the text of the rows above and the rows below it."""
    first = [(record.number, record.cells) for record in islice(rows, SAMPLE_ROWS)]
    widest = max((len(cells) for _, cells in first), default=0)
    if widest > limits.columns:
        raise ListRefused(f"A row has {widest:,} cells; at most {limits.columns:,} columns are read.")
    header = headers.find(first, said=options.header)
    titles = tuple(" ".join(cells)[:500] for number, cells in first if number < header.number)
    return header, titles, [cells for number, cells in first if number > header.number]
