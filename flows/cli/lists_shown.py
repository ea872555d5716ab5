"""How the report on a list looks in a terminal."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

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


def _faults(faults: list[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE)
    table.add_column("row", justify="right")
    for word in ("column", "fault", "why"):
        table.add_column(word)
    for fault in faults[:SHOWN_FAULTS]:
        table.add_row(str(fault["row"]), escape(fault["column"] or ""), fault["kind"], escape(fault["text"]))
    if len(faults) > SHOWN_FAULTS:
        table.add_row("...", "", "", f"{len(faults) - SHOWN_FAULTS:,} more; --json shows them")
    return table
