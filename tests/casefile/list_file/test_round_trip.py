"""Whatever a program writes as CSV is read as it was: columns, cells, numbers of rows and the bytes of every row."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from casefile.list_file.limits import DEFAULT
from casefile.list_file.opening import open_list
from casefile.list_file.options import Options

HEADERS = st.lists(
    st.sampled_from(["a", "b", "c", "id", "First Name", "zip", "note", "Größe", "x y", "value", "date", "key", "name", "l1, l2"]),
    min_size=2, max_size=6, unique=True,
)  # fmt: skip
# Python writes a bare CR without quotes where lines end with LF: nobody can tell it from a line end.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\x1a\r", exclude_categories=("Cs",)), max_size=12)
CELL = st.one_of(
    TEXT, st.sampled_from(["", "1", "O'Neil", 'say "hi"', "a,b", "a;b", "x\ty", "p|q", "two\nlines", "1\r\n2", " pad ", "02139"])
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    header = draw(HEADERS)
    row = st.lists(CELL, min_size=len(header), max_size=len(header))
    return header, draw(st.lists(row, min_size=1, max_size=8))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), st.sampled_from(",;\t|"), st.sampled_from(["\r\n", "\n"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
@example((["a", "b"], [["", ""]]), ",", "\n", csv.QUOTE_MINIMAL)
@example((["a", "b"], [["1", ""], ["\n", '"']]), ",", "\n", csv.QUOTE_MINIMAL)
def test_written_tables_are_read_back(
    table: tuple[list[str], list[list[str]]], delimiter: str, ending: str, quoting: int
) -> None:
    header, rows = table
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(header)
    writer.writerows(rows)
    content = text.getvalue().encode("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(content)
        # The delimiter is said: of a handful of random cells nobody could tell it.
        opened = open_list(path, Options(delimiter=delimiter, header=True), limits=DEFAULT)
        records = list(opened.rows())
    assert list(opened.columns) == header
    assert [record.cells for record in records] == rows
    head = io.StringIO()
    csv.writer(head, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerow(header)  # type: ignore[arg-type]
    assert head.getvalue().encode() + b"".join(record.raw for record in records) == content


PLAIN = st.sampled_from(
    ["Ann", "Bo Sample", "12 Any St, Anytown", "", "3.14", 'a "quoted" word', "line one\nline two", "ü", "x;y", "2005-01-02"]
)


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 6).flatmap(lambda n: st.lists(st.lists(PLAIN, min_size=n, max_size=n), min_size=2, max_size=12)))
def test_the_delimiter_of_ordinary_tables_is_found(rows: list[list[str]]) -> None:
    header = [f"column{chr(97 + i)}" for i in range(len(rows[0]))]
    for delimiter in ",\t|":
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerows([header, *rows])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "list.csv"
            path.write_bytes(text.getvalue().encode())
            opened = open_list(path, Options(), limits=DEFAULT)
            assert list(opened.columns) == header
            assert [record.cells for record in opened.rows()] == rows
