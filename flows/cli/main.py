"""The door of the `redress` command: it gathers the groups and turns our errors into a sentence and exit status 2."""

from __future__ import annotations

import importlib
import sys

import typer

from casefile.errors import RedressError
from matching.errors import MatchingError

GROUPS = {
    "db": "The database's tables and their version.",
    "case": "The case folder: check it, open it, list the cases.",
    "staff": "Who works here, in which role on which case, and how they sign in.",
    "lists": "Check and import the lists that brokers and shops send.",
    "class-list": "From source rows to class members.",
    "notices": "Plan a mailing, let two people approve it, send it, and prove what became of it.",
    "bounces": "Read what came back: bounces, complaints, automatic answers.",
    "claims": "From claims to candidates and bands.",
    "reports": "The counts of a case at one moment, and its status report.",
    "audit": "The trail of every change, and the proof that it is whole.",
    "jobs": "Work that the console asked for, and handing it to Prefect.",
}
"""Name of each group (module `flows.cli.<name>`, with _ for -) and its line in `redress --help`, in the order of the work."""

COMMANDS: tuple[str, ...] = ("demo", "serve", "matching", "evaluate", "sample")
"""Modules `flows.cli.<name>` whose `app` holds commands that stand at the top, such as `redress dedupe`."""


def build() -> typer.Typer:
    """Return the whole command tree."""
    app = typer.Typer(
        name="redress",
        help="Class-action administration: lists, class members, notices, claims, matches and the papers for the court.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name in COMMANDS:
        app.add_typer(importlib.import_module(f"flows.cli.{name}").app)
    for name, text in GROUPS.items():
        app.add_typer(importlib.import_module(f"flows.cli.{name.replace('-', '_')}").app, name=name, help=text)
    return app


def run() -> None:
    """Run the command line; a user's error is one sentence on standard error and exit status 2."""
    try:
        build()()
    except (RedressError, MatchingError) as error:
        typer.echo(f"redress: {error}", err=True)
        sys.exit(2)
