"""Letters: the postcard and the long-form notice as PDF, typeset from the case folder's texts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from casefile.case_folder import CaseFolder
from casefile.errors import TemplateFaults
from notices import fields, typesetting
from notices.fields import FIELDS, Scope
from notices.templates import Branch, Fault, Node, Part, Slot, Source, parse
from notices.values import case_values

FRONT, BACK, LONG_FORM = "postcard_front.txt", "postcard_back.txt", "long_form.txt"
"""The texts of a notice kind that are printed, beside those that are mailed; each language has its own."""

FOOTERS = {
    "en": "Questions? Call {phone} free of charge, or go to {site}",
    "es": "¿Preguntas? Llame gratis al {phone} o visite {site}",
}
"""At the foot of every page of the long form."""

_PROTECTED = str.maketrans({"*": "\ue000", "#": "\ue001", "|": "\ue002", "-": "\ue003"})
_RELEASED = str.maketrans({"\ue000": "*", "\ue001": "#", "\ue002": "|", "\ue003": "-"})
"""A value's own signs never become a heading, a list or bold: they are private-use letters until the text is parted."""

_LEADS = {"### ": "question", "## ": "section", "# ": "title", "- ": "item"}
_RUNS = re.compile(r"(\*\*[^*]+\*\*|\*[^*]+\*)")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose postcard it is, as the lines of the address and the codes are printed."""

    row_number: int
    name: str
    street: str
    place: str
    notice_id: str
    pin: str
    shop_name: str


def read(case: CaseFolder, *, kind: str, language: str, name: str) -> Source:
    """Read one printed text of a kind. Raises `TemplateFaults` with the line of every fault."""
    path = case.notices_path / kind / language / name
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateFaults(f"The text {path} is missing or cannot be read as UTF-8.") from error
    found: list[Fault] = []
    source = parse(text, file=f"{language}/{name}", part=Part.TEXT, faults=found)
    allowed = {Scope.CASE} if name == LONG_FORM else {Scope.CASE, Scope.MEMBER}
    for field in sorted(source.names):
        if FIELDS[field].scope not in allowed:
            number = next((at for at, line in enumerate(text.split("\n"), 1) if field in line), 1)
            found.append(Fault(source.file, number, f"{field} cannot be printed here: it is the same sheet for everyone"))
    if found:
        raise TemplateFaults(f"The printed texts of {kind} have faults:\n" + "\n".join(map(str, found)))
    return source


def long_form(case: CaseFolder, *, kind: str, language: str, site_url: str, at: datetime) -> bytes:
    """Return the long-form notice, which is the same for everyone, as PDF."""
    facts = case_values(case, language=language, site_url=site_url)
    footer = FOOTERS[language].format(phone=facts["administrator_phone"], site=facts["site_url"])
    data = {
        "title": f"{case.short_name}: {case.docket_number}",
        "language": language,
        "blocks": blocks(read(case, kind=kind, language=language, name=LONG_FORM), facts),
        "footer": footer,
    }
    return typesetting.pdf("long_form", data, at=at)


def postcards(
    case: CaseFolder, *, kind: str, language: str, site_url: str, recipients: Sequence[Recipient], at: datetime
) -> bytes:
    """Return the postcards of one language as PDF, two pages each; a thousand take seconds.

    Raises `TemplateFaults` when the text of a side does not fit on it in letters that people can read.
    """
    facts = case_values(case, language=language, site_url=site_url)
    front, back = (read(case, kind=kind, language=language, name=name) for name in (FRONT, BACK))
    administrator = case.parties.administrator
    data = {
        "title": f"{case.short_name}: {case.docket_number}",
        "language": language,
        "sender": [administrator.name, *administrator.address.strip().split("\n")],
        "cards": [
            {
                "to": [line for line in (one.name, one.street, one.place) if line],
                "key": str(one.row_number),
                "front": blocks(front, facts | _member(one)),
                "back": blocks(back, facts | _member(one)),
            }
            for one in recipients
        ],
    }
    try:
        return typesetting.pdf("postcard", data, at=at)
    except typesetting.TypstError as error:
        if "does not fit" in str(error):
            raise TemplateFaults(f"{language}: {error}. Shorten {FRONT} or {BACK} of {kind}.") from error
        raise


def _member(one: Recipient) -> dict[str, str]:
    return {
        "full_name": one.name,
        "first_name": "",
        "shop_name": one.shop_name,
        "notice_id": one.notice_id,
        "pin": one.pin,
        "unsubscribe_url": "",
    }


def blocks(source: Source, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a text as blocks: `#`, `##`, `###` begin headings, `-` an item, `| a | b |` a row, all else is a paragraph.

    `**bold**` and `*slanted*` are runs within a block. Only what the template wrote counts as such a sign, never a value.
    """
    cleaned = {name: fields.clean(name, value).translate(_PROTECTED) for name, value in values.items() if name in FIELDS}
    text = _fill(source.nodes, cleaned, source)
    return [_block(line.strip()) for line in text.split("\n") if line.strip()]


def _block(line: str) -> dict[str, Any]:
    if line.startswith("|") and line.endswith("|"):
        return {"kind": "row", "cells": [_runs(cell.strip()) for cell in line.strip("|").split("|")]}
    lead = next((lead for lead in _LEADS if line.startswith(lead)), "")
    return {"kind": _LEADS.get(lead, "paragraph"), "runs": _runs(line.removeprefix(lead))}


def _runs(text: str) -> list[tuple[str, str]]:
    found = []
    for part in filter(None, _RUNS.split(text)):
        style = "strong" if part.startswith("**") else "emph" if _RUNS.fullmatch(part) else ""
        found.append((style, (part.strip("*") if style else part).translate(_RELEASED)))
    return found


def _fill(parsed: Sequence[Node], values: Mapping[str, str], source: Source) -> str:
    parts = []
    for node in parsed:
        if isinstance(node, Branch):
            parts.append(_fill(node.filled if values.get(node.name) else node.empty, values, source))
        elif isinstance(node, Slot):
            if node.name not in values:
                raise TemplateFaults(f"{source.file}: there is no value for {node.name}")
            parts.append(values[node.name])
        else:
            parts.append(node)
    return "".join(parts)


def save(path: Path, octets: bytes) -> Path:
    """Write a letter whole or not at all."""
    typesetting.write(path, octets)
    return path
