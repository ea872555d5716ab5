"""How far a mailing has come and what came back of it, for the limits of its policy and for the brakes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import campaigns
from casefile.tables.audit import AuditEntry
from casefile.tables.mail import DeliveryEvent, Notice
from casefile.words import DeliveryEventKind, NoticeStatus


@dataclass(frozen=True, slots=True)
class Returns:
    """What came back of a mailing: messages that a server took, complaints about them, and those whose address is bad."""

    taken: int
    complaints: int
    bounced_hard: int


def returns(session: Session, *, campaign_id: uuid.UUID) -> Returns:
    """Count what came back of a mailing so far."""
    found = campaigns.counts(session, campaign_id=campaign_id)
    bounced = found.get(NoticeStatus.BOUNCED_HARD, 0)
    taken = sum(found.get(status, 0) for status in (NoticeStatus.ACCEPTED, NoticeStatus.DELIVERED, NoticeStatus.BOUNCED_SOFT))
    complaints = session.scalar(
        sa.select(sa.func.count(DeliveryEvent.notice_id.distinct()))
        .join(Notice, Notice.id == DeliveryEvent.notice_id)
        .where(Notice.campaign_id == campaign_id, DeliveryEvent.kind == DeliveryEventKind.COMPLAINT)
    )
    return Returns(taken=taken + bounced, complaints=complaints or 0, bounced_hard=bounced)


@dataclass(frozen=True, slots=True)
class Headway:
    """How far a mailing has come, for the limits of its policy."""

    begun: int
    begun_today: int
    day: int
    resumed: int


def of_campaign(session: Session, *, campaign_id: uuid.UUID) -> Headway:
    """Count what was tried in all and since midnight UTC, the days since the first try, and how often sending was resumed."""
    found = campaigns.counts(session, campaign_id=campaign_id)
    untouched = (NoticeStatus.PLANNED, NoticeStatus.EXCLUDED, NoticeStatus.CANCELLED)
    row = session.execute(
        sa.text("""
        select count(*) filter (where a.started_at >= date_trunc('day', now())) as today,
            coalesce(extract(day from date_trunc('day', now()) - date_trunc('day', min(a.started_at))), 0)::int as day
        from attempts a join notices n on n.id = a.notice_id where n.campaign_id = :campaign_id and a.number = 1
        """),
        {"campaign_id": campaign_id},
    ).one()
    resumed = session.scalar(
        sa.select(sa.func.count()).where(
            AuditEntry.subject == "campaign", AuditEntry.subject_id == str(campaign_id), AuditEntry.action == "campaign.sending"
        )
    )
    begun = sum(count for status, count in found.items() if status not in untouched)
    return Headway(begun=begun, begun_today=row.today, day=row.day, resumed=max(0, (resumed or 0) - 1))
