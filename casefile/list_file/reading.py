"""A whole list from the first byte to its report: opened, mapped, checked batch by batch, rows and faults written to a folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa

from casefile.list_file import dates, realigning
from casefile.list_file import mapping as mappings
from casefile.list_file.checking import Checker
from casefile.list_file.faults import Fault, FaultKind
from casefile.list_file.limits import Limits
from casefile.list_file.mapping import Mapping
from casefile.list_file.opening import OpenList, open_list
from casefile.list_file.options import Options
from casefile.list_file.records import Record
from casefile.words import RowOutcome

BATCH_ROWS = 25_000
ROWS_FILE = "rows.arrow"
FAULTS_FILE = "faults.arrow"
RECORDS_FILE = "records.jsonl"


def options_from(said: dict[str, Any]) -> Options:
    """Return the options out of a JSON object."""
    widths = tuple((int(start), int(end)) for start, end in said.get("widths") or ())
    return Options(**{**said, "widths": widths})


@dataclass(slots=True)
class _Output:
    """Where rows, faults and records go, opened when the first batch gives their shape."""

    folder: Path | None
    with_records: bool
    fault_limit: int
    shown: list[dict[str, Any]] = field(default_factory=list)
    writers: dict[str, Any] = field(default_factory=dict)
    records: TextIO | None = None

    def table(self, name: str, table: pa.Table) -> None:
        if self.folder is None:
            return
        if name not in self.writers:
            self.writers[name] = pa.ipc.new_stream(str(self.folder / name), table.schema)
        self.writers[name].write_table(table)

    def show(self, faults: pa.Table) -> None:
        """Keep the first faults for the report."""
        room = self.fault_limit - len(self.shown)
        if room > 0:
            rows = faults.slice(0, room).rename_columns(["row", "column", "kind", "text"]).to_pylist()
            self.shown.extend(rows)

    def write_records(self, names: tuple[str, ...], records: list[Record]) -> None:
        if self.folder is None or not self.with_records:
            return
        if self.records is None:
            self.records = (self.folder / RECORDS_FILE).open("w", encoding="utf-8", errors="backslashreplace")
        self.records.writelines(json.dumps(as_object(names, r.cells), ensure_ascii=False) + "\n" for r in records)

    def close(self) -> None:
        for writer in self.writers.values():
            writer.close()
        if self.records is not None:
            self.records.close()


def as_object(names: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    """Return a row as {column: cell}; cells beyond the header are `column 9` and so on, missing ones are empty."""
    row = {name: cells[i] if i < len(cells) else "" for i, name in enumerate(names)}
    row.update({f"column {i}": cell for i, cell in enumerate(cells[len(names) :], len(names) + 1) if cell})
    return row


def read(
    path: Path,
    *,
    options: Options,
    limits: Limits,
    folder: Path | None,
    with_records: bool,
    fault_limit: int,
    progress: Callable[[int], None],
) -> dict[str, Any]:
    """Read and check a list; returns the report as a JSON object.

    With a `folder`, the checked rows go to ROWS_FILE and all faults to FAULTS_FILE (Arrow streams), `with_records` the rows as
    objects to RECORDS_FILE (JSON lines). Raises ListRefused.
    """
    opened = open_list(path, options, limits=limits)
    chosen = _mapping(opened, options)
    checker = Checker(
        opened.names, opened.columns if opened.has_header else None, chosen, _date_forms(opened, chosen), _form(opened, chosen)
    )
    output = _Output(folder, with_records, fault_limit)
    try:
        for batch in _batches(opened.rows()):
            output.write_records(opened.names, batch)
            checked = checker.check(batch)
            output.table(ROWS_FILE, checked.rows)
            output.table(FAULTS_FILE, checked.faults)
            output.show(checked.faults)
            progress(checker.rows_in)
    finally:
        output.close()
    return _report(opened, chosen, checker, output.shown)


def _batches(rows: Iterator[Record]) -> Iterator[list[Record]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


def _mapping(opened: OpenList, options: Options) -> Mapping:
    if options.mapping:
        return mappings.from_json(options.mapping, opened.names)
    for name, profile in options.profiles.items():
        if opened.has_header and profile["columns"] == list(opened.columns):
            text = f"The columns are those of the saved profile {name!r}: its mapping was used."
            return replace(
                mappings.from_json(profile["mapping"], opened.names),
                faults=(Fault(None, None, FaultKind.PROFILE_USED, text),),
            )
    return mappings.propose(opened.names, opened.sample, has_header=opened.has_header)


def _date_forms(opened: OpenList, chosen: Mapping) -> dict[str, dates.DateForm]:
    """Per date column how its dates are written, judged by the sample."""
    forms = {}
    for name in (n for shown in ("purchased_on", "birth_date") for n in chosen.columns.get(shown, ())):
        index = opened.names.index(name)
        cells = [row[index].strip() for row in opened.sample if index < len(row)]
        forms[name] = dates.date_form([c for c in cells if c])
    return forms


def _form(opened: OpenList, chosen: Mapping) -> realigning.Form | None:
    """Return what a row that is in line looks like, for lists that have a delimiter."""
    delimiter = opened.dialect.get("delimiter")
    if not isinstance(delimiter, str):
        return None
    places = {name: index for index, name in enumerate(opened.names)}
    telling = {places[name]: shown for shown in realigning.TELLING for name in chosen.columns.get(shown, ())}
    street = next((places[name] for name in chosen.columns.get("street", ())), None)
    return realigning.Form(len(opened.names), telling, street, delimiter)


def _report(opened: OpenList, chosen: Mapping, checker: Checker, shown: list[dict[str, Any]]) -> dict[str, Any]:
    file_faults = [*opened.faults, *chosen.faults, *_assumptions(opened, chosen, checker), *checker.file_faults]
    total = sum(checker.kinds.values())
    if total > len(shown):
        text = f"{total - len(shown):,} more faults of rows are not shown here."
        file_faults.append(Fault(None, None, FaultKind.MORE_FAULTS, text))
    of_file = [{"row": f.row, "column": f.column, "kind": str(f.kind), "text": f.text} for f in file_faults]
    return {
        "encoding": opened.encoding,
        "dialect": opened.dialect,
        "columns": list(opened.columns),
        "mapping": chosen.as_json(),
        "rows_in": checker.rows_in,
        "accepted": checker.outcomes[RowOutcome.ACCEPTED],
        "warned": checker.outcomes[RowOutcome.WARNED],
        "rejected": checker.outcomes[RowOutcome.REJECTED],
        "faults": of_file + shown,
        "file_faults": of_file,
        "titles": list(opened.titles),
        "names": list(opened.names),
        "usable": chosen.usable,
        "fault_counts": {str(kind): count for kind, count in checker.kinds.most_common() if count},
    }


def _assumptions(opened: OpenList, chosen: Mapping, checker: Checker) -> Iterator[Fault]:
    """Say what holds for the whole file."""
    if not checker.rows_in:
        yield Fault(None, None, FaultKind.NO_ROWS, "The list has no rows.")
    if not chosen.usable:
        columns = ", ".join(repr(c) for c in opened.columns[:20]) or "none"
        text = f"No column was found that holds a name, an e-mail or a phone; the columns are {columns}. Name them in a mapping."
        yield Fault(None, None, FaultKind.NO_USABLE_COLUMN, text)
    for name, count in checker.null_words.items():
        if count:
            text = f"{count:,} cells of {name!r} hold a word for nothing, such as NULL or n/a; they were read as empty."
            yield Fault(None, name, FaultKind.PLACEHOLDER, text)
    if checker.wrapped:
        text = f'{checker.wrapped:,} cells are written as ="..." so that a spreadsheet keeps their zeros; they were unwrapped.'
        yield Fault(None, None, FaultKind.WRAPPED_CELLS, text)
    for name, form in checker.date_forms.items():
        if not form.order_said:
            text = f"Dates in {name!r} were read as month/day/year: none of the first rows says otherwise."
            yield Fault(None, name, FaultKind.DATE_ORDER_ASSUMED, text)
        if form.serials:
            text = f"Dates in {name!r} are a spreadsheet's day numbers and were read as such."
            yield Fault(None, name, FaultKind.SERIAL_DATES, text)
