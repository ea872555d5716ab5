"""Bytes become text without loss, and every assumption about them is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casefile.errors import ListRefused
from casefile.list_file.encodings import detect, open_lines
from casefile.list_file.limits import DEFAULT


def lines_of(path: Path, named: str | None = None) -> tuple[str, list[str], list[str]]:
    encoding = detect(path, limits=DEFAULT, named=named)
    lines = open_lines(path, encoding)
    with lines.carriers as carriers:
        kept = list(carriers)
    assert path.read_bytes()[encoding.mark_bytes :] == b"".join(map(lines.to_bytes, kept))
    return encoding.name, [lines.read(line) if lines.read else line for line in kept], [str(f.kind) for f in encoding.faults]


@pytest.mark.parametrize(
    ("content", "named", "name", "text", "faults"),
    [
        (b"Ann\nBo\n", None, "utf-8", "Ann\nBo\n", []),
        ("José\n".encode(), None, "utf-8", "José\n", []),
        ("\ufeffJosé\n".encode(), None, "utf-8", "José\n", []),
        ("José €\n".encode("cp1252"), None, "cp1252", "José €\n", ["encoding_assumed"]),
        (b"x\x81\x8d\x8f\x90\x9d\n", None, "cp1252", "x\x81\x8d\x8f\x90\x9d\n", ["encoding_assumed"]),
        ("José\n".encode() + "Añasco\n".encode("cp1252"), None, "utf-8", "José\nAñasco\n", ["encoding_mixed"]),
        ("Añasco\n".encode("cp1252"), "utf-8", "utf-8", "Añasco\n", ["encoding_mixed"]),
        ("Añasco\n".encode("mac-roman"), "mac-roman", "mac-roman", "Añasco\n", []),
        ("Añasco\n".encode("cp850"), "CP850", "cp850", "Añasco\n", []),
        ("Añasco\n".encode(), "latin-1", "latin-1", "AÃ±asco\n", []),
        ("\ufeffAñasco\n".encode("utf-16-be"), None, "utf-16-be", "Añasco\n", []),
        ("\ufeffAñasco\n".encode("utf-32-le"), None, "utf-32-le", "Añasco\n", []),
        ("Ann Sample\n".encode("utf-16-le"), None, "utf-16-le", "Ann Sample\n", ["encoding_assumed"]),
        (b"A\x00nn\n", None, "utf-8", "A\x00nn\n", []),
        (b"", None, "utf-8", "", []),
    ],
)  # fmt: skip
def test_encodings(tmp_path: Path, content: bytes, named: str | None, name: str, text: str, faults: list[str]) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    found, lines, kinds = lines_of(path, named)
    assert (found, "".join(lines), kinds) == (name, text, faults)


def test_the_report_shows_the_first_line_in_doubt(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"name\n" * 100 + "José\n".encode("cp1252"))
    (fault,) = detect(path, limits=DEFAULT).faults
    assert "1 lines" in fault.text
    assert "line is 101: 'José'" in fault.text


def test_an_unknown_encoding_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"x")
    with pytest.raises(ListRefused, match="not one of utf-8, cp1252"):
        detect(path, limits=DEFAULT, named="klingon")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.sampled_from([None, "utf-8", "cp1252", "latin-1"]))
def test_the_bytes_of_every_line_come_back(tmp_path: Path, content: bytes, named: str | None) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    if detect(path, limits=DEFAULT, named=named).name.startswith(("utf-16", "utf-32")):
        return
    lines_of(path, named)
