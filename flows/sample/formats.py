"""The bytes of a sheet as the different senders write them: delimited text, fixed width, and XLSX."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from flows.sample.sheets import Cells, Sheet


def write_delimited(
    path: Path,
    sheet: Sheet,
    *,
    delimiter: str,
    encoding: str,
    mark: bytes = b"",
    newline: str = "\r\n",
    quote_all: bool = False,
) -> None:
    """Write delimited text; `mark` is the byte-order mark."""
    with path.open("wb") as raw:
        raw.write(mark)
        with io.TextIOWrapper(raw, encoding=encoding, newline="") as file:
            writer = csv.writer(
                file,
                delimiter=delimiter,
                lineterminator=newline,
                quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
            )
            writer.writerows(sheet.cells.tolist())


def write_fixed(path: Path, sheet: Sheet, *, widths: Sequence[int]) -> None:
    """Write fixed-width ASCII; what is longer than its column is cut off, as such systems do."""
    with path.open("w", encoding="ascii", newline="\r\n") as file:
        file.writelines(
            "".join(cell[: width - 1].ljust(width) for cell, width in zip(cells, widths, strict=False)).rstrip() + "\n"
            for cells in sheet.cells.tolist()
        )


_XLSX_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    '.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument'
    '.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Export" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
}
"""The least that makes a workbook of one sheet (ECMA-376, part 1, section 12)."""

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EPOCH = (2026, 1, 1, 0, 0, 0)
"""One time for every part, so that the same seed gives the same bytes."""


def write_xlsx(path: Path, sheet: Sheet, *, numeric: frozenset[int]) -> None:
    """Write a workbook of one sheet; cells of the `numeric` columns become numbers where they can, which costs them zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _XLSX_PARTS.items():
            _add_part(archive, name, _XML + text)
        rows = "".join(_row(number, cells, numeric) for number, cells in enumerate(sheet.cells.tolist(), start=1))
        body = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>'
        _add_part(archive, "xl/worksheets/sheet1.xml", f"{_XML}{body}</worksheet>")


def _add_part(archive: zipfile.ZipFile, name: str, text: str) -> None:
    part = zipfile.ZipInfo(name, date_time=_EPOCH)
    part.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(part, text.encode())


def _row(number: int, cells: Cells, numeric: frozenset[int]) -> str:
    return f'<row r="{number}">{"".join(_cells(number, cells, numeric))}</row>'


def _cells(number: int, cells: Cells, numeric: frozenset[int]) -> Iterator[str]:
    for column, text in enumerate(cells):
        place = f"{chr(ord('A') + column)}{number}"
        if text.startswith("="):
            result = "".join(re.findall(r'"([^"]*)"', text))
            yield f'<c r="{place}" t="str"><f>{escape(text[1:])}</f><v>{escape(result)}</v></c>'
        elif column in numeric and text.isdigit():
            yield f'<c r="{place}"><v>{int(text)}</v></c>'
        elif text:
            yield f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
