"""`redress demo`: a whole synthetic case on this machine, measured against its truth, then left running to walk through."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def demo(
    people: Annotated[int, typer.Option(help="How many people are in the class, up to a million.")] = 2_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people.")] = 1,
    leave: Annotated[
        bool, typer.Option("--exit", help="End after the results; the status says whether all went through.")
    ] = False,
) -> None:
    """Run a whole synthetic case: lists, class list, notices, claims, matching, results."""
    from rich.console import Console

    from flows.demo.story import run

    raise typer.Exit(run(people=people, seed=seed, stay=not leave, console=Console()))
