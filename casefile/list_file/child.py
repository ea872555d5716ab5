"""The process that touches the file: it limits itself, reads and checks the list, and writes what it found into a folder."""

from __future__ import annotations

import errno
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, TextIO

from casefile.errors import ListRefused
from casefile.list_file.limits import Limits

DISK_FULL = "The disk is full: the rows could not be written down, so nothing was imported. Make room and try again."


def limit(limits: Limits) -> None:
    """Bind this process: memory, processor time, size of what it writes, no core file."""
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.output_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def run(request: dict[str, Any], output: TextIO) -> dict[str, Any]:
    """Read the list that the request names; the imports that take memory come after the limits."""
    from casefile.list_file import reading

    def progress(rows: int) -> None:
        output.write(json.dumps({"rows": rows}) + "\n")
        output.flush()

    return reading.read(
        Path(request["path"]),
        options=reading.options_from(request["options"]),
        limits=Limits(**request["limits"]),
        folder=Path(request["folder"]) if request["folder"] else None,
        with_records=bool(request["records"]),
        fault_limit=request["fault_limit"],
        progress=progress,
    )


def main() -> None:
    """Take one request as JSON on standard input; answer with one line of JSON, after lines of progress."""
    request = json.load(sys.stdin)
    limits = Limits(**request["limits"])
    limit(limits)
    answer: dict[str, Any]
    try:
        answer = {"report": run(request, sys.stdout)}
    except ListRefused as error:
        answer = {"refused": str(error)}
    except (MemoryError, ImportError):
        # A library that cannot be mapped into what is left of the memory is an ImportError.
        answer = {"refused": f"Reading the file took more than {limits.memory_bytes // 1024**2} MB of memory. It was given up."}
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        answer = {"full": DISK_FULL} if full else {"refused": f"The file could not be read ({error.strerror})."}
    except Exception as error:
        # A sentence without the cell that caused it: the text of the error may hold personal data.
        step = _last_step(error)
        answer = {
            "refused": f"The file could not be read: the reader failed in {step} ({type(error).__name__}). Please report this."
        }
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _last_step(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else "an unknown place"


if __name__ == "__main__":
    main()
