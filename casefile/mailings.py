"""Mailings as they went out: each campaign with its counts, its dates, its hashes and who approved it."""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import campaigns
from casefile.words import CampaignStatus, NoticeStatus


@dataclass(frozen=True, slots=True)
class Approved:
    """One person's approval of a mailing."""

    name: str
    role: str
    at: datetime.datetime
    sha256: str
    note: str


@dataclass(frozen=True, slots=True)
class Mailing:
    """One campaign as it went out; `audience` is what was approved, and `by_status` must add up to it."""

    name: str
    kind: str
    status: CampaignStatus
    audience: int
    by_status: dict[str, int]
    first_accepted_at: datetime.datetime | None
    last_accepted_at: datetime.datetime | None
    text_sha256: str
    approval_sha256: str
    approvals: tuple[Approved, ...]

    @property
    def to_send(self) -> int:
        """Members who were to get a message of it."""
        return self.audience - self.by_status.get(NoticeStatus.EXCLUDED.value, 0)

    def count(self, *statuses: NoticeStatus) -> int:
        """Return how many notices stand in any of these."""
        return sum(self.by_status.get(status.value, 0) for status in statuses)

    @property
    def accepted(self) -> int:
        """Accepted by the receiving server and not returned."""
        return self.count(NoticeStatus.ACCEPTED, NoticeStatus.DELIVERED)

    @property
    def returned(self) -> int:
        """Came back, were refused, or could not be delivered in time."""
        return self.count(
            NoticeStatus.BOUNCED_HARD, NoticeStatus.BOUNCED_SOFT, NoticeStatus.REJECTED, NoticeStatus.EXPIRED
        )  # fmt: skip


def every(session: Session) -> tuple[Mailing, ...]:
    """Return the mailings of the case that are more than a draft, the first planned first; dry runs and single mails are none."""
    rows = session.execute(
        sa.text("""
        select c.id, c.name, c.kind, c.status, c.content, c.waterfall, coalesce(c.approval_sha256, '') as approval_sha256,
            s.parts, s.first, s.last
        from campaigns c left join (
            select campaign_id, jsonb_object_agg(status, n) as parts, min(first) as first, max(last) as last from (
                select campaign_id, status, count(*) as n, min(accepted_at) as first, max(accepted_at) as last
                from notices group by 1, 2) counted group by 1
        ) s on s.campaign_id = c.id
        where not c.policy ? :rehearsal and not c.policy ? :standing and c.status <> 'draft' order by c.created_at, c.id
        """),
        {"rehearsal": campaigns.REHEARSAL, "standing": campaigns.STANDING},
    ).all()
    given = _approvals(session)
    return tuple(
        Mailing(
            name=row.name,
            kind=row.kind,
            status=CampaignStatus(row.status),
            audience=row.waterfall.get("class_size", sum((row.parts or {}).values())),
            by_status=row.parts or {},
            first_accepted_at=row.first,
            last_accepted_at=row.last,
            text_sha256=_text_sha256(row.content),
            approval_sha256=row.approval_sha256,
            approvals=tuple(given.get(row.id, ())),
        )
        for row in rows
    )


def _text_sha256(content: Mapping[str, Any]) -> str:
    """Return the hash of what is said, without audience and window: the same text has the same hash in every mailing."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _approvals(session: Session) -> dict[uuid.UUID, list[Approved]]:
    rows = session.execute(
        sa.text("""
        select a.campaign_id, s.name, a.role, a.approved_at, a.approval_sha256, a.note
        from approvals a join campaigns c on c.id = a.campaign_id and c.approval_sha256 = a.approval_sha256
            join staff s on s.id = a.staff_id
        order by a.approved_at
        """)
    )
    found: dict[uuid.UUID, list[Approved]] = {}
    for campaign_id, *values in rows:
        found.setdefault(campaign_id, []).append(Approved(*values))
    return found
