"""`redress notices domains`: which systems receive the class's mail, and the look-ups behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.opening import CaseOption, actor, case

if TYPE_CHECKING:
    from notices.sending import Desk

MOST_NAMED = 20
"""Domains without mail that are named one by one."""


def domains(
    case_name: CaseOption,
    campaign: Annotated[str | None, typer.Option(help="Look up the domains of this campaign's unsent notices first.")] = None,
) -> None:
    """Show by receiving system how many domains and addresses the class has; each is sent to at its own pace."""
    from rich import print as show
    from rich.table import Table

    from casefile import mail_domains
    from notices import receiving
    from notices.sending import Desk

    opened = case(case_name)
    desk = Desk(opened.settings, opened.engine, opened.case_id, actor())
    if campaign is not None:
        _look_up(desk, campaign)
    with desk.open_case() as session:
        found = mail_domains.counts(session, known=receiving.KNOWN)
        without = mail_domains.without_mail(session)
    if not found:
        typer.echo("No class member has an e-mail address yet.")
        return
    table = Table("receiving system", "addresses", "domains", "looked up", "oldest answer")
    for one in found:
        age = f"{one.oldest_at:%Y-%m-%d}" if one.oldest_at else "none"
        table.add_row(one.provider_group, f"{one.addresses:,}", f"{one.domains:,}", f"{one.looked_up:,}", age)
    show(table)
    for domain, answer in without[:MOST_NAMED]:
        typer.echo(f"{domain}: " + ("takes no mail (null MX)" if answer == "null_mx" else "does not exist in the DNS"))
    if len(without) > MOST_NAMED:
        typer.echo(f"and {len(without) - MOST_NAMED:,} more domains that take no mail or do not exist")


def _look_up(desk: Desk, campaign: str) -> None:
    from casefile import campaigns
    from notices import receiving

    with desk.open_case() as session:
        campaign_id = campaigns.by_name(session, name=campaign).id
    found = receiving.group_notices(desk.open_case, campaign_id=campaign_id)
    if found.no_dns:
        typer.echo("No DNS answered within two seconds: the table of large domains decides.")
    typer.echo(f"Asked for {found.asked:,} domains; {found.moved:,} notices changed their group.")
    if found.null_mx:
        typer.echo(f"{found.null_mx:,} notices go to domains that take no mail; they count as bad addresses.")


def add_to(app: typer.Typer) -> None:
    """Put the command of this module into the group `redress notices`."""
    app.command()(domains)
