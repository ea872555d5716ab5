"""Keeping files as they were received: by their SHA-256, read-only, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from casefile.errors import DiskFull, ListRefused

COPY_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A file on its way into the store: where its copy lies, and the store's folder."""

    path: Path
    directory: Path
    sha256: str
    size_bytes: int
    original_name: str


@contextmanager
def receive(directory: Path, path: Path) -> Iterator[Received]:
    """Copy a file into a private corner of the store and hash it; `keep` makes it stay, else it goes when the block ends.

    Raises ListRefused when there is no such file and DiskFull when it does not fit.
    """
    with tempfile.TemporaryDirectory(dir=_made(directory), prefix=".incoming-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "received"
        try:
            sha256, size = _copy(path, copy)
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise ListRefused(f"The file {str(path)!r} cannot be read ({error.strerror}).") from error
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                text = f"The disk is full: {path.name!r} was not stored. Make room in {directory} and import it again."
                raise DiskFull(text) from error
            raise
        yield Received(copy, directory, sha256, size, path.name)


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory


def _copy(path: Path, copy: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    with path.open("rb") as source, copy.open("xb") as target:
        while block := source.read(COPY_BYTES):
            digest.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
        return digest.hexdigest(), target.tell()


def keep(received: Received) -> Path:
    """Put a received file into the store, read-only under its SHA-256, whole or not at all; the same bytes are kept once."""
    kept = received.directory / received.sha256[:2] / received.sha256
    _made(kept.parent)
    received.path.chmod(0o400)
    return received.path.replace(kept)
