"""What a file is by its first bytes, and whether a spreadsheet is safe to open: no bomb, no entity, no outside schema."""

from __future__ import annotations

import codecs
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from casefile.errors import ListRefused
from casefile.list_file.limits import MB, Limits

NOT_LISTS = (
    (b"%PDF", "a PDF; ask for the list itself as CSV or XLSX"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"BZh", "a bzip2 archive; unpack it first"),
    (b"\xfd7zXZ", "an xz archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"PAR1", "a Parquet file; ask for CSV or XLSX"),
    (b"SQLite format 3", "an SQLite database; ask for CSV or XLSX"),
    (b"\x89PNG", "a picture; ask for the list itself as CSV or XLSX"),
    (b"\xff\xd8\xff", "a picture; ask for the list itself as CSV or XLSX"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"{\\rtf", "an RTF document; ask for the list itself as CSV or XLSX"),
)
"""First bytes of what people send instead of a list."""
_MARKUP = re.compile(rb"\s*(?:<!doctype|<html|<table|<\?xml|<workbook)", re.IGNORECASE)


def format_of(path: Path) -> str:
    """Return text, xlsx, xlsb, ods or xls; raises ListRefused for anything that is no list."""
    with path.open("rb") as file:
        head = file.read(4096)
    for magic, what in NOT_LISTS:
        if head.startswith(magic) and (magic != b"MZ" or b"\x00" in head):
            raise ListRefused(f"This is {what}.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _format_of_package(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise ListRefused(
            "This is a web page or XML, whatever its name says; open it in a spreadsheet and save it as XLSX or CSV."
        )
    if _is_binary(head):
        raise ListRefused("This is not a list: it is neither text nor a spreadsheet that we know (XLSX, XLS, ODS).")
    return "text"


def _is_binary(head: bytes) -> bool:
    """What is no UTF-8 and has many controls other than tab, line ends, NUL (UTF-16, old systems) and separators."""
    controls = sum(head.count(bytes([b])) for b in range(32) if b not in (0, 1, 9, 10, 12, 13, 26, 28, 29, 30, 31))
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return controls > max(8, len(head) * 0.05)
    return False


def _format_of_package(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
            if "mimetype" in names and b"opendocument.spreadsheet" in package.open("mimetype").read(200):
                return "ods"
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise ListRefused(
            f"The file is damaged: it begins like a spreadsheet or archive but cannot be opened ({error})."
        ) from error
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "xl/workbook.xml" in names or any(name.startswith("xl/worksheets/") for name in names):
        return "xlsx"
    raise ListRefused("This is a ZIP archive; unpack it and send the list that is inside.")


@dataclass(slots=True)
class Formulas:
    """Per sheet part, the number of formula cells, and the rows of those whose value was not saved."""

    counts: dict[str, int] = field(default_factory=dict)
    without_value: dict[str, list[int]] = field(default_factory=dict)


def inspect(path: Path, *, limits: Limits) -> Formulas:
    """Unpack a spreadsheet's parts in passing, hold them against the limits, and find its formulas.

    Raises ListRefused for too many or too large parts (a zip bomb), for a document type or entity declaration (an XML bomb, an
    external entity: OWASP XXE) and for an XML map that points to an outside schema.
    """
    formulas = Formulas()
    total = 0
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if len(parts) > limits.unpacked_parts:
                raise ListRefused(f"The spreadsheet has {len(parts):,} parts; no list has that many.")
            for part in parts:
                if part.flag_bits & 1:
                    raise ListRefused("The spreadsheet is protected by a password; ask for it without.")
                total += _inspect_part(package, part, formulas, limits=limits, already=total)
    except (zipfile.BadZipFile, OSError, NotImplementedError, EOFError) as error:
        raise ListRefused(f"The spreadsheet is damaged ({error}).") from error
    return formulas


_DECLARATIONS = [word.encode(codec) for word in ("<!DOCTYPE", "<!ENTITY") for codec in ("ascii", "utf-16-le", "utf-16-be")]
_FORMULA = re.compile(rb'<c r="[A-Z]{1,3}(\d+)"[^>]*>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(<v>[^<]|<is>|</c>|<v/>|<v></v>)')
_OVERLAP = 16 * 1024
CHUNK_BYTES = MB // 4
LONGEST_TEXT_BYTES = MB // 2
"""A cell holds at most 32,767 characters (Excel's specifications and limits): 200 kB with every letter escaped."""


def _inspect_part(package: zipfile.ZipFile, part: zipfile.ZipInfo, formulas: Formulas, *, limits: Limits, already: int) -> int:
    size = run = 0
    tail = b""
    with package.open(part) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if already + size > limits.unpacked_bytes or (size > 32 * MB and size > part.compress_size * limits.unpacked_ratio):
                raise ListRefused("The spreadsheet is a bomb: it unpacks to far more than a list can hold. It was not opened.")
            run = _text_run(chunk, run)
            if run > LONGEST_TEXT_BYTES and part.filename.startswith(("xl/sharedStrings", "xl/worksheets", "content")):
                raise ListRefused("The spreadsheet is a bomb: one cell holds more text than Excel allows. It was not opened.")
            if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                tail = _inspect_text(tail + chunk, part.filename, formulas, kept=len(tail))
    return size


def _text_run(chunk: bytes, before: int) -> int:
    """Return how long the longest text is that this chunk ends or leaves open, `before` being what was left open."""
    first, last = chunk.find(b"<"), chunk.rfind(b"<")
    return before + len(chunk) if first < 0 else max(before + first, len(chunk) - last)


def _inspect_text(text: bytes, name: str, formulas: Formulas, *, kept: int) -> bytes:
    if any(word in text for word in _DECLARATIONS):
        raise ListRefused(
            f"The spreadsheet declares XML entities in {name!r}, which no list needs and attacks use. It was not opened."
        )
    if "xmlmaps" in name.lower() and re.search(rb"schemaLocation\s*=", text, re.IGNORECASE):
        raise ListRefused(f"The spreadsheet points to an outside schema in {name!r}. It was not opened.")
    end = 0
    if "worksheets/" in name and b"<f" in text:
        for found in _FORMULA.finditer(text):
            end = found.end()
            formulas.counts[name] = formulas.counts.get(name, 0) + 1
            missing = formulas.without_value.setdefault(name, [])
            if not found[2].startswith((b"<v>", b"<is>")) or found[2] == b"<v></v>":
                missing.append(int(found[1]))
    if name == "content.xml":
        formulas.counts[name] = formulas.counts.get(name, 0) + text[kept:].count(b"table:formula=")
    return text[max(end, len(text) - _OVERLAP) :]
