"""`redress bounces`: what came back, read from files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Read returned mail, complaints and automatic answers."""


@app.command()
def read(paths: Annotated[list[Path], typer.Argument(help="Messages, folders of messages, maildirs or mbox files.")]) -> None:
    """Print one JSON object per message: file, kind, and per recipient address, status, reply and class.

    Only class "hard" (bad, moved or disabled address) suppresses an address; "policy" is about the sender and never does.
    """
    from notices.bounces import mailboxes, reader

    for name, raw in mailboxes.messages(paths):
        typer.echo(json.dumps(reader.read(raw).as_words(name), ensure_ascii=False))
