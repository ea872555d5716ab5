"""Whatever a file does, it does it to a child with limits: the parent lives on and has a sentence for it."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from casefile.errors import DiskFull, ListRefused
from casefile.list_file import guard, read
from casefile.list_file.limits import MB, Limits
from casefile.list_file.options import Options


def refusal(path: Path, limits: Limits) -> str:
    with pytest.raises(ListRefused) as caught:
        read.check(path, limits=limits)
    return str(caught.value)


def test_a_list_is_read_and_the_parent_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,phone\n" + "".join(f"Ann Sample {i},202-555-0101\n" for i in range(60_000)), "utf-8")
    seen: list[int] = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = guard.read(path, options=Options(), progress=seen.append)
    assert report["rows_in"] == 60_000
    assert seen == [25_000, 50_000, 60_000]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_a_line_without_end_is_refused_early(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"a")
    os.truncate(path, 10 * 1024 * MB)
    assert "at most" in refusal(path, Limits())
    assert "a line is longer than 4 MB" in refusal(path, Limits(file_bytes=20 * 1024 * MB))


def test_a_cell_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b'name\n"' + b"x" * 2_000_000 + b'"\n')
    assert "a cell is longer than" in refusal(path, Limits())


def test_a_million_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"a," * 1_000_000 + b"a\n")
    assert "1,000,001 cells" in refusal(path, Limits())


def test_a_file_that_takes_too_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,phone\n" + "Ann Sample,202-555-0101\n" * 200_000, "utf-8")
    assert "MB of memory" in refusal(path, Limits(memory_bytes=250 * MB))


def test_a_file_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,phone\n" + "".join(f"Ann Sample {i},202-555-0101\n" for i in range(400_000)), "utf-8")
    assert "1 seconds of processor time" in refusal(path, Limits(cpu_seconds=1))
    assert "0.3 seconds" in refusal(path, Limits(wall_seconds=0.3))


def test_rows_that_do_not_fit_on_the_disk_are_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,phone\n" + "".join(f"Ann Sample {i},202-555-0101\n" for i in range(30_000)), "utf-8")
    with pytest.raises(DiskFull, match="disk is full"):
        guard.read(path, options=Options(), folder=tmp_path, limits=Limits(output_bytes=100_000))


def test_a_child_that_dies_leaves_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name\nAnn\n", "utf-8")
    monkeypatch.setattr(guard, "CHILD", "casefile.list_file.no_such_module")
    assert "broke the reader" in refusal(path, Limits())


def test_the_child_does_not_get_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_SECRET_KEY", "secret")
    monkeypatch.setenv("REDRESS_DATABASE_URL", "postgresql://x")
    assert not [name for name in guard.environment() if name.startswith("REDRESS")]


def test_a_path_that_is_no_file(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "nowhere.csv", Limits())
    assert "There is no file" in refusal(tmp_path, Limits())


def test_records_are_the_cells_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('a,a,c\n1," 2 ","x\r\ny"\n3\n4,5,6,7\n', "utf-8")
    assert list(read.records(path)) == [
        {"a": "1", "a (2)": " 2 ", "c": "x\r\ny"},
        {"a": "3", "a (2)": "", "c": ""},
        {"a": "4", "a (2)": "5", "c": "6", "column 4": "7"},
    ]
