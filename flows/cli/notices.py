"""`redress notices`: plan a mailing, look at it, let two people approve it, send it, and prove what became of it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import print as show

from casefile.words import Role
from flows.cli import notices_domains, notices_papers
from flows.cli.opening import CaseOption, actor, case

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence

    from notices.checker.findings import Finding
    from notices.orders import Progress
    from notices.sending import Desk

app = typer.Typer(no_args_is_help=True)

Campaign = Annotated[str, typer.Argument(help="Name of the campaign, as `redress notices list` shows it.")]


def desk(case_name: str) -> Desk:
    """Open the case as the person who runs the command."""
    from notices.sending import Desk

    opened = case(case_name)
    return Desk(opened.settings, opened.engine, opened.case_id, actor())


def campaign_of(found: Desk, name: str) -> uuid.UUID:
    """Return the key of a campaign by its name."""
    from casefile import campaigns

    with found.open_case() as session:
        return campaigns.by_name(session, name=name).id


@app.command()
def plan(
    kind: Annotated[str, typer.Argument(help="Notice kind: a folder in the case's notices, such as class_notice.")],
    case_name: CaseOption,
    name: Annotated[str | None, typer.Option(help="Name of the campaign.")] = None,
    not_after: Annotated[datetime.datetime | None, typer.Option(help="Last moment to send, UTC.")] = None,
    not_before: Annotated[datetime.datetime | None, typer.Option(help="First moment to send, UTC.")] = None,
    accept: Annotated[list[str] | None, typer.Option(help='A warning and its reason, as "reading grade=court\'s words".')] = None,
) -> None:
    """Freeze text, audience and window of a mailing, and print the hash that two people approve."""
    from flows import notices

    reasons = dict(one.split("=", 1) for one in accept or [] if "=" in one)
    planned = notices.plan(
        desk(case_name),
        kind=kind,
        name=name,
        reasons=reasons,
        send_not_before=_aware(not_before),
        send_not_after=_aware(not_after),
    )
    _show_waterfall(planned.waterfall)
    typer.echo(f'Campaign "{planned.name}" waits for the approval of an administrator and of counsel.')
    typer.echo(f"Hash to approve: {planned.approval_sha256}")


@app.command()
def check(
    kinds: Annotated[list[str] | None, typer.Argument(help="Notice kinds; without any, all of the folder.")] = None,
    folder: Annotated[Path | None, typer.Option(help="A case folder; nothing needs to be open.")] = None,
    case_name: Annotated[str | None, typer.Option("--case", help="Or the short name of an open case.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask every question of notices before anybody approves them; exit status 2 when one has an error."""
    import json

    from flows import notices

    found = notices.check_kinds(folder=folder, desk=desk(case_name) if case_name else None, kinds=kinds or [])
    if as_json:
        plain = {kind: [{**finding.plain(), "kind": kind} for finding in findings] for kind, findings in found.items()}
        typer.echo(json.dumps({"sound": not _has_errors(found), "findings": plain}, ensure_ascii=False))
    else:
        for kind, findings in found.items():
            typer.echo(f"{kind}: {len(findings)} findings" if findings else f"{kind}: nothing found")
            for finding in findings:
                typer.echo(f"  {finding}")
    if _has_errors(found):
        raise typer.Exit(2)


def _has_errors(found: Mapping[str, Sequence[Finding]]) -> bool:
    return any(finding.level == "error" for findings in found.values() for finding in findings)


@app.command("list")
def list_campaigns(case_name: CaseOption) -> None:
    """List the case's mailings with their state and counts."""
    from rich.table import Table

    from casefile import campaigns

    table = Table("campaign", "kind", "state", "class", "to send", "now")
    found = desk(case_name)
    with found.open_case() as session:
        for one in campaigns.every(session):
            counts = campaigns.counts(session, campaign_id=one.id)
            parts = ", ".join(f"{status.value} {count:,}" for status, count in sorted(counts.items()))
            falls = one.waterfall
            table.add_row(
                one.name, one.kind, one.status.value, f"{falls.get('class_size', 0):,}", f"{falls.get('to_send', 0):,}", parts
            )
    show(table)


@app.command()
def preview(
    campaign: Campaign,
    case_name: CaseOption,
    folder: Annotated[Path, typer.Option(help="Where the pages are written.")] = Path("preview"),
) -> None:
    """Write the proof sheet: messages to the edge recipients of the frozen audience, in every language and branch."""
    from notices import proof_sheet

    found = desk(case_name)
    written = proof_sheet.write(found, campaign_id=campaign_of(found, campaign), folder=folder)
    for line in written:
        typer.echo(line)


@app.command()
def approve(
    campaign: Campaign,
    case_name: CaseOption,
    email: Annotated[str, typer.Option("--as", help="E-mail address of the member of staff who approves.")],
    role: Annotated[Role, typer.Option(help="In which role: administrator or counsel.")],
    sha256: Annotated[
        str, typer.Option("--hash", help="The hash that was read and is approved; at least its first 12 characters.")
    ],
    note: Annotated[str, typer.Option(help="A note for the record, such as the docket entry.")] = "",
) -> None:
    """Write that a named person approves exactly this text, audience and window."""
    from flows import notices

    found = desk(case_name)
    status = notices.approve(
        found, campaign_id=campaign_of(found, campaign), staff_email=email, role=role, sha256=sha256, note=note
    )
    typer.echo(f'"{campaign}" is {status.value}.')


