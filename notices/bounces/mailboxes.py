"""Messages in files, folders, maildirs and mboxes: every path in, every message out once, with its name."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

from casefile.errors import RedressError
from notices.bounces.mime import MAX_MESSAGE_BYTES

MAILDIR_FOLDERS = ("new", "cur")
# The "From " line of RFC 4155, after an empty line or at the start.
ENVELOPE = re.compile(rb"(?:\A|\n\r?\n)From [^\r\n]*\d\d:\d\d[^\r\n]*\r?\n")


class PathNotReadable(RedressError):
    """A path that the user named cannot be read."""


def messages(paths: list[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of each message: a file's path, and for an mbox "path#1", "path#2"; at most a megabyte each.

    Folders are read through, a maildir's `tmp` left out (its messages are not whole yet) and hidden files too.
    """
    for path in paths:
        if not path.exists():
            raise PathNotReadable(f"{path}: there is no such file or folder.")
        for file in sorted(_files(path)):
            try:
                yield from _in_file(file)
            except OSError as error:
                raise PathNotReadable(f"{file}: {error.strerror or error}.") from error


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    maildir = all((path / name).is_dir() for name in MAILDIR_FOLDERS)
    for file in path.rglob("*"):
        inside = file.relative_to(path).parts
        if maildir and inside[0] == "tmp":
            continue
        if file.is_file() and not any(part.startswith(".") for part in inside[-1:]):
            yield file


def _in_file(file: Path) -> Iterator[tuple[str, bytes]]:
    with file.open("rb") as stream:
        if not stream.read(5).startswith(b"From ") or file.stat().st_size == 0:
            stream.seek(0)
            yield str(file), stream.read(MAX_MESSAGE_BYTES)
            return
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            starts = [match.start() for match in ENVELOPE.finditer(whole)]
            if len(starts) < 2:
                yield str(file), whole[:MAX_MESSAGE_BYTES]
                return
            for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(whole)], strict=True), 1):
                yield f"{file}#{number}", whole[start : min(end, start + MAX_MESSAGE_BYTES)]
