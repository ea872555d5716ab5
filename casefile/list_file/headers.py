"""Where a list begins: title rows above the header, the header itself, or none at all."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from casefile.list_file import contents, fields
from casefile.list_file.faults import Fault, FaultKind

SEARCHED_ROWS = 20


@dataclass(frozen=True, slots=True)
class Header:
    """`columns` as in the file, `names` the same made different from each other; the rows up to `number` are no data."""

    number: int
    columns: tuple[str, ...]
    names: tuple[str, ...]
    faults: tuple[Fault, ...] = ()
    present: bool = True


def find(records: list[tuple[int, list[str]]], *, said: bool | None = None) -> Header:
    """Return the header among the first records (row number, cells), looking for it in the first twenty.

    `said` is a person's word that there is a header or none.
    """
    filled = [(number, cells) for number, cells in records if any(c.strip() for c in cells)]
    if not filled:
        first = records[0] if records else (0, [])
        return _header(first[0], first[1], titles=0)
    usual = _usual_width(filled)
    if said is False:
        return _without_header(max(len(cells) for _, cells in filled))
    index = _index(filled[:SEARCHED_ROWS], usual)
    number, cells = filled[index]
    if said is None and index == 0 and _is_data(cells, [row for _, row in filled[1:200]]):
        return _without_header(_common_length(filled))
    return _header(number, cells, titles=index)


def _usual_width(rows: list[tuple[int, list[str]]]) -> int:
    """The number of filled cells that most rows have at least (the median)."""
    return sorted(_filled(cells) for _, cells in rows)[len(rows) // 2]


def _common_length(rows: list[tuple[int, list[str]]]) -> int:
    return Counter(len(cells) for _, cells in rows).most_common(1)[0][0]


def _filled(cells: list[str]) -> int:
    return sum(bool(c.strip()) for c in cells)


def _index(rows: list[tuple[int, list[str]]], usual: int) -> int:
    """The first row unless it is a title: fuller rows follow, and the first of them has known headers or looks like a header."""
    fullest = 0
    for index, (_, cells) in enumerate(rows):
        if _known(cells) >= 2 and _filled(cells) > fullest:
            return index
        if _known(cells) and not index:
            break
        fullest = max(fullest, _filled(cells))
    for index, (_, cells) in enumerate(rows):
        if _filled(cells) >= max(2, 0.6 * usual):
            return index if index == 0 or _is_texts(cells) else 0
    return 0


def _is_texts(cells: list[str]) -> bool:
    """Column names are texts, different from each other, and no e-mails, dates or sums."""
    filled = [c.strip() for c in cells if c.strip()]
    lettered = sum(any(map(str.isalpha, c)) for c in filled)
    return lettered > len(filled) / 2 and len(set(filled)) == len(filled) and not any(contents.kind_of(c) for c in filled)


def _known(cells: list[str]) -> int:
    return sum(fields.lookup(cell) is not None for cell in cells)


def _is_data(first: list[str], below: list[list[str]]) -> bool:
    """The first row is data when it holds no known header, and a cell of a kind (e-mail, ZIP, ...) like those below it."""
    if _known(first):
        return False
    kinds = [(i, kind) for i, cell in enumerate(first) if (kind := contents.kind_of(cell))]
    if not below:
        return len(kinds) >= 2
    return any(_agrees(kind, [row[i] for row in below if i < len(row)]) for i, kind in kinds)


def _agrees(kind: str, values: list[str]) -> bool:
    filled = [v for v in values if v.strip()]
    return bool(filled) and sum(contents.kind_of(v) == kind for v in filled) >= 0.5 * len(filled)


def _without_header(width: int) -> Header:
    names = tuple(f"column {i}" for i in range(1, width + 1))
    text = "The first row is data, not a header: the columns were numbered and mapped by their contents."
    return Header(0, names, names, (Fault(None, None, FaultKind.NO_HEADER, text),), present=False)


def _header(number: int, cells: list[str], *, titles: int) -> Header:
    columns = tuple(cells)
    faults: list[Fault] = []
    if titles:
        text = f"{titles} rows above the header (row {number}) were taken for titles; they are no rows of the list."
        faults.append(Fault(None, None, FaultKind.TITLE_ROWS, text))
    for name, count in Counter(c.strip() for c in columns if c.strip()).items():
        if count > 1:
            text = f"{count} columns are called {name!r}; the later ones are shown as {name} (2) and so on."
            faults.append(Fault(number, name, FaultKind.DUPLICATE_COLUMN, text))
    unnamed = [i for i, c in enumerate(columns, 1) if not c.strip()]
    if unnamed and len(columns) > 1:
        text = f"{len(unnamed)} columns have no header; they are shown as column {unnamed[0]} and so on."
        faults.append(Fault(number, None, FaultKind.UNNAMED_COLUMN, text))
    return Header(number, columns, unique(columns), tuple(faults))


def unique(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the column names made different: a second `Phone` is `Phone (2)`, an empty name is `column 3`."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for index, column in enumerate(columns, 1):
        # PostgreSQL's text, where faults name their column, holds no zero bytes.
        name = column.replace("\x00", "") if column.strip() or len(columns) == 1 else f"column {index}"
        seen[name] += 1
        while name in names:
            name = f"{column or f'column {index}'} ({seen[column]})"
            seen[column] += 1
        names.append(name)
    return tuple(names)


TOTALS = re.compile(
    r"\s*(?:(?:grand|sub|report|running)?[ -]*totals?|total(?:es)? general(?:es)?|totales|(?:record|row|line) ?count|"
    r"(?:number|total|count)(?: of)? (?:records?|rows?|names?)|(?:total )?(?:records?|rows?|names|registros|filas)\s*[:=]|"
    r"end of (?:file|report|list)|fin del? (?:archivo|reporte|informe|listado)|trailer)\b.*",
    re.IGNORECASE | re.DOTALL,
)
"""What stands at the beginning of a totals row or of the last line of a report."""
_NUMBER = re.compile(r"[$(]?\s*-?[\d.,]+\s*\)?%?")


def is_totals(cells: list[str], previous_filled: int) -> bool:
    """Return whether a row sums the list up: it says so in its first filled cell and holds else only numbers or nothing."""
    filled = [c.strip() for c in cells if c.strip()]
    if not filled or not TOTALS.fullmatch(filled[0]):
        return False
    rest = filled[1:]
    numbers = all(_NUMBER.fullmatch(c) and contents.kind_of(c) in (None, "amount") for c in rest)
    return numbers and (len(filled) < max(2, previous_filled) or len(rest) <= 1)


def stated_count(cells: list[str]) -> int | None:
    """Return the number of rows that a totals row states, if it speaks of records, rows or names."""
    text = " ".join(c.strip() for c in cells if c.strip())
    found = re.search(r"\b(?:records?|rows?|names|registros|filas|count)\b\D{0,12}([\d,]+)\b(?!\.\d)", text, re.IGNORECASE)
    return int(found[1].replace(",", "")) if found and found[1].strip(",") else None
