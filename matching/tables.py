"""Reads tables of people as text, so that the ZIP 01234 and the surname Null arrive as they were sent."""

from __future__ import annotations

import codecs
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from matching.errors import TableFaulty

_DELIMITERS = (",", "\t", ";", "|")


def read_table(path: Path) -> pa.Table:
    """Return a CSV (also tab, semicolon or pipe separated) or parquet file as a table of strings; an empty cell is null.

    Encodings are UTF-8 (with or without byte-order mark), UTF-16 with byte-order mark, and cp1252 for what is not UTF-8.
    Numbers and dates of parquet columns become their text. Raises TableFaulty when the file cannot be read or has no rows.
    """
    if not path.is_file():
        raise TableFaulty(f"{path}: there is no such file.")
    if path.stat().st_size == 0:
        raise TableFaulty(f"{path}: the file is empty.")
    try:
        table = _parquet(path) if _is_parquet(path) else _csv(path)
    except (pa.ArrowException, UnicodeError, OSError) as error:
        raise TableFaulty(f"{path}: the file cannot be read as CSV or parquet ({_first_line(error)}).") from error
    if table.num_rows == 0:
        raise TableFaulty(f"{path}: the file has a header but no rows.")
    repeated = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if repeated:
        raise TableFaulty(f"{path}: the column {repeated[0]!r} stands twice in the header.")
    return table


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _parquet(path: Path) -> pa.Table:
    table = pyarrow.parquet.read_table(path)
    columns = [_text(table[name], path=path, name=name) for name in table.column_names]
    return pa.table(columns, names=table.column_names)


def _text(column: pa.ChunkedArray, *, path: Path, name: str) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
        column = column.cast(pa.int64()) if _is_whole(column) else column
    try:
        return column.cast(pa.string())
    except pa.ArrowException as error:
        raise TableFaulty(f"{path}: the column {name!r} holds {column.type}, which is not text.") from error


def _is_whole(column: pa.ChunkedArray) -> bool:
    """Say whether floats are integers that only became floats because some are missing (a pandas habit)."""
    known = column.drop_null()
    return bool(len(known)) and bool(pc.all(pc.equal(known, pc.floor(known))).as_py())


def _csv(path: Path) -> pa.Table:
    encoding = _encoding(path)
    delimiter = _delimiter(path, encoding)
    columns = _header(path, encoding, delimiter)
    return pyarrow.csv.read_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(encoding=encoding),
        parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), null_values=[""], strings_can_be_null=True
        ),
    )


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        file.seek(0)
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding) as file:
        header = file.readline()
    return max(_DELIMITERS, key=header.count)


def _header(path: Path, encoding: str, delimiter: str) -> list[str]:
    import csv

    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as file:
        return next(csv.reader(file, delimiter=delimiter), [])


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")[:200]
