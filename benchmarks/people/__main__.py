"""Writes a set as parquet: `python -m benchmarks.people broker --rows 1400000 --claims 50000 --seed 1 --out DIR`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.people.births import birth_rows
from benchmarks.people.claims import claims
from benchmarks.people.lists import LISTED, ROWS_A_PERSON, broker_rows
from benchmarks.people.population import populate


def main() -> None:
    """Read the arguments, write the tables and say how many rows and how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["broker", "birth"])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--claims", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    started = time.perf_counter()
    if arguments.kind == "broker":
        tables = broker(arguments.rows, arguments.claims, arguments.seed)
    else:
        tables = birth(arguments.rows, arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(table, arguments.out / f"{name}.parquet")
        print(f"{name}: {table.num_rows:,} rows")
    print(f"{time.perf_counter() - started:.1f} s")


def broker(rows: int, claim_count: int, seed: int) -> dict[str, pa.Table]:
    """Return the tables rows, truth, claims and claims_truth of a broker-like set."""
    rng = np.random.default_rng(seed)
    people = populate(rng, int(rows / LISTED / ROWS_A_PERSON * 1.02) + 20)
    listed, truth = broker_rows(rng, people, rows)
    tables = {"rows": listed, "truth": truth}
    if claim_count:
        tables["claims"], tables["claims_truth"] = claims(rng, people, truth["person"].to_numpy(), claim_count)
    return tables


def birth(rows: int, seed: int) -> dict[str, pa.Table]:
    """Return the tables rows and truth of a set with birth dates."""
    rng = np.random.default_rng(seed)
    people = populate(rng, int(rows / 1.88 * 1.02) + 20)
    table, truth = birth_rows(rng, people, rows)
    return {"rows": table, "truth": truth}


if __name__ == "__main__":
    main()
