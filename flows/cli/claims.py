"""`redress claims`: from claims to candidates and bands, and one claim as it stands."""

from __future__ import annotations

import typer
from rich import print as show

from flows.cli.opening import CaseOption, actor, case

app = typer.Typer(no_args_is_help=True)


@app.command()
def match(case_name: CaseOption) -> None:
    """Match the open claims against the class list; what a person has decided stays decided."""
    from flows import claim_matching

    opened = case(case_name)
    show(claim_matching.match(opened.engine, case_id=opened.case_id, actor=actor()))


@app.command("show")
def show_claim(case_name: CaseOption, number: str = typer.Argument(help="Claim number, as the receipt shows it.")) -> None:
    """Show where a claim stands and how it came there; nothing of what the claimant wrote."""
    from casefile import audit, claims, codes, database, errors

    opened = case(case_name)
    with database.case_session(opened.engine, case_id=opened.case_id, actor=actor()) as session:
        found = claims.by_number(session, number=codes.tidy(number) or "")
        if found is None:
            raise errors.NotFound(f'There is no claim "{number}" in this case; check each character.')
        entries = audit.entries(session, subject="claim", subject_id=str(found.claim.id))
    band = found.claim.band.value.replace("_", " ") if found.claim.band else "not matched yet"
    show(f"Claim {codes.spaced(found.claim.number)}: {found.claim.status.value.replace('_', ' ')}, band: {band}")
    for entry in reversed(entries):
        show(f"  {entry.at:%Y-%m-%d %H:%M} UTC  {entry.actor}  {entry.action}")