@app.command()
def send(
    campaign: Campaign,
    case_name: CaseOption,
    dry_run: Annotated[bool, typer.Option(help="Go the same way, but send nowhere; in a campaign of its own.")] = False,
    wait: Annotated[bool, typer.Option(help="Stay until deferred messages have been tried again.")] = False,
) -> None:
    """Send an approved mailing, or go on with it after a pause or a crash. Ctrl-C stops cleanly."""
    from flows import notices

    found = desk(case_name)
    campaign_id = campaign_of(found, campaign)
    with _Live() as live:
        if dry_run:
            campaign, progress = notices.rehearse(found, campaign_id=campaign_id, on_progress=live)
        else:
            progress = notices.send(found, campaign_id=campaign_id, on_progress=live, wait_for_retries=wait)
    parts = ", ".join(f"{name} {count:,}" for name, count in sorted(progress.outcomes.items())) or "nothing was due"
    typer.echo(f'"{campaign}": {parts}; {progress.per_second:,.0f} a second.')
    if progress.stopped_because:
        typer.echo(f"It stopped because {progress.stopped_because}.")


@app.command("send-due")
def send_due(case_name: CaseOption) -> None:
    """Send whatever of the case is due: mailings under way, retries, receipts. Run it from a clock every few minutes."""
    from flows import notices

    found = desk(case_name)
    show(notices.due_step(found.engine, case_id=found.case_id, actor=found.actor))


@app.command()
def status(campaign: Campaign, case_name: CaseOption) -> None:
    """Show a mailing: its waterfall, its states by receiving system, what is in doubt, and who approved."""
    from rich.table import Table

    from casefile import campaigns, reach

    desk_ = desk(case_name)
    campaign_id = campaign_of(desk_, campaign)
    with desk_.open_case() as session:
        one = campaigns.get(session, campaign_id=campaign_id)
        found = reach.of_campaign(session, campaign_id=campaign_id)
        given = [
            f"{each.role.value} {each.approved_at:%Y-%m-%d %H:%M} UTC"
            for each in campaigns.approvals(session, campaign_id=campaign_id)
        ]
    table = Table("what", "count", title=f"{one.name}: {one.status.value} {one.pause_reason}".strip())
    for name, count in found.rows():
        table.add_row(name, f"{count:,}")
    show(table)
    typer.echo(f"Reach: {found.reached:,} of {found.class_size:,} class members ({found.share:.1%}). Accepted is not read.")
    typer.echo("Approved: " + (", ".join(given) or "by nobody"))
    typer.echo(f"Hash: {one.approval_sha256}")


@app.command()
def pause(campaign: Campaign, case_name: CaseOption, reason: Annotated[str, typer.Option()]) -> None:
    """Stop sending; senders stop within a second. `send` goes on."""
    from casefile import campaigns

    found = desk(case_name)
    campaign_id = campaign_of(found, campaign)
    with found.open_case() as session:
        campaigns.pause(session, campaign_id=campaign_id, reason=reason)
    typer.echo(f'"{campaign}" is paused.')


@app.command()
def cancel(campaign: Campaign, case_name: CaseOption, reason: Annotated[str, typer.Option()]) -> None:
    """End a mailing for good; what was sent stays on record."""
    from casefile import campaigns

    found = desk(case_name)
    campaign_id = campaign_of(found, campaign)
    with found.open_case() as session:
        campaigns.cancel(session, campaign_id=campaign_id, reason=reason)
    typer.echo(f'"{campaign}" is cancelled.')


class _Live:
    """A line in the terminal that follows a sender."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.status import Status

        self._status = Status("Getting ready", console=Console(stderr=True))

    def __enter__(self) -> _Live:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def __call__(self, progress: Progress) -> None:
        parts = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(progress.outcomes.items()))
        trouble = f"; {progress.trouble}" if progress.trouble else ""
        self._status.update(f"{parts or 'nothing yet'}; {progress.per_second:,.0f} a second{trouble}")


def _aware(moment: datetime.datetime | None) -> datetime.datetime | None:
    return moment.replace(tzinfo=datetime.UTC) if moment is not None and moment.tzinfo is None else moment


def _show_waterfall(falls: dict[str, object]) -> None:
    from rich.table import Table

    table = Table("class members", "count")
    table.add_row("class", f"{falls['class_size']:,}")
    taken_out = falls["taken_out"]
    assert isinstance(taken_out, dict)
    for reason, count in taken_out.items():
        table.add_row(f"  without: {reason.replace('_', ' ')}", f"{count:,}")
    table.add_row("to be sent", f"{falls['to_send']:,}")
    show(table)


notices_papers.add_to(app)
notices_domains.add_to(app)
