"""Measures checking and importing a synthetic list of a million rows: seconds, memory, rows stored. `--rows`, `--check-only`."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv


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


def main() -> int:
    """Write the list, check it, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--check-only", action="store_true")
    said = parser.parse_args()
    from casefile.list_file import read

    with tempfile.TemporaryDirectory(prefix="rdb", dir="/tmp") as name:
        path = Path(name) / "list.csv"
        write_list(path, said.rows)
        print(f"list: {said.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        started = time.perf_counter()
        report = read.check(path, fault_limit=0)
        seconds = time.perf_counter() - started
        child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"check: {seconds:.1f} s, child at most {child:.0f} MB; {report['rows_in']:,} rows in = {report['accepted']:,} accepted + "
              f"{report['warned']:,} warned + {report['rejected']:,} rejected; {report['fault_counts']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
