"""How the report on a list looks in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from casefile.tables.people import SourceFault, SourceFile

SHOWN_FAULTS = 20


def show_report(name: str, report: dict[str, Any], *, console: Console | None = None) -> None:
    """Print what the file is, the mapping, the counts that add up, and the first faults."""
    console = console or Console()
    console.print(f"[bold]{escape(name)}[/bold]  {escape(_what(report))}")
    console.print(_columns(report))
    for fault in report["faults"]:
        if fault["row"] is None or fault["kind"] in ("duplicate_column", "unnamed_column", "count_mismatch"):
            console.print(f"[yellow]note[/yellow]  {escape(fault['text'])}")
    console.print(_counts(report))
    faults = [f for f in report["faults"] if f["row"] is not None]
    if report["fault_counts"]:
        console.print(", ".join(f"{kind}: {count:,}" for kind, count in report["fault_counts"].items()))
    if faults:
        console.print(_faults(faults))


def _what(report: dict[str, Any]) -> str:
    dialect = report["dialect"]
    names = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe"}
    parts = [dialect["format"], report["encoding"]]
    if dialect.get("delimiter"):
        parts.append(f"cells between {names.get(dialect['delimiter'], repr(dialect['delimiter']))}s")
    if dialect.get("sheet"):
        parts.append(f"sheet {dialect['sheet']!r}")
    row = dialect.get("header_row")
    parts.append(f"header in row {row}" if row else "no header")
    return ", ".join(parts)


def _columns(report: dict[str, Any]) -> Table:
    """Every column of the file and what it was taken for."""
    held = {c: f for f, cs in report["mapping"].items() for c in (cs if isinstance(cs, list) else [cs])}
    table = Table("column", "holds", box=box.SIMPLE, title=None)
    for name in report["names"][:60]:
        table.add_row(escape(name), held.get(name, "[dim]not used[/dim]"))
    if len(report["names"]) > 60:
        table.add_row(f"... and {len(report['names']) - 60} more", "")
    return table


def _counts(report: dict[str, Any]) -> Table:
    table = Table(box=box.SIMPLE)
    for word in ("rows in", "accepted", "with a warning", "rejected"):
        table.add_column(word, justify="right")
    counts = [f"{report[key]:,}" for key in ("rows_in", "accepted", "warned", "rejected")]
    table.add_row(counts[0], f"= {counts[1]}", f"+ {counts[2]}", f"+ {counts[3]}")
    return table


def _faults(faults: list[dict[str, Any]], *, limit: int = SHOWN_FAULTS) -> Table:
    table = Table(box=box.SIMPLE)
    table.add_column("row", justify="right")
    for word in ("column", "fault", "why"):
        table.add_column(word)
    for fault in faults[:limit]:
        table.add_row(
            "file" if fault["row"] is None else str(fault["row"]),
            escape(fault["column"] or ""),
            fault["kind"],
            escape(fault["text"]),
        )
    if len(faults) > limit:
        table.add_row("...", "", "", f"{len(faults) - limit:,} more; --json shows them")
    return table


@contextmanager
def progress(name: str) -> Iterator[Callable[[str, int], None]]:
    """Show on standard error how many rows have been read and stored, while the block runs."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,} rows"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {
            "read": bar.add_task(f"Reading {escape(name)}", total=None),
            "stored": bar.add_task("Storing", total=None, start=False),
        }

        def advance(step: str, rows: int) -> None:
            if step == "stored":
                bar.update(tasks["read"], total=bar.tasks[0].completed)
                bar.update(tasks["stored"], total=bar.tasks[0].completed)
                bar.start_task(tasks["stored"])
            bar.update(tasks[step], completed=rows)

        yield advance


def show_imported(name: str, counts: dict[str, Any], *, console: Console | None = None) -> None:
    """Print what an import did."""
    console = console or Console()
    if counts["already"]:
        console.print(f"{escape(name)} was imported before; nothing has changed.")
    else:
        console.print(f"[bold]{escape(name)}[/bold] is imported.")
    console.print(_counts(counts))
    console.print(f"Its faults: redress lists show --case ... {counts['source_file_id']}")


def show_files(files: Sequence[SourceFile], *, console: Console | None = None) -> None:
    """Print the lists of a case."""
    console = console or Console()
    if not files:
        console.print("No list has been imported yet. Import one with: redress lists import FILE --case ...")
        return
    table = Table("file", box=box.SIMPLE)
    for word in ("rows in", "accepted", "warned", "rejected"):
        table.add_column(word, justify="right", no_wrap=True)
    for file in files:
        numbers = (file.rows_in, file.rows_accepted, file.rows_warned, file.rows_rejected)
        origin = f", from {escape(file.producer)}" if file.producer else ""
        name = f"{escape(file.original_name)}\n[dim]{file.sha256[:12]} {file.kind}{origin}[/dim]"
        table.add_row(name, *(f"{n:,}" for n in numbers))
    console.print(table)


def show_file(file: SourceFile, counts: dict[str, int], faults: Sequence[SourceFault], *, console: Console | None = None) -> None:
    """Print one list: where it came from, how it was read, and what was wrong with it."""
    console = console or Console()
    console.print(
        f"[bold]{escape(file.original_name)}[/bold]  {file.size_bytes:,} bytes, received {file.received_at:%Y-%m-%d %H:%M} UTC"
    )
    console.print(f"SHA-256 {file.sha256}")
    for text in file.assumptions:
        console.print(f"[yellow]note[/yellow]  {escape(text)}")
    keys = {"accepted": file.rows_accepted, "warned": file.rows_warned, "rejected": file.rows_rejected}
    console.print(_counts({"rows_in": file.rows_in, **keys}))
    if counts:
        console.print(", ".join(f"{kind}: {count:,}" for kind, count in counts.items()))
        shown = [{"row": f.row_number, "column": f.column, "kind": f.kind, "text": f.text} for f in faults]
        console.print(_faults(shown, limit=len(shown)))
