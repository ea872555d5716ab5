"""Prints the table of the matcher and its peers: `python -m benchmarks.matching --data DIR --peers-python PATH`.

Every run is a process of its own, timed from start to exit with reading and writing, its memory the peak of its resident set.
Quality is measured on pairs of probability 0.5 and more, clusters pairwise. Truth is never shown to an engine.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.people.__main__ import birth, broker
from matching import evaluate

HERE = Path(__file__).parent
PUBLIC = {"fake_1000": "fake_1000", "febrl3": "febrl", "historical_50k": "historical_50k"}
"""Public sets of `--data` and their schemas; febrl4 is linked, its two sides apart."""


@dataclass(frozen=True, slots=True)
class Work:
    """One task: the files that an engine gets, the schema, and the truth of each side."""

    name: str
    schema: Path
    files: tuple[Path, ...]
    truth: tuple[pa.Table, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What one engine did with one task."""

    seconds: float
    megabytes: float
    f1: float
    clusters_f1: float | None
    drift: tuple[float, float]
    """Promised minus true precision at 0.5 and at 0.95."""


def main() -> None:
    """Make the data, run the engines, print the table."""
    arguments = _arguments()
    arguments.work.mkdir(parents=True, exist_ok=True)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ", end="")
    print(f"{datetime.now(UTC):%Y-%m-%d}; `{' '.join(['python -m benchmarks.matching', *sys.argv[1:]])}`\n")
    print("| work | engine | seconds | peak MB | F1 | clusters F1 | promised - true at 0.5 | at 0.95 |")
    print("|---|---|---|---|---|---|---|---|")
    engines = {"redress": [str(Path(sys.executable).with_name("redress"))]}
    peers = arguments.peers_python or (sys.executable if find_spec("splink") else None)
    if peers:
        engines["Splink 5"] = [str(peers), str(HERE / "peers" / "splink5.py")]
    for work in _works(arguments):
        for engine, command in engines.items():
            _print(work, engine, _run(work, engine, command, arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the public sets (fake_1000.parquet, ...)")
    parser.add_argument("--peers-python", type=Path, help="a Python that has the peers of the `bench` extra, if not this one")
    parser.add_argument("--work", type=Path, default=Path("/tmp/redress-bench"), help="folder for data and results")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows with birth dates")
    parser.add_argument("--broker-rows", type=int, default=1_400_000)
    parser.add_argument("--claims", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=1, help="runs of each; the median is printed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="only works whose name contains this")
    return parser.parse_args()


def _works(arguments: argparse.Namespace) -> Iterator[Work]:
    wanted = [work for work in (*_public(arguments), *_generated(arguments)) if (arguments.only or "") in work.name]
    if arguments.data is None:
        print(f"{len(PUBLIC) + 1} public sets left out: give their folder with --data.\n", file=sys.stderr)
    yield from wanted


def _public(arguments: argparse.Namespace) -> Iterator[Work]:
    if arguments.data is None:
        return
    for name, schema in PUBLIC.items():
        table = pq.read_table(arguments.data / f"{name}.parquet")
        path = arguments.work / f"{name}.parquet"
        pq.write_table(table.drop_columns(["entity"]), path)
        yield Work(name, _schema(schema), (path,), (_entities(table, "rec_id", "entity"),))
    yield _febrl4(arguments)


def _febrl4(arguments: argparse.Namespace) -> Work:
    table = pq.read_table(arguments.data / "febrl4.parquet")
    sides = [table.filter(pc.equal(table["source"], side)) for side in ("a", "b")]
    paths = [arguments.work / f"febrl4_{side}.parquet" for side in ("a", "b")]
    for side, path in zip(sides, paths, strict=True):
        pq.write_table(side.drop_columns(["entity", "source"]), path)
    return Work("febrl4 (link)", _schema("febrl"), tuple(paths), tuple(_entities(side, "rec_id", "entity") for side in sides))


def _generated(arguments: argparse.Namespace) -> Iterator[Work]:
    """Make the sets with birth dates and of brokers, unless an earlier run of the same sizes left them."""
    known = _made(arguments.work / f"birth-{arguments.rows}-{arguments.seed}", lambda: birth(arguments.rows, arguments.seed))
    truth = _entities(known["truth"], "row_id", "person")
    yield Work(f"birth dates, {arguments.rows:,} rows", _schema("birth"), (known["folder"] / "rows.parquet",), (truth,))
    name = f"broker-{arguments.broker_rows}-{arguments.claims}-{arguments.seed}"
    known = _made(arguments.work / name, lambda: broker(arguments.broker_rows, arguments.claims, arguments.seed))
    truth = _entities(known["truth"], "row_id", "person")
    rows = known["folder"] / "rows.parquet"
    yield Work(f"broker list, {arguments.broker_rows:,} rows", _schema("broker"), (rows,), (truth,))
    claims = _entities(known["claims_truth"], "claim_id", "person")
    files = (known["folder"] / "claims.parquet", rows)
    yield Work(f"{arguments.claims:,} claims x broker list", _schema("claims"), files, (claims, truth))


def _made(folder: Path, make) -> dict:  # type: ignore[no-untyped-def, type-arg]
    if not folder.is_dir():
        folder.mkdir()
        for name, table in make().items():
            pq.write_table(table, folder / f"{name}.parquet")
    return {"folder": folder, **{path.stem: pq.read_table(path) for path in folder.glob("*truth.parquet")}}


def _schema(name: str) -> Path:
    return HERE / "schemas" / f"{name}.toml"


def _entities(table: pa.Table, key: str, entity: str) -> pa.Table:
    return pa.table({"id": table[key].cast(pa.string()), "entity": table[entity].cast(pa.string())})


def _run(work: Work, engine: str, command: list[str], arguments: argparse.Namespace) -> Result | None:
    out = arguments.work / "out" / engine.replace(" ", "_") / work.name.replace(" ", "_").replace(",", "")
    out.mkdir(parents=True, exist_ok=True)
    files = [str(path) for path in work.files]
    if engine == "redress":
        task = "dedupe" if len(files) == 1 else "link"
        command = [*command, task, *files, "--schema", str(work.schema), "--out", str(out), "--no-report"]
    else:
        command = [*command, str(work.schema), str(out), *files]
    times = [_timed(command) for _ in range(arguments.runs)]
    if any(one is None for one in times):
        return None
    seconds, megabytes = (median(one[k] for one in times if one) for k in (0, 1))
    return _measured(work, out, seconds, megabytes)


_LAUNCHER = """
import os, subprocess, sys, time
started = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(time.perf_counter() - started, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))
"""
"""A small process between, because Linux counts the memory of the process that started a command into the command's peak."""


def _timed(command: list[str]) -> tuple[float, float] | None:
    """Return seconds and peak megabytes of a command; None when it fails (its last words go to standard error)."""
    launched = [sys.executable, "-S", "-c", _LAUNCHER, *command]
    done = subprocess.run(launched, capture_output=True, text=True, check=True)
    seconds, megabytes, status = map(float, done.stdout.split())
    if status:
        print(done.stderr[-500:], file=sys.stderr)
        return None
    return seconds, megabytes


def _measured(work: Work, out: Path, seconds: float, megabytes: float) -> Result:
    pairs = pq.read_table(out / "pairs.parquet")
    same, true_pairs = evaluate.same_entity(pairs, *work.truth)
    probabilities = pairs["probability"].to_numpy()
    found = evaluate.pairwise(same, probabilities, true_pairs)
    clusters = out / "clusters.parquet"
    cluster_f1 = evaluate.clusters(pq.read_table(clusters), work.truth[0]).f1 if clusters.is_file() else None
    return Result(seconds, megabytes, found.f1, cluster_f1, (_drift(probabilities, same, 0.5), _drift(probabilities, same, 0.95)))


def _drift(probabilities: evaluate.Floats, same: evaluate.Bools, threshold: float) -> float:
    above = probabilities >= threshold
    return float(np.mean(probabilities[above]) - np.mean(same[above])) if above.any() else float("nan")


def _print(work: Work, engine: str, result: Result | None) -> None:
    if result is None:
        print(f"| {work.name} | {engine} | failed | | | | | |", flush=True)
        return
    clusters = "" if result.clusters_f1 is None else f"{result.clusters_f1:.4f}"
    drift = " | ".join(f"{one:+.3f}" for one in result.drift)
    row = f"{result.seconds:.1f} | {result.megabytes:,.0f} | {result.f1:.4f} | {clusters} | {drift}"
    print(f"| {work.name} | {engine} | {row} |", flush=True)


if __name__ == "__main__":
    main()
