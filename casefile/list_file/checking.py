"""Every row of a list held against the mapping: what is used of it, what is wrong with it, and how it ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from casefile.list_file import columns, dates, fields, headers, people, realigning
from casefile.list_file.columns import ColumnFaults
from casefile.list_file.faults import REJECTING, Fault, FaultKind
from casefile.list_file.mapping import Mapping
from casefile.list_file.records import Record
from casefile.words import RowOutcome

STRUCTURAL = frozenset({FaultKind.EMPTY_ROW, FaultKind.REPEATED_HEADER, FaultKind.TOTALS_ROW})
"""Rows with one of these are no people: what else is wrong with their cells is not worth a word."""

SENTENCES = {
    FaultKind.STRAY_QUOTE: "A quote was opened and never closed; it was read as a letter.",
    FaultKind.NOT_UTF8: "The row is not UTF-8 as the rest of the file is; it was read as cp1252.",
    FaultKind.FORMULA: "A cell is a formula whose value was not saved in the file; it was read as empty.",
    FaultKind.EMPTY_ROW: "Every cell is empty.",
    FaultKind.REPEATED_HEADER: "The row repeats the header.",
    FaultKind.TOTALS_ROW: "The row sums the list up or ends it; it is no person.",
    FaultKind.NO_PERSON: "No name, e-mail, phone or address: nobody can be found by this row.",
    FaultKind.NO_NAME: "The row has no name.",
    FaultKind.NO_CONTACT: "The row has a name, but no e-mail, phone or address.",
    FaultKind.DUPLICATE_ROW: "An earlier row of the file is the same, byte for byte.",
}

FAULT_SCHEMA = pa.schema(
    [("row_number", pa.int32()), ("column", pa.string()), ("kind", pa.string()), ("text", pa.string())],
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A batch after checking: `rows` (row_number, raw, outcome, then `people.OUTPUT`) and `faults` (FAULT_SCHEMA)."""

    rows: pa.Table
    faults: pa.Table


