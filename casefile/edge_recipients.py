"""Edge recipients: those of a frozen audience whose message differs most, for the proof sheet that approvers read."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile.ledger import Leased
from casefile.tables.mail import Notice

EDGES = {
    "longest name": "length(coalesce(fields ->> 'full_name', '')) desc",
    "accents": "(coalesce(fields ->> 'full_name', '') ~ '[^ -~]') desc",
    "no name": "(coalesce(fields ->> 'full_name', '') = '') desc",
    "longest shop": "length(coalesce(fields ->> 'shop_name', '')) desc",
    "no shop": "(coalesce(fields ->> 'shop_name', '') = '') desc",
    "first": "id",
}
"""Recipients whose message differs most, and how the frozen audience is sorted to find them."""


def find(session: Session, *, campaign_id: uuid.UUID) -> list[tuple[str, Leased]]:
    """Return the edge recipients of a campaign in every language that it speaks, as name and notice."""
    languages = session.scalars(
        sa.select(Notice.language).where(Notice.campaign_id == campaign_id).distinct().order_by(Notice.language)
    ).all()
    found = []
    for language in languages:
        for name, order in EDGES.items():
            row = session.execute(
                sa.text(f"""
                select id, greatest(attempts, 1), member_id, address, language, provider_group, fields from notices
                where campaign_id = :campaign_id and language = :language and status <> 'excluded' order by {order}, id limit 1
                """),
                {"campaign_id": campaign_id, "language": language},
            ).first()
            if row is not None:
                found.append((name, Leased(*row)))
    return found
