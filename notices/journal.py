"""A sender's journal: one line right before each final dot and one right after its reply, so that a kill leaves no riddle."""

from __future__ import annotations

import datetime
import fcntl
import mmap
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from notices.transports.reply import Handover


@dataclass(frozen=True, slots=True)
class Noted:
    """What a journal knows of one attempt: handed over at `started_at`, and the reply if there was one."""

    started_at: datetime.datetime
    handover: Handover | None
    ended_at: datetime.datetime | None = None


CHUNK_OCTETS = 16 * 1024 * 1024
"""The file grows by so much at a time: room for about 100,000 messages. It is sparse, so what is not written takes no room."""


class Journal:
    """An append-only file, mapped into memory, that its sender holds locked: a line is in the page cache before the dot leaves.

    That outlives `kill -9` of the sender. A crash of the whole machine loses at most what was written since the last flush to
    disk, and then every notice still leased is in doubt. Mapped rather than written by a system call, because each call lets
    another thread take the interpreter, which measured half of the sender's time.
    """

    def __init__(self, folder: Path, *, case_id: uuid.UUID) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.worker = uuid.uuid4().hex
        self.path = folder / f"{self.worker}.journal"
        self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._end = 0
        os.ftruncate(self._handle, CHUNK_OCTETS)
        self._map = mmap.mmap(self._handle, CHUNK_OCTETS)
        self._write(f"C {case_id.hex}\n")

    def before_dot(self, notice_id: uuid.UUID, attempt: int, started_at: datetime.datetime) -> None:
        """Note that the final dot of an attempt, printed at `started_at`, is about to be written."""
        self._write(f"S {notice_id.hex} {attempt} {started_at.timestamp():.6f}\n")

    def after_reply(self, notice_id: uuid.UUID, attempt: int, handover: Handover) -> None:
        """Note the server's reply to an attempt."""
        text = " ".join(handover.text.split()).replace("\0", "")
        self._write(f"R {notice_id.hex} {attempt} {_now()} {handover.code} {text}\n")

    def close(self) -> None:
        """End the journal of a sender whose every attempt is in the database."""
        self.path.unlink(missing_ok=True)
        self._map.close()
        os.close(self._handle)

    def _write(self, line: str) -> None:
        octets = line.encode("utf-8", "backslashreplace")
        end = self._end + len(octets)
        if end > len(self._map):
            size = len(self._map) + CHUNK_OCTETS
            os.ftruncate(self._handle, size)
            self._map = mmap.mmap(self._handle, size)
        self._map[self._end : end] = octets
        self._end = end


@dataclass(frozen=True, slots=True)
class Left:
    """The journal of a sender that is no longer alive."""

    path: Path
    worker: str
    case_id: uuid.UUID
    noted: dict[tuple[uuid.UUID, int], Noted]


def left_behind(folder: Path, *, case_id: uuid.UUID) -> Iterator[Left]:
    """Yield the journals of one case whose senders have died; each stays locked by us until the caller is done with it."""
    for path in sorted(folder.glob("*.journal")):
        handle = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # its sender lives
            os.close(handle)
            continue
        try:
            left = _read(path)
            if left is not None and left.case_id == case_id:
                yield left
        finally:
            os.close(handle)


def _read(path: Path) -> Left | None:
    """Read a journal; a last line without its end was cut by the kill and does not count."""
    try:
        written = path.read_bytes().partition(b"\0")[0]
        whole, _, _cut = written.decode("utf-8", "replace").rpartition("\n")
    except FileNotFoundError:
        return None
    lines = whole.split("\n")
    if not lines[0].startswith("C "):
        return Left(path, path.stem, uuid.UUID(int=0), {})
    noted: dict[tuple[uuid.UUID, int], Noted] = {}
    for line in lines[1:]:
        kind, notice, attempt, at, *rest = line.split(" ", 5)
        key, moment = (uuid.UUID(notice), int(attempt)), _moment(at)
        if kind == "S":
            noted[key] = Noted(moment, None)
        else:
            started = noted[key].started_at if key in noted else moment
            noted[key] = Noted(started, _handover(int(rest[0]), rest[1] if len(rest) > 1 else ""), moment)
    return Left(path, path.stem, uuid.UUID(lines[0][2:]), noted)


def _handover(code: int, text: str) -> Handover:
    from notices.transports.reply import Reply

    return Handover.of(Reply(code, text)) if code else Handover.broken(text, after_dot=True)


def _now() -> str:
    return f"{datetime.datetime.now(datetime.UTC).timestamp():.6f}"


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(float(text), datetime.UTC)
