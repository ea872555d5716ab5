"""The pace towards each receiving system, kept so that a restart neither bursts nor forgets a rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from casefile.tables.catalogue import METADATA
from casefile.tables.mail import ProviderPace


def read(session: Session) -> dict[str, dict[str, Any]]:
    """Return the state of every provider group of the case."""
    rows = session.execute(sa.select(ProviderPace.provider_group, ProviderPace.state))
    return {row[0]: row[1] for row in rows}


def write(session: Session, *, states: Mapping[str, dict[str, Any]]) -> None:
    """Keep the states; the latest writer's counts."""
    if not states:
        return
    insert = postgresql.insert(METADATA.tables[ProviderPace.__tablename__])
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["case_id", "provider_group"], set_={"state": insert.excluded.state, "updated_at": sa.func.now()}
        ),
        [{"provider_group": name, "state": state} for name, state in states.items()],
    )
