"""Single mails: each to one person because of one event, in campaigns that never end, one for each version of a text."""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from casefile.campaigns import STANDING
from casefile.tables.mail import Campaign, Notice
from casefile.words import CampaignStatus, NoticeStatus


def queue(
    session: Session,
    *,
    campaign_id: uuid.UUID,
    kind: str,
    dedupe_key: str,
    address: str,
    language: str,
    fields: dict[str, Any],
    member_id: uuid.UUID | None = None,
    claim_id: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """Put one mail to one person into the ledger, in the caller's transaction; the same `dedupe_key` again changes nothing.

    Return the notice's key, None if it was queued before.
    """
    statement = postgresql.insert(Notice).values(
        campaign_id=campaign_id, kind=kind, dedupe_key=dedupe_key, address=address, language=language, fields=fields,
        member_id=member_id, claim_id=claim_id, status=NoticeStatus.PLANNED,
    )  # fmt: skip
    once = statement.on_conflict_do_nothing(
        index_elements=["case_id", "dedupe_key"], index_where=sa.text("dedupe_key is not null")
    )
    return session.scalar(once.returning(Notice.id))


def campaign_of(session: Session, *, kind: str, content: dict[str, Any]) -> uuid.UUID:
    """Return the campaign that single mails of a kind belong to, one for each version of its text; it is always sending."""
    sha256 = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    name = f"{kind}, single mails, text {sha256[:12]}"
    row = {
        "name": name,
        "kind": kind,
        "status": CampaignStatus.SENDING,
        "content": content,
        "approval_sha256": sha256,
        "send_not_before": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC),
        "send_not_after": datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC),
        "policy": {STANDING: True},
    }
    session.execute(postgresql.insert(Campaign).values(row).on_conflict_do_nothing(index_elements=["case_id", "name"]))
    return session.scalars(sa.select(Campaign.id).where(Campaign.name == name)).one()


def campaigns_with_mail(session: Session) -> list[uuid.UUID]:
    """Return the campaigns of single mails that have something due now."""
    due = sa.exists().where(
        Notice.campaign_id == Campaign.id,
        Notice.status.in_((NoticeStatus.PLANNED, NoticeStatus.READY, NoticeStatus.DEFERRED)),
        Notice.next_at <= sa.func.now(),
    )
    return list(session.scalars(sa.select(Campaign.id).where(Campaign.policy[STANDING].as_boolean(), due)))
