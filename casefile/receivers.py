"""The receiving systems of a campaign's notices: which domains are not known yet, and which group each has."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session


def unknown_domains(session: Session, *, campaign_id: uuid.UUID, fewest: int) -> list[str]:
    """Return the domains of at least `fewest` notices that are in the group `default` still, the largest first."""
    rows = session.execute(
        sa.text("""
        select lower(split_part(address, '@', 2)) as domain from notices
        where campaign_id = :campaign_id and provider_group = 'default' and status = 'planned'
        group by 1 having count(*) >= :fewest order by count(*) desc
        """),
        {"campaign_id": campaign_id, "fewest": fewest},
    )
    return [row.domain for row in rows]


def assign(session: Session, *, campaign_id: uuid.UUID, groups: Mapping[str, str]) -> None:
    """Put the planned notices of each domain into its group."""
    session.execute(
        sa.text("""
        update notices n set provider_group = g.name
        from unnest(cast(:domains as text[]), cast(:names as text[])) as g(domain, name)
        where n.campaign_id = :campaign_id and n.provider_group = 'default' and n.status = 'planned'
            and lower(split_part(n.address, '@', 2)) = g.domain
        """),
        {"campaign_id": campaign_id, "domains": list(groups), "names": list(groups.values())},
    )


def counts(session: Session, *, campaign_id: uuid.UUID) -> dict[str, int]:
    """Return how many notices that are to be sent each group has."""
    rows = session.execute(
        sa.text("""
        select provider_group, count(*) from notices where campaign_id = :campaign_id and status <> 'excluded'
        group by 1 order by 2 desc
        """),
        {"campaign_id": campaign_id},
    )
    return {row[0]: row[1] for row in rows}
