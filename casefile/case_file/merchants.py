"""The merchants file of a case folder: a CSV with the columns name, domain and aliases (separated by `|`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from casefile.case_file.sections import is_domain
from casefile.case_file.values import Fault
from casefile.case_folder import Merchant

COLUMNS = ("name", "domain", "aliases")
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class PlacedMerchant:
    """A merchant and where it was written."""

    merchant: Merchant
    file: str
    line: int


def read_merchants(*, text: str, file: str) -> tuple[list[PlacedMerchant], list[Fault]]:
    """Return the merchants of a CSV text and its faults; a row with a fault gives no merchant."""
    merchants: list[PlacedMerchant] = []
    faults: list[Fault] = []
    records = _records(text, file, faults)
    header = next(records, None)
    if header is None:
        return [], faults or [Fault(file, 0, "the file is empty; its first line must be name,domain,aliases.")]
    names = tuple(cell.strip().lower() for cell in header[1])
    if sorted(names) != sorted(COLUMNS):
        return [], [Fault(file, header[0], "the first line must name the columns name, domain and aliases.")]
    for line, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        problem = _row_problem(cells)
        if problem:
            faults.append(Fault(file, line, problem))
        else:
            merchants.append(PlacedMerchant(_merchant(dict(zip(names, cells, strict=True))), file, line))
            faults.extend(Fault(file, line, text) for text in _merchant_problems(merchants[-1].merchant))
    return merchants, faults


def duplicate_faults(placed: Iterable[PlacedMerchant]) -> list[Fault]:
    """Return a fault for each name, domain or alias of two merchants: a shopper's answer must mean one shop."""
    faults: list[Fault] = []
    owners: dict[str, PlacedMerchant] = {}
    for entry in placed:
        merchant = entry.merchant
        own = {_key(text): text for text in (merchant.name, merchant.domain, *merchant.aliases)}
        for key, text in own.items():
            owner = owners.setdefault(key, entry)
            if owner is not entry:
                where = f'"{owner.merchant.name}" in line {owner.line}'
                faults.append(Fault(entry.file, entry.line, f'"{text}" already stands for the merchant {where}.'))
    return faults


def _records(text: str, file: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Yield every CSV record with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(file, line, f"this line is not readable as CSV ({error})."))


def _row_problem(cells: list[str]) -> str | None:
    if len(cells) != len(COLUMNS):
        return f"this line has {len(cells)} fields, not {len(COLUMNS)}."
    if any(not cell.isprintable() for cell in cells):
        return "this line holds a line break or a control character."
    return None


def _merchant(row: dict[str, str]) -> Merchant:
    aliases = tuple(dict.fromkeys(alias.strip() for alias in row["aliases"].split("|") if alias.strip()))
    return Merchant(name=row["name"].strip(), domain=row["domain"].strip(), aliases=aliases)


def _merchant_problems(merchant: Merchant) -> Iterator[str]:
    if not merchant.name:
        yield "the name is missing."
    if any(len(text) > LONGEST_NAME for text in (merchant.name, *merchant.aliases)):
        yield f"a name is longer than {LONGEST_NAME} characters."
    if not is_domain(merchant.domain):
        yield f'the domain must be written in small letters like shop.example, not "{merchant.domain[:80]}".'


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
