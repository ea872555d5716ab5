"""Which encoding a text file is in: a byte-order mark says so, else UTF-8 is tried strictly, else cp1252 is assumed aloud."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from casefile.errors import ListRefused
from casefile.list_file.faults import Fault, FaultKind
from casefile.list_file.limits import MB, Limits

MARKS = (
    # The UTF-32 mark begins with the UTF-16 one: longest first (Unicode standard, table 2-4).
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
ACCEPTED_NAMES = (
    "utf-8",
    "cp1252",
    "latin-1",
    "utf-16-le",
    "utf-16-be",
    "utf-32-le",
    "utf-32-be",
    "mac-roman",
    "cp437",
    "cp850",
)
"""The encodings that a person may name; `Encoding.name` is one of these."""

CP1252_TABLE = "".join(bytes([b]).decode("cp1252", errors="ignore") or chr(b) for b in range(256))
"""cp1252 with its five unassigned bytes read as controls, as browsers do (WHATWG encoding standard, windows-1252)."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes become text; `mark_bytes` is the length of the byte-order mark, `mixed` means line by line."""

    name: str
    mark_bytes: int = 0
    mixed: bool = False
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Scan:
    """What one pass over the bytes saw."""

    valid: int = 0
    invalid: int = 0
    first_invalid_line: int = 0
    example: str = ""


def detect(path: Path, *, limits: Limits, named: str | None = None) -> Encoding:
    """Return the encoding of a text file after one pass over its bytes.

    `named` is what a person said, and wins. Raises ListRefused for a line longer than `limits.line_bytes` or a name that is not
    among ACCEPTED_NAMES.
    """
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    scan = _scan(path, limits=limits)
    marked = next((Encoding(name, len(mark)) for mark, name in MARKS if head.startswith(mark)), None)
    chosen = (
        _named(named, marked) if named else marked or _wide_without_mark(head) or Encoding("cp1252" if scan.invalid else "utf-8")
    )
    if named and chosen.name != "utf-8":
        return chosen
    return _eight_bit(chosen, scan, named=bool(named)) if chosen.name in ("utf-8", "cp1252") else chosen


def _named(named: str, marked: Encoding | None) -> Encoding:
    name = named.lower().replace("_", "-")
    name = {"utf8": "utf-8", "windows-1252": "cp1252", "iso-8859-1": "latin-1", "utf-16": "utf-16-le"}.get(name, name)
    if name not in ACCEPTED_NAMES:
        raise ListRefused(f"The encoding {named!r} is not one of {', '.join(ACCEPTED_NAMES)}.")
    return Encoding(name, marked.mark_bytes if marked and marked.name == name else 0)


def _wide_without_mark(head: bytes) -> Encoding | None:
    """Western text in UTF-16 has a zero in every second byte."""
    half = len(head) // 2
    if half < 2:
        return None
    for name, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros, others = head[first::2].count(0), head[1 - first :: 2].count(0)
        if zeros > 0.7 * half and others < 0.05 * half:
            text = f"Read as {name}: nearly every second byte is zero, and the file has no byte-order mark."
            return Encoding(name, faults=(Fault(None, None, FaultKind.ENCODING_ASSUMED, text),))
    return None


def _eight_bit(chosen: Encoding, scan: _Scan, *, named: bool) -> Encoding:
    """Say aloud what is assumed about bytes that are not UTF-8."""
    if not scan.invalid:
        return chosen
    where = f"The first such line is {scan.first_invalid_line}: {scan.example!r}."
    if scan.valid or named or chosen.mark_bytes:
        text = f"{scan.invalid} lines are not UTF-8 as the rest of the file is: they were read as cp1252. {where} Please compare."
        return Encoding("utf-8", chosen.mark_bytes, mixed=True, faults=(Fault(None, None, FaultKind.ENCODING_MIXED, text),))
    text = (
        f"Read as cp1252 (Western Windows): {scan.invalid} lines hold bytes that are not UTF-8, no line has accents in UTF-8, "
        f"and the file has no byte-order mark. {where} If that looks wrong, name the encoding."
    )
    return Encoding("cp1252", faults=(Fault(None, None, FaultKind.ENCODING_ASSUMED, text),))


_ENDING = re.compile(rb"\r\n|\r|\n")


def _scan(path: Path, *, limits: Limits) -> _Scan:
    """Count lines with valid and with invalid multi-byte UTF-8, a block of whole lines at a time."""
    scan = _Scan()
    line_number = 1
    for block in _blocks(path, limits=limits):
        if not block.isascii():
            try:
                block.decode("utf-8")
                scan.valid += 1
            except UnicodeDecodeError:
                _scan_lines(block, line_number, scan)
        line_number += max(block.count(b"\n"), block.count(b"\r"))
    return scan


def _scan_lines(block: bytes, line_number: int, scan: _Scan) -> None:
    for offset, line in enumerate(_ENDING.split(block)):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            scan.valid += 1
        except UnicodeDecodeError as error:
            scan.invalid += 1
            if not scan.first_invalid_line:
                scan.first_invalid_line = line_number + offset
                start = max(0, error.start - 20)
                scan.example = decode_cp1252(line[start : error.start + 20])


def _blocks(path: Path, *, limits: Limits) -> Iterator[bytes]:
    """Yield blocks of whole lines; raise ListRefused when a line does not end."""
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(4 * MB):
            cut = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
            if not cut:
                rest += chunk
                if len(rest) > limits.line_bytes:
                    raise ListRefused(
                        f"This is not a list: a line is longer than {limits.line_bytes // MB} MB; a row has some hundred letters."
                    )
                continue
            yield rest + chunk[:cut]
            rest = chunk[cut:]
    if rest:
        yield rest


def decode_cp1252(line: bytes) -> str:
    """Decode cp1252 without ever failing."""
    return line.decode("latin-1").translate(_CP1252_MAP)


_CP1252_MAP = {b: CP1252_TABLE[b] for b in range(0x80, 0xA0)}


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file with their endings, as a one-to-one image of the bytes (`carriers`); `read` turns one into text."""

    carriers: TextIOWrapper
    read: Callable[[str], str] | None
    to_bytes: Callable[[str], bytes]


def open_lines(path: Path, encoding: Encoding) -> Lines:
    """Open the file for reading line by line (LF, CR LF and CR alike), endings kept, byte-order mark skipped.

    The carrier of a line gives its bytes back exactly: UTF-8 text itself, or the Latin-1 image of an eight-bit line.
    """
    file = path.open("rb")
    file.seek(encoding.mark_bytes)
    name = encoding.name
    if name == "utf-8" and not encoding.mixed:
        return Lines(TextIOWrapper(file, "utf-8", newline=""), None, str.encode)
    if name.startswith(("utf-16", "utf-32")):
        return Lines(TextIOWrapper(file, name, errors="replace", newline=""), None, lambda text: text.encode(name))
    carriers = TextIOWrapper(file, "latin-1", newline="")
    return Lines(carriers, _eight_bit_reader(encoding), lambda text: text.encode("latin-1"))


def _eight_bit_reader(encoding: Encoding) -> Callable[[str], str]:
    if encoding.mixed:
        return _mixed_line
    if encoding.name == "cp1252":
        return lambda line: line if line.isascii() else line.translate(_CP1252_MAP)
    return lambda line: line if line.isascii() else line.encode("latin-1").decode(encoding.name, errors="replace")


def _mixed_line(line: str) -> str:
    if line.isascii():
        return line
    try:
        return line.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return line.translate(_CP1252_MAP)
