"""Matching on the synthetic case of `redress sample`: a generator written apart from the engine and from the other benchmarks.

    python -m benchmarks.matching_sample --people 20000

Prints precision and recall over pairs of rows in one cluster, and whom the wrong clusters put together (roles in a household).
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from casefile.case_file.read import read_case_folder
from casefile.list_file import guard, reading
from casefile.list_file.options import Options
from casefile.tables.people import PERSON_COLUMNS
from flows.class_list import PEOPLE
from flows.demo import results
from flows.sample.generate import write_sample
from matching import engine

CASE = Path(__file__).parents[1] / "cases" / "cartmanager"


def rows_of(sample: Path) -> pa.Table:
    """Return the accepted rows of all files of a sample: `id`, `file`, `row_number` and the person columns."""
    tables = []
    for path in sorted([*sample.glob("lists/*"), *sample.glob("orders/*")]):
        with tempfile.TemporaryDirectory() as folder:
            guard.read(path, options=Options(), folder=Path(folder))
            with pa.OSFile(os.path.join(folder, reading.ROWS_FILE)) as file:
                rows = pa.ipc.open_stream(file).read_all()
        rows = rows.filter(pc.not_equal(pc.cast(rows["outcome"], pa.string()), "rejected"))
        columns = {name: pc.cast(rows[name], pa.string()) for name in (*PERSON_COLUMNS, "row_number")}
        tables.append(pa.table({"file": pa.array([path.name] * len(rows), pa.string()), **columns}))
    table = pa.concat_tables(tables)
    return table.append_column("id", pa.array([f"r{number:08}" for number in range(len(table))]))


def measure(*, people: int, seed: int, folder: Path) -> tuple[results.Rate, results.Rate, Counter[tuple[str, ...]], float]:
    """Return precision, recall, the household roles in wrong clusters, and the seconds that deduplicating took."""
    write_sample(out=folder, members=people, seed=seed, case=read_case_folder(CASE))
    rows = rows_of(folder)
    started = time.perf_counter()
    found = engine.dedupe(rows, PEOPLE)
    seconds = time.perf_counter() - started
    cluster = dict(zip(found.clusters["id"].to_pylist(), found.clusters["cluster"].to_pylist(), strict=True))
    member = pa.array([cluster[one] for one in rows["id"].to_pylist()])
    placed = pa.table({"file": rows["file"], "row_number": rows["row_number"], "member_id": member})
    truth = results.row_truth(folder / "truth")
    precision, recall, _ = results.joins(placed, truth)
    return precision, recall, _wrong(placed, truth, folder), seconds


def _wrong(placed: pa.Table, truth: object, folder: Path) -> Counter[tuple[str, ...]]:
    people = pq.read_table(folder / "truth" / "people.parquet").to_pandas().set_index("person_id")["role"]
    frame = placed.to_pandas()
    frame["row"] = frame.pop("row_number").astype("int64")
    both = frame.merge(truth, on=["file", "row"])
    groups = both.groupby("member_id")["person"].unique()
    return Counter(tuple(sorted(people[list(group)])) for group in groups if len(group) > 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        precision, recall, wrong, seconds = measure(people=options.people, seed=options.seed, folder=Path(folder))
    print(f"precision {precision}, recall {recall}, {seconds:.1f} s")
    for roles, count in wrong.most_common(10):
        print(f"  {count:6,} clusters put together: {', '.join(roles)}")


if __name__ == "__main__":
    main()
