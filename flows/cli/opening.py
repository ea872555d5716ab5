"""How every command opens the installation: its settings, its database, and one case by its short name."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import uuid

    from casefile.database import Engine
    from casefile.settings import Settings

CaseOption = Annotated[str, typer.Option("--case", help="Short name of the case, as `redress case list` shows it.")]


@dataclass(frozen=True, slots=True)
class Opened:
    """An installation with one of its cases."""

    settings: Settings
    engine: Engine
    case_id: uuid.UUID
    slug: str


def actor() -> str:
    """Return who runs the command, for the audit trail."""
    return f"cli:{getpass.getuser()}"


def installation() -> tuple[Settings, Engine]:
    """Return the settings and an engine; raises what `database.open_engine` raises."""
    from casefile import database, settings

    found = settings.load()
    return found, database.open_engine(found)


def case(slug: str) -> Opened:
    """Open one case. Raises `NotFound` with the names that there are."""
    from casefile import cases, database

    settings, engine = installation()
    with database.open_session(engine, actor=actor()) as session:
        found = cases.by_slug(session, slug=slug)
        return Opened(settings=settings, engine=engine, case_id=found.id, slug=found.slug)
