"""`redress sample`: write a synthetic case, with the files that brokers and shops send and the truth about them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()

OutOption = Annotated[Path, typer.Option(help="The folder to write to; new, empty, or holding an earlier sample.")]
PeopleOption = Annotated[int, typer.Option(help="How many people are in the class, up to a million.")]
SeedOption = Annotated[int, typer.Option(help="The same seed gives the same bytes.", min=0)]
CaseOption = Annotated[Path, typer.Option("--case", help="The case folder whose merchants and dates are used.")]


@app.command()
def sample(
    out: OutOption, people: PeopleOption = 2_000, seed: SeedOption = 1, case: CaseOption = Path("cases/cartmanager")
) -> None:
    """Write a synthetic case: marketing lists, order logs, claims to file, and the truth kept apart."""
    from rich.console import Console

    from casefile.case_file.read import read_case_folder
    from flows.sample.generate import SampleRefused, write_sample

    folder = read_case_folder(case)
    try:
        with Console(stderr=True).status("") as status:
            written = write_sample(
                out=out, members=people, seed=seed, case=folder, progress=lambda step: status.update(f"Writing {step}")
            )
    except OSError as error:
        raise SampleRefused(f"The sample could not be written to {out}: {error}.") from error
    rows = sum(file.rows for file in written.files)
    typer.echo(f"{written.members:,} class members in {len(written.files)} files with {rows:,} rows; {written.claims:,} claims.")
    typer.echo(f"{out / 'README.md'} says what is what.")