@dataclass(slots=True)
class Checker:
    """Checks batch after batch of one list and counts; `names` are the columns, `header` the header's cells or None."""

    names: tuple[str, ...]
    header: tuple[str, ...] | None
    mapping: Mapping
    date_forms: dict[str, dates.DateForm] = field(default_factory=dict)
    form: realigning.Form | None = None
    outcomes: Counter[RowOutcome] = field(default_factory=Counter)
    kinds: Counter[FaultKind] = field(default_factory=Counter)
    null_words: Counter[str] = field(default_factory=Counter)
    wrapped: int = 0
    file_faults: list[Fault] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _people_so_far: int = 0

    @property
    def rows_in(self) -> int:
        """How many rows have been checked."""
        return sum(self.outcomes.values())

    def check(self, records: list[Record]) -> Checked:
        """Check the next batch of records."""
        faults = self._shape(records)
        cells = self._columns(records)
        faults += self._structure(records, cells)
        structural = _rows_of(faults, len(records), STRUCTURAL)
        usable, more = self._values(cells)
        faults += more
        person, more = people.assemble(usable, len(records))
        faults += more
        faults += self._identity(person, cells, ~structural)
        faults += self._duplicates(records, structural)
        faults = [_without(fault, structural) for fault in faults]
        self._people_so_far += int((~structural).sum())
        return self._finish(records, person, faults)

    def _shape(self, records: list[Record]) -> list[ColumnFaults]:
        """Bring every row to the header's width; what does not fit is a fault."""
        width = len(self.names)
        found: dict[FaultKind, list[tuple[int, str]]] = {}
        for index, record in enumerate(records):
            if record.fault is not None:
                found.setdefault(record.fault, []).append((index, SENTENCES[record.fault]))
            if len(record.cells) != width and (fault := self._fit(record.cells, width)):
                found.setdefault(fault[0], []).append((index, fault[1]))
        return [
            ColumnFaults(None, kind, np.array([index for index, _ in rows]), pa.array([text for _, text in rows]))
            for kind, rows in found.items()
        ]

    def _fit(self, cells: list[str], width: int) -> tuple[FaultKind, str] | None:
        """Fill up or realign the cells of one row in place; return the fault that this is."""
        had = len(cells)
        if had < width:
            cells.extend([""] * (width - had))
            return FaultKind.TOO_FEW_CELLS, f"The row has {had} cells, the header {width}; the last ones were taken as empty."
        if not any(cell.strip() for cell in cells[width:]):
            return None
        realigned = realigning.realign(cells, self.form) if self.form else None
        if realigned is None:
            return FaultKind.TOO_MANY_CELLS, f"The row has {had} cells, the header {width}: which belongs where is unknown."
        cells[:], place = realigned
        text = f"The row has {had} cells, the header {width}: {cells[place]!r} was read as one cell, so that the others fit."
        return FaultKind.CELLS_JOINED, text

    def _columns(self, records: list[Record]) -> dict[str, pa.Array]:
        by_column = zip(*(record.cells for record in records), strict=False)
        return {name: columns.trimmed(pa.array(column, pa.string())) for name, column in zip(self.names, by_column, strict=False)}

    def _structure(self, records: list[Record], cells: dict[str, pa.Array]) -> list[ColumnFaults]:
        """Find empty rows, repeated headers and totals."""
        faults = []
        filled = np.zeros(len(records), dtype=np.int64)
        for column in cells.values():
            filled += column.is_valid().to_numpy(zero_copy_only=False)
        if len(empty := np.flatnonzero(filled == 0)):
            faults.append(_constant(FaultKind.EMPTY_ROW, empty))
        if self.header and (repeated := self._repeated(records, cells)):
            faults.append(_constant(FaultKind.REPEATED_HEADER, repeated))
        likely = np.zeros(len(records), dtype=bool)
        for name in self.names[:3]:
            if name in cells:
                likely |= pc.fill_null(pc.match_substring_regex(cells[name], _LIKELY_TOTALS), False).to_numpy(
                    zero_copy_only=False
                )
        usual = int(np.median(filled)) if len(filled) else 0
        totals = [int(i) for i in np.flatnonzero(likely) if headers.is_totals(records[i].cells, usual)]
        if totals:
            faults.append(_constant(FaultKind.TOTALS_ROW, totals))
        for index in totals:
            self._compare_count(records[index], index, faults)
        return faults

    def _repeated(self, records: list[Record], cells: dict[str, pa.Array]) -> list[int]:
        header = [c.strip() for c in self.header or ()]
        position = next((i for i, c in enumerate(header) if c), None)
        if position is None:
            return []
        same = pc.fill_null(pc.equal(cells[self.names[position]], header[position]), False).to_numpy(zero_copy_only=False)
        return [int(i) for i in np.flatnonzero(same) if [c.strip() for c in records[i].cells[: len(header)]] == header]

    def _compare_count(self, record: Record, index: int, faults: list[ColumnFaults]) -> None:
        """Hold the count that the list states against the rows above it."""
        stated = headers.stated_count(record.cells)
        above = int((~_rows_of(faults, index + 1, STRUCTURAL)[:index]).sum()) + self._people_so_far
        if stated is not None and stated != above:
            text = f"Row {record.number} says {stated:,} rows; above it there are {above:,}. Ask the sender."
            self.file_faults.append(Fault(record.number, None, FaultKind.COUNT_MISMATCH, text))

    def _values(self, cells: dict[str, pa.Array]) -> tuple[dict[str, pa.Array], list[ColumnFaults]]:
        """Check the mapped columns; where several hold one field the first filled one is used."""
        usable: dict[str, pa.Array] = {}
        faults: list[ColumnFaults] = []
        mapped = {name for holders in self.mapping.columns.values() for name in holders}
        for shown, holders in self.mapping.columns.items():
            checked = []
            for name in holders:
                if name in cells:
                    column, were_null = columns.without_null_words(cells[name], shown)
                    self.wrapped += pc.sum(columns.matches(cells[name], r'^="')).as_py() or 0
                    self.null_words[name] += pc.sum(were_null).as_py() or 0
                    column, found = columns.check(column, shown, name, form=self.date_forms.get(name))
                    checked.append(column)
                    faults += found
            if checked:
                usable[shown] = pc.coalesce(*checked) if len(checked) > 1 else checked[0]
        for name, column in cells.items():
            if name not in mapped:
                faults += columns.check(column, "", name)[1]
        return usable, faults

    def _identity(
        self, person: dict[str, pa.Array], cells: dict[str, pa.Array], candidates: NDArray[np.bool_]
    ) -> list[ColumnFaults]:
        """Find the rows by which nobody can be found, or only with difficulty."""
        if not self.mapping.usable:
            return []
        named = _any_filled(person, ("full_name", "given_name", "family_name", "organisation"), len(candidates))
        reachable = _any_filled(person, ("email", "phone", "street", "postcode"), len(candidates))
        filled = sum(column.is_valid().to_numpy(zero_copy_only=False).astype(int) for column in cells.values())
        lonely = (filled == 1) & (len(self.names) >= 4) & ~reachable
        nobody = candidates & ((~named & ~reachable) | lonely)
        faults = [_constant(FaultKind.NO_PERSON, np.flatnonzero(nobody))]
        if any(f in self.mapping.columns for f in fields.PERSON):
            faults.append(_constant(FaultKind.NO_NAME, np.flatnonzero(candidates & ~named & ~nobody)))
        if any(f in self.mapping.columns for f in fields.CONTACT):
            faults.append(_constant(FaultKind.NO_CONTACT, np.flatnonzero(candidates & ~reachable & ~nobody)))
        return [fault for fault in faults if len(fault.rows)]

    def _duplicates(self, records: list[Record], structural: NDArray[np.bool_]) -> list[ColumnFaults]:
        """Find rows whose bytes came before, whatever their line ending.

        A 64-bit hash of a million rows collides by chance once in 40 million files.
        """
        again = []
        for index, record in enumerate(records):
            key = hash(record.raw.rstrip(b"\r\n\x00"))
            if key in self._seen and not structural[index]:
                again.append(index)
            self._seen.add(key)
        return [_constant(FaultKind.DUPLICATE_ROW, again)] if again else []

    def _finish(self, records: list[Record], person: dict[str, pa.Array], faults: list[ColumnFaults]) -> Checked:
        size = len(records)
        rejected = _rows_of(faults, size, REJECTING)
        warned = _rows_of(faults, size, frozenset(FaultKind)) & ~rejected
        outcome = pa.array(list(RowOutcome)).take(pa.array(np.where(rejected, 2, warned.astype(int))))
        self.outcomes[RowOutcome.REJECTED] += int(rejected.sum())
        self.outcomes[RowOutcome.WARNED] += int(warned.sum())
        self.outcomes[RowOutcome.ACCEPTED] += int((~rejected & ~warned).sum())
        for fault in faults:
            self.kinds[fault.kind] += len(fault.rows)
        numbers = np.array([record.number for record in records], dtype=np.int32)
        rows = pa.table(
            {
                "row_number": pa.array(numbers),
                "raw": pa.array([record.raw for record in records], pa.binary()),
                "outcome": outcome,
                **person,
            }
        )
        return Checked(rows, _fault_table(faults, numbers))


