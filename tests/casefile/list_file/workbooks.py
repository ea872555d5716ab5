"""Small spreadsheets made of their parts, sound and hostile ones."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


TYPES = f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'


def xlsx(
    path: Path, sheets: dict[str, list[list[str]]], extra: dict[str, str] | None = None, hidden: tuple[str, ...] = ()
) -> Path:
    """Write a workbook; a cell is text, or XML of a whole cell's inside when it begins with `<` (`<v>2139</v>`)."""
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{LINKS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'
        + "".join(
            f'<sheet name="{name}" sheetId="{i}" state="{"hidden" if name in hidden else "visible"}" r:id="r{i}"/>'
            for i, name in enumerate(sheets, 1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="r{i}" Type="{LINKS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in range(1, len(sheets) + 1)
        )
        + "</Relationships>",
    }
    for i, rows in enumerate(sheets.values(), 1):
        body = "".join(
            f'<row r="{n}">{"".join(_cell(n, c, v) for c, v in enumerate(row) if v)}</row>' for n, row in enumerate(rows, 1)
        )
        parts[f"xl/worksheets/sheet{i}.xml"] = f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'
    return package(path, parts | (extra or {}))


def _cell(row: int, column: int, value: str) -> str:
    reference = f"{chr(65 + column)}{row}"
    if value.startswith("<"):
        return f'<c r="{reference}">{value}</c>'
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def ods(path: Path, rows: list[list[str]], before: str = "") -> Path:
    """Write an OpenDocument spreadsheet; a cell that is a number is one."""
    body = "".join(f"<table:table-row>{''.join(_ods_cell(v) for v in row)}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0"?>{before}<office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="List">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
        'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
    )
    return package(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": manifest,
            "content.xml": content,
        },
    )


def _ods_cell(value: str) -> str:
    if value.isdigit():
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'


def package(path: Path, parts: dict[str, str]) -> Path:
    """Write a ZIP of text parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def xls(path: Path, rows: list[list[str]]) -> Path:
    """Write an Excel 97 workbook: BIFF8 records ([MS-XLS] 2.3) in a compound file ([MS-CFB]); digits become numbers."""
    cells = b"".join(_biff_cell(r, c, v) for r, row in enumerate(rows) for c, v in enumerate(row) if v)
    opening = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6))
    sheet_starts = len(opening) + 16 + 4
    bound = _record(0x85, struct.pack("<IBBBB", sheet_starts, 0, 0, 4, 0) + b"List")
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6)) + cells + _record(0x0A, b"")
    stream = opening + bound + _record(0x0A, b"") + sheet
    path.write_bytes(_compound_file(stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\x00")))
    return path


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _biff_cell(row: int, column: int, value: str) -> bytes:
    if value.isdigit():
        return _record(0x203, struct.pack("<HHHd", row, column, 0, float(value)))
    return _record(0x204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + value.encode("utf-16-le"))


def _compound_file(stream: bytes) -> bytes:
    """Sector 0 is the allocation table, 1 the directory, from 2 on the stream `Workbook`."""
    end, free, table, sectors = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, len(stream) // 512
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<I", 0) + b"\xff" * (108 * 4)
    chain = [table, end, *range(3, 2 + sectors), end]
    allocation = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    root = _directory_entry("Root Entry", 5, child=1, start=end, size=0)
    book = _directory_entry("Workbook", 2, child=free, start=2, size=len(stream))
    return header + allocation + (root + book).ljust(512, b"\x00") + stream


def _directory_entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    encoded = (name + "\x00").encode("utf-16-le")
    links = struct.pack("<HBBIII", len(encoded), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return encoded.ljust(64, b"\x00") + links + bytes(36) + struct.pack("<IQ", start, size)
