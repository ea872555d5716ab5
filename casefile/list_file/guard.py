"""Reading a file of unknown origin in a process of its own, with limits: whatever the file does, this process lives on, small."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from casefile.errors import DiskFull, ListRefused
from casefile.list_file.limits import DEFAULT, Limits
from casefile.list_file.options import Options

CHILD = "casefile.list_file.child"
LONGEST_ANSWER_BYTES = 256 * 1024 * 1024


def read(
    path: Path,
    *,
    options: Options,
    folder: Path | None = None,
    with_records: bool = False,
    fault_limit: int = 1_000,
    limits: Limits = DEFAULT,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Read and check a list in a child process and return its report (see `reading.read`); raises ListRefused or
    DiskFull with a sentence.

    `progress` is called with the number of rows read so far.
    """
    if not path.is_file():
        raise ListRefused(f"There is no file {str(path)!r}.")
    request = {
        "path": str(path.resolve()),
        "options": asdict(options),
        "limits": asdict(limits),
        "folder": str(folder) if folder else None,
        "records": with_records,
        "fault_limit": fault_limit,
    }
    child = _start(folder)
    timer = threading.Timer(limits.wall_seconds, child.kill)
    timer.start()
    try:
        answer = _converse(child, request, progress)
    finally:
        timer.cancel()
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
    if answer is None:
        raise ListRefused(_epitaph(child.returncode, limits))
    if "full" in answer:
        raise DiskFull(answer["full"])
    if "refused" in answer:
        raise ListRefused(answer["refused"])
    report: dict[str, Any] = answer["report"]
    return report


def environment() -> dict[str, str]:
    """Return the child's environment: where Python finds its modules, and nothing else of ours; no database, no keys."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "LANG": "C.UTF-8",
        # One thread: an arena per thread would count against the child's address space.
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }


def _start(folder: Path | None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=environment(),
        cwd=folder or "/",
        start_new_session=True,
    )


def _converse(
    child: subprocess.Popen[str], request: dict[str, Any], progress: Callable[[int], None] | None
) -> dict[str, Any] | None:
    """Send the request and return the answer; None when the child died without one."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(request))
        child.stdin.close()
    except BrokenPipeError:
        child.wait()
        return None
    while line := child.stdout.readline(LONGEST_ANSWER_BYTES):
        try:
            message: dict[str, Any] = json.loads(line)
        except ValueError:
            break
        if "rows" not in message:
            return message
        if progress is not None:
            progress(message["rows"])
    child.wait()
    return None


def _epitaph(returncode: int, limits: Limits) -> str:
    """Say why a child died without an answer."""
    if returncode == -signal.SIGXCPU:
        return f"Reading the file took more than {limits.cpu_seconds} seconds of processor time. It was given up."
    if returncode == -signal.SIGXFSZ:
        return "Reading the file would have filled the disk. It was given up."
    if returncode == -signal.SIGKILL:
        return f"Reading the file took more than {limits.wall_seconds} seconds or too much memory. It was given up."
    return f"Reading the file took more than {limits.memory_bytes // 1024**2} MB of memory, or broke the reader. It was given up."
