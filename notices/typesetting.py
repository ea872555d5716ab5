"""Typesetting: a Typst template of `notices/papers` and data become a PDF, offline and the same octets every time."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import typst
from typst import TypstError

__all__ = ["TypstError", "pdf", "write"]

TEMPLATES = Path(__file__).parent / "papers"

ACCESSIBLE: Literal["ua-1"] = "ua-1"
"""PDF/UA-1 (ISO 14289-1): tagged, with title and language, so that a screen reader can read it."""


def pdf(template: str, data: Mapping[str, Any], *, at: datetime.datetime) -> bytes:
    """Return `papers/<template>.typ` set with `data`, which it reads as JSON: no value can become markup or code.

    `at` is the document's date, aware. A letter that no font here has is printed as an empty box; PDF/UA forbids that, so such
    a document is not marked as accessible. About 20 ms a page after the first document.
    """
    values = json.dumps(data, ensure_ascii=False)
    try:
        return _compile(template, values, at, [ACCESSIBLE])
    except TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return _compile(template, values, at, [])


def _compile(template: str, values: str, at: datetime.datetime, standards: list[Literal["ua-1"]]) -> bytes:
    return bytes(
        typst.compile(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
            sys_inputs={"data": values},
            pdf_standards=[*standards],
            timestamp=at.replace(microsecond=0),
        )
    )


def write(path: Path, octets: bytes) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    draft.write_bytes(octets)
    draft.replace(path)