_LIKELY_TOTALS = (
    r"(?i)^\s*(?:(?:grand|sub|report|running)?[ -]*total|"
    r"record|row|line|number|count|registros|filas|names|end of|fin de|trailer)"
)
"""Cheap and generous: what matches is held against `headers.TOTALS`."""


def _constant(kind: FaultKind, rows: list[int] | NDArray[np.int64]) -> ColumnFaults:
    return ColumnFaults(None, kind, np.asarray(rows, dtype=np.int64), pa.array([SENTENCES[kind]] * len(rows), pa.string()))


def _rows_of(faults: list[ColumnFaults], size: int, kinds: frozenset[FaultKind]) -> NDArray[np.bool_]:
    """Return which rows of the batch have a fault of these kinds."""
    mask = np.zeros(size, dtype=bool)
    for fault in faults:
        if fault.kind in kinds:
            mask[fault.rows[fault.rows < size]] = True
    return mask


def _without(fault: ColumnFaults, structural: NDArray[np.bool_]) -> ColumnFaults:
    """Leave out what is said of the cells of rows that are no people."""
    if fault.kind in STRUCTURAL or not structural.any():
        return fault
    keep = ~structural[fault.rows]
    return ColumnFaults(fault.column, fault.kind, fault.rows[keep], fault.texts.filter(pa.array(keep)))


def _any_filled(person: dict[str, pa.Array], names: tuple[str, ...], size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=bool)
    for name in names:
        if name in person:
            mask |= person[name].is_valid().to_numpy(zero_copy_only=False)
    return mask


def _fault_table(faults: list[ColumnFaults], numbers: NDArray[np.int32]) -> pa.Table:
    """Return the faults of a batch as a table, in the order of the rows."""
    parts = [
        pa.table(
            {
                "row_number": pa.array(numbers[fault.rows], pa.int32()),
                "column": pa.array([fault.column] * len(fault.rows), pa.string()),
                "kind": pa.array([str(fault.kind)] * len(fault.rows), pa.string()),
                "text": fault.texts,
            },
            schema=FAULT_SCHEMA,
        )
        for fault in faults
        if len(fault.rows)
    ]
    return pa.concat_tables(parts).sort_by("row_number") if parts else FAULT_SCHEMA.empty_table()
