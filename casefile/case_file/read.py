"""The door to a case folder: read it, check all of it, and return the case or every fault at once."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casefile.case_file import merchants as merchants_file
from casefile.case_file import rules, sections
from casefile.case_file.lines import find_lines
from casefile.case_file.merchants import PlacedMerchant
from casefile.case_file.values import Fault, Findings, Section
from casefile.case_folder import CaseFolder
from casefile.errors import CaseFolderFaulty

CASE_FILE = "case.toml"
TABLES = ("case", "dates", "parties", "money", "matching", "rules", "mail")
"""The tables that every `case.toml` has; benefits and merchants are lists beside them."""
LARGEST_FILE_BYTES = 8_000_000
"""Far above a case of ten thousand merchants; a larger file is not a case file."""
_POSITION = re.compile(r" \(at line (\d+), column \d+\)$| \(at end of document\)$")
_DATE = re.compile(r"=\s*(\d{4}-\d\d-\d\d[^\s#]*)")


@dataclass(frozen=True, slots=True)
class CheckedFolder:
    """The outcome of a check: a case without faults, or faults without a case."""

    case: CaseFolder | None
    faults: tuple[Fault, ...]


def read_case_folder(folder: Path) -> CaseFolder:
    """Return the case of a folder.

    Raises `CaseFolderFaulty`, whose message lists every fault with file and line.
    """
    checked = check_case_folder(folder)
    if checked.case is None:
        listed = "\n".join(f"  {fault}" for fault in checked.faults)
        raise CaseFolderFaulty(f"the case folder {folder} has {len(checked.faults)} fault(s):\n{listed}")
    return checked.case


def check_case_folder(folder: Path) -> CheckedFolder:
    """Read and check a case folder; whatever is wrong with it is reported, never raised."""
    source = _read_text(folder / CASE_FILE, CASE_FILE)
    if isinstance(source, Fault):
        return CheckedFolder(None, (source,))
    table = _parse(source)
    if isinstance(table, Fault):
        return CheckedFolder(None, (table,))
    findings = Findings(CASE_FILE, find_lines(source))
    top = Section((), table, findings)
    merchants, merchant_source, faults = _read_merchants(top, folder)
    digest = hashlib.sha256(f"{source}\0{merchant_source}".encode()).hexdigest()
    case = _build(top, folder=folder, merchants=merchants, sha256=digest)
    rules.apply_rules(case, findings)
    if case.synthetic:
        faults.extend(rules.synthetic_merchant_faults(merchants))
    found = tuple(sorted(findings.faults + faults))
    return CheckedFolder(None if found else case, found)


def _build(top: Section, *, folder: Path, merchants: list[PlacedMerchant], sha256: str) -> CaseFolder:
    """Return the case as far as it could be read; it may only be used when nothing was found wrong."""
    tables = {name: top.section(name) for name in TABLES}
    case = tables["case"]
    languages = sections.read_languages(case)
    built = CaseFolder(
        path=folder,
        slug=sections.read_slug(case),
        caption=case.text("caption"),
        short_name=case.text("short_name"),
        court=case.text("court"),
        docket_number=case.text("docket_number"),
        class_definition=case.localised("class_definition", languages=languages),
        about=case.localised("about", languages=languages),
        languages=languages,
        site_domain=sections.read_domain(case, "site_domain"),
        time_zone=sections.read_time_zone(case),
        synthetic=case.flag("synthetic", default=False),
        dates=sections.read_dates(tables["dates"]),
        hearing_place=tables["dates"].text("hearing_place"),
        parties=sections.read_parties(tables["parties"]),
        money=sections.read_money(tables["money"]),
        benefits=tuple(sections.read_benefit(item, languages=languages) for item in top.sections("benefits")),
        merchants=tuple(entry.merchant for entry in merchants),
        matching=sections.read_matching(tables["matching"]),
        rules=sections.read_rules(tables["rules"]),
        mail=sections.read_mail(tables["mail"]),
        sha256=sha256,
    )
    for section in (*tables.values(), top):
        section.close()
    if not built.benefits and top.findings.sound(("benefits",)):
        top.fault("benefits", "benefits names nothing that a class member could claim.")
    return built


def _read_merchants(top: Section, folder: Path) -> tuple[list[PlacedMerchant], str, list[Fault]]:
    """Return the merchants, the text of their file (empty when they stand in `case.toml`) and that file's faults."""
    text = ""
    faults: list[Fault] = []
    if top.has("merchants_file"):
        merchants, text, faults = _merchants_beside(top, folder)
        if top.has("merchants"):
            top.taken.add("merchants")
            top.fault("merchants", "merchants stand either in case.toml or in merchants_file, not in both.")
    else:
        merchants = [
            PlacedMerchant(sections.read_merchant(item), CASE_FILE, top.findings.lines.of(item.path))
            for item in top.sections("merchants")
        ]
    if not merchants and not faults and top.findings.sound(("merchants",), ("merchants_file",)):
        key = "merchants" if top.has("merchants") else "merchants_file"
        top.fault(key, "the case has no merchant; a shopper could not say where the purchase was made.")
    return merchants, text, faults + merchants_file.duplicate_faults(merchants)


def _merchants_beside(top: Section, folder: Path) -> tuple[list[PlacedMerchant], str, list[Fault]]:
    name = top.text("merchants_file")
    if not top.findings.sound(("merchants_file",)):
        return [], "", []
    if Path(name).name != name or not name.endswith(".csv"):
        top.fault("merchants_file", f'merchants_file must name a .csv file in the case folder itself, not "{name[:80]}".')
        return [], "", []
    text = _read_text(folder / name, name)
    if isinstance(text, Fault):
        return [], "", [text]
    merchants, faults = merchants_file.read_merchants(text=text, file=name)
    return merchants, text, faults


def _read_text(path: Path, name: str) -> str | Fault:
    """Return a file's text without byte-order mark, or why there is none."""
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            return Fault(name, 0, f"the file is larger than {LARGEST_FILE_BYTES} bytes.")
        raw = path.read_bytes()
    except FileNotFoundError:
        return Fault(name, 0, f"there is no such file in {path.parent}.")
    except (OSError, ValueError) as error:
        return Fault(name, 0, f"the file cannot be read ({error}).")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Fault(name, line, "this line is not UTF-8; save the file as UTF-8.")


def _parse(source: str) -> dict[str, Any] | Fault:
    try:
        return tomllib.loads(source)
    except RecursionError:
        return Fault(CASE_FILE, 0, "the file nests lists too deeply.")
    except ValueError as error:
        return _syntax_fault(source, str(error))


def _syntax_fault(source: str, message: str) -> Fault:
    """Turn the parser's sentence into ours; a date that the calendar lacks is the fault that people make."""
    position = _POSITION.search(message)
    lines = source.split("\n")
    line = int(position.group(1)) if position and position.group(1) else len(lines)
    written = _DATE.search(lines[line - 1]) if line <= len(lines) else None
    if written and ("date" in message or "Expected newline" in message):
        return Fault(CASE_FILE, line, f"{written.group(1)} is not a date or time that exists.")
    reason = message[: position.start()] if position else message
    return Fault(CASE_FILE, line, f"the file is not valid TOML here: {reason[:200]}.")
