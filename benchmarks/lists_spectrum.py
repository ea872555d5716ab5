"""Compares how we read CSV files with their JSON answers, as csv-spectrum has them: `--data FOLDER` with X.csv beside X.json."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def compare(path: Path) -> tuple[bool, str]:
    """Run `redress lists check --json --rows` on a file and hold columns, counts and rows against its answer."""
    command = [sys.executable, "-c", "from flows.cli.main import run; run()", "lists", "check", str(path), "--json", "--rows"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return False, done.stderr.strip()
    said: dict[str, Any] = json.loads(done.stdout)
    answer = json.loads(path.with_suffix(".json").read_text("utf-8"))
    wanted = answer if isinstance(answer, list) else [answer]
    if said["rows_in"] != said["accepted"] + said["warned"] + said["rejected"]:
        return False, "the counts do not add up"
    if said["rows"] == wanted:
        return True, f"{len(wanted)} rows"
    text = path.read_bytes().decode("utf-8", errors="replace").replace('""', '"')
    for row, right in zip(said["rows"], wanted, strict=False):
        for key, value in right.items():
            if row.get(key) != value:
                inside = "" if value in text else " (the answer is nowhere in the file)"
                return False, f"{key!r}: {row.get(key)!r} instead of {value!r}{inside}"
    return False, f"{len(said['rows'])} rows instead of {len(wanted)}"


def main() -> int:
    """Print one line per file and the sum; end with status 1 when a file differs in what the file itself holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    files = [f for f in sorted(parser.parse_args().data.glob("*.csv")) if f.with_suffix(".json").exists()]
    results = [(f, *compare(f)) for f in files]
    for file, same, text in results:
        print(f"{'same' if same else 'DIFFERS':8} {file.name:28} {text}")
    print(f"{sum(same for _, same, _ in results)} of {len(files)} files are read as their answers say.")
    return int(any(not same and "nowhere in the file" not in text for _, same, text in results) or not files)


if __name__ == "__main__":
    sys.exit(main())
