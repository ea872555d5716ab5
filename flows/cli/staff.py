"""`redress staff`: who works with the installation, in which role on which case, and how they sign in."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated

import typer
from rich import print as show

from casefile.words import Role
from flows.cli.opening import CaseOption, actor, case, installation

if TYPE_CHECKING:
    from casefile.database import Session

app = typer.Typer(no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The e-mail address with which the person signs in.")]
PasswordOption = Annotated[
    str,
    typer.Option(
        prompt="Password (at least 15 characters)",
        confirmation_prompt=True,
        hide_input=True,
        envvar="REDRESS_STAFF_PASSWORD",
        help="Asked for when it is not given; better not on the command line, which other users can see.",
    ),
]


@app.command()
def add(email: Email, name: Annotated[str, typer.Option(prompt=True)], password: PasswordOption) -> None:
    """Add a person; they can do nothing until they have a role on a case."""
    from casefile import database, staff

    _, engine = installation()
    with database.open_session(engine, actor=actor()) as session:
        staff.add(session, email=email, name=name, password=password)
    typer.echo(f"Added {name}. Give them a role: redress staff role {email} reviewer --case CASE")


@app.command()
def role(
    email: Email, role_name: Annotated[Role, typer.Argument(metavar="ROLE")], case_name: CaseOption, remove: bool = False
) -> None:
    """Give a person a role on a case, or take it away with --remove."""
    from casefile import database, staff

    opened = case(case_name)
    with database.case_session(opened.engine, case_id=opened.case_id, actor=actor()) as session:
        person = staff.by_email(session, email=email)
        change = staff.revoke if remove else staff.grant
        change(session, staff_id=person.id, role=role_name)
    typer.echo(f"{person.name} is {'no longer' if remove else 'now'} {role_name.value} on {opened.slug}.")


@app.command("list")
def list_staff(
    case_name: Annotated[str | None, typer.Option("--case", help="Only the people of this case, with roles.")] = None,
) -> None:
    """List the people who work here, or those of one case with their roles."""
    from rich.table import Table

    from casefile import staff

    table = Table("e-mail", "name", "second factor", "active", *(["roles"] if case_name else []))
    with _session(case_name) as session:
        held = staff.roles_by_person(session) if case_name else {}
        people = [person for person in staff.everyone(session) if not case_name or person.id in held]
    for person in people:
        roles = [", ".join(sorted(held[person.id]))] if case_name else []
        table.add_row(person.email, person.name, "yes" if person.totp_secret else "no", "yes" if person.active else "no", *roles)
    show(table)


@app.command()
def password(email: Email, new: PasswordOption) -> None:
    """Give a person a new password: it unlocks them and ends their sessions."""
    from casefile import staff

    with _session(None) as session:
        staff.set_password(session, email=email, password=new)
    typer.echo("The password is changed; all sessions of this person have ended.")


@app.command("second-factor")
def second_factor(email: Email, off: bool = False) -> None:
    """Ask a person for a code from an authenticator app at sign-in; prints the address that the app reads."""
    from casefile import staff

    with _session(None) as session:
        address = staff.set_second_factor(session, email=email, on=not off)
    typer.echo(
        f"Enter this in the authenticator app, then throw it away: {address}" if address else "No code is asked for any more."
    )


@app.command()
def leave(email: Email, back: Annotated[bool, typer.Option("--back", help="Let the person in again.")] = False) -> None:
    """Let a person in no more, at once; what they decided stays."""
    from casefile import staff

    with _session(None) as session:
        staff.set_active(session, email=email, active=back)
    typer.echo("The person can sign in again." if back else "The person cannot sign in any more; all their sessions have ended.")


def _session(case_name: str | None) -> AbstractContextManager[Session]:
    from casefile import database

    if case_name is None:
        return database.open_session(installation()[1], actor=actor())
    opened = case(case_name)
    return database.case_session(opened.engine, case_id=opened.case_id, actor=actor())
