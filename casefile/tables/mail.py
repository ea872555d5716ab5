"""The mail ledger: campaigns, approvals, notices, attempts, delivery events, suppressions, the pace per provider."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casefile.tables.base import Base, CaseRow, enum_column, now_column
from casefile.words import AttemptOutcome, CampaignStatus, DeliveryEventKind, MxAnswer, NoticeStatus, Role


class Campaign(CaseRow, Base):
    """One mailing: what is said (`content`), to whom (`audience`), when (the window) and under which policy."""

    __tablename__ = "campaigns"
    name: Mapped[str]
    kind: Mapped[str]
    status: Mapped[CampaignStatus] = enum_column(CampaignStatus, server_default=CampaignStatus.DRAFT.value)
    content: Mapped[dict[str, Any]]
    audience: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    waterfall: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    approval_sha256: Mapped[str | None]
    send_not_before: Mapped[datetime.datetime]
    send_not_after: Mapped[datetime.datetime]
    policy: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    pause_reason: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime.datetime] = now_column()
    settled_at: Mapped[datetime.datetime | None]
    __table_args__ = (sa.UniqueConstraint("case_id", "name"),)


class Approval(CaseRow, Base):
    """That a named person approved the hash of a campaign in a role; another hash is another approval."""

    __tablename__ = "approvals"
    campaign_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("campaigns.id"))
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    role: Mapped[Role] = enum_column(Role)
    approval_sha256: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    approved_at: Mapped[datetime.datetime] = now_column()
    __table_args__ = (sa.UniqueConstraint("campaign_id", "approval_sha256", "staff_id"),)


class Notice(CaseRow, Base):
    """One message to one member; a single mail such as a receipt has a claim and, so that it goes once, a `dedupe_key`.

    Its Message-ID, return path and unsubscribe link are derived from its key, so they are the same in every attempt.
    """

    __tablename__ = "notices"
    dedupe_key: Mapped[str | None]
    kind: Mapped[str]
    campaign_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("campaigns.id"))
    member_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("class_members.id"), index=True)
    claim_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("claims.id"))
    address: Mapped[str | None]
    language: Mapped[str]
    provider_group: Mapped[str] = mapped_column(server_default="default")
    fields: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    status: Mapped[NoticeStatus] = enum_column(NoticeStatus)
    reason: Mapped[str] = mapped_column(server_default="")
    next_at: Mapped[datetime.datetime] = now_column()
    expires_at: Mapped[datetime.datetime | None]
    leased_by: Mapped[str | None]
    leased_until: Mapped[datetime.datetime | None]
    attempts: Mapped[int] = mapped_column(sa.SmallInteger(), server_default="0")
    accepted_at: Mapped[datetime.datetime | None]
    last_code: Mapped[int | None] = mapped_column(sa.SmallInteger())
    last_reply: Mapped[str | None]
    __table_args__ = (
        sa.Index("uq_notices_campaign_member", "campaign_id", "member_id", unique=True,
                 postgresql_where=sa.text("dedupe_key is null")),
        sa.Index("uq_notices_dedupe_key", "case_id", "dedupe_key", unique=True,
                 postgresql_where=sa.text("dedupe_key is not null")),
        sa.Index(
            "ix_notices_ready", "campaign_id", "provider_group", "next_at", "id",
            postgresql_where=sa.text("status in ('planned', 'ready', 'deferred')"),
        ),
        sa.Index("ix_notices_campaign_status", "campaign_id", "status"),
        {"postgresql_with": {"fillfactor": 80}},
    )  # fmt: skip


class Attempt(CaseRow, Base):
    """One try at delivering a notice as it ended, with the server's reply word for word; append-only."""

    __tablename__ = "attempts"
    notice_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("notices.id"))
    number: Mapped[int] = mapped_column(sa.SmallInteger())
    worker: Mapped[str]
    started_at: Mapped[datetime.datetime]
    ended_at: Mapped[datetime.datetime] = now_column()
    outcome: Mapped[AttemptOutcome] = enum_column(AttemptOutcome)
    code: Mapped[int | None] = mapped_column(sa.SmallInteger())
    enhanced: Mapped[str | None]
    reply: Mapped[str] = mapped_column(server_default="")
    message_sha256: Mapped[bytes | None]
    __table_args__ = (sa.UniqueConstraint("notice_id", "number"),)


class DeliveryEvent(CaseRow, Base):
    """What came back about a notice; append-only, once per source and its event id, in any order."""

    __tablename__ = "delivery_events"
    source: Mapped[str]
    source_event_id: Mapped[str]
    notice_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("notices.id"), index=True)
    attempt_number: Mapped[int | None] = mapped_column(sa.SmallInteger())
    kind: Mapped[DeliveryEventKind] = enum_column(DeliveryEventKind)
    bounce_class: Mapped[str | None]
    code: Mapped[str | None]
    diagnostic: Mapped[str | None]
    occurred_at: Mapped[datetime.datetime]
    received_at: Mapped[datetime.datetime] = now_column()
    __table_args__ = (sa.UniqueConstraint("case_id", "source", "source_event_id"),)


class Suppression(CaseRow, Base):
    """An address to which mail of a scope must not go, and why."""

    __tablename__ = "suppressions"
    address: Mapped[str]
    scope: Mapped[str]
    reason: Mapped[str]
    delivery_event_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("delivery_events.id"))
    created_at: Mapped[datetime.datetime] = now_column()
    lifted_at: Mapped[datetime.datetime | None]
    lifted_by: Mapped[str | None]
    __table_args__ = (
        sa.Index("uq_suppressions_live", "case_id", "address", "scope", unique=True,
                 postgresql_where=sa.text("lifted_at is null")),
    )  # fmt: skip


class ProviderPace(CaseRow, Base):
    """The state of the pace towards one provider group, kept so that a restart does not burst."""

    __tablename__ = "provider_paces"
    provider_group: Mapped[str]
    state: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime.datetime] = now_column()
    __table_args__ = (sa.UniqueConstraint("case_id", "provider_group"),)


class MailDomain(CaseRow, Base):
    """Where the mail of an address domain is received, as the DNS said at `looked_up_at`; a cache."""

    __tablename__ = "mail_domains"
    domain: Mapped[str]
    answer: Mapped[MxAnswer] = enum_column(MxAnswer)
    mail_host: Mapped[str] = mapped_column(server_default="")
    provider_group: Mapped[str]
    looked_up_at: Mapped[datetime.datetime] = now_column()
    __table_args__ = (sa.UniqueConstraint("case_id", "domain"),)
