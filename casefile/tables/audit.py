"""The audit trail: entries chained by hash per case, and the head of each chain, so that a cut-off tail is found too."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casefile.tables.base import Base


class AuditEntry(Base):
    """Who did what to which subject, before and after; number, time and hashes are set by the database's own trigger."""

    __tablename__ = "audit_entries"
    case_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(sa.BigInteger(), primary_key=True, server_default="0")
    at: Mapped[datetime.datetime] = mapped_column(server_default=sa.func.clock_timestamp())
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[str]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    previous_hash: Mapped[bytes] = mapped_column(server_default=sa.text("'\\x'"))
    hash: Mapped[bytes] = mapped_column(server_default=sa.text("'\\x'"))
    __table_args__ = (sa.Index("ix_audit_entries_subject", "case_id", "subject", "subject_id"),)


class AuditHead(Base):
    """The last number and hash of a case's chain."""

    __tablename__ = "audit_heads"
    case_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(sa.BigInteger())
    hash: Mapped[bytes]
