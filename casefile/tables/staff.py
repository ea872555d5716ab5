"""Staff of the installation, their roles on a case, their sessions, and the jobs that they ask for."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casefile.tables.base import Base, CaseRow, enum_column, key, now_column
from casefile.words import JobKind, JobStatus, Role


class Staff(Base):
    """A person who works with the installation; what they may do is said per case."""

    __tablename__ = "staff"
    id: Mapped[uuid.UUID] = key()
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    totp_secret: Mapped[str | None]
    totp_last_step: Mapped[int | None] = mapped_column(sa.BigInteger())
    failed_tries: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime.datetime | None]
    active: Mapped[bool] = mapped_column(server_default=sa.true())
    created_at: Mapped[datetime.datetime] = now_column()


class StaffSession(Base):
    """A sign-in; found by a cookie of which only the hash is kept; awaiting the second factor it opens nothing."""

    __tablename__ = "staff_sessions"
    id: Mapped[uuid.UUID] = key()
    token_sha256: Mapped[bytes] = mapped_column(unique=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    awaiting_code: Mapped[bool] = mapped_column(server_default=sa.false())
    started_at: Mapped[datetime.datetime] = now_column()
    seen_at: Mapped[datetime.datetime] = now_column()
    ended_at: Mapped[datetime.datetime | None]


class StaffRole(CaseRow, Base):
    """That a member of staff has a role on a case."""

    __tablename__ = "staff_roles"
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    role: Mapped[Role] = enum_column(Role)
    granted_at: Mapped[datetime.datetime] = now_column()
    __table_args__ = (sa.UniqueConstraint("case_id", "staff_id", "role"),)


class Job(CaseRow, Base):
    """A piece of work that the console asks for; its id is the idempotency key of the flow run that does it."""

    __tablename__ = "jobs"
    kind: Mapped[JobKind] = enum_column(JobKind)
    status: Mapped[JobStatus] = enum_column(JobStatus, server_default=JobStatus.WAITING.value)
    parameters: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    requested_by: Mapped[str]
    requested_at: Mapped[datetime.datetime] = now_column()
    started_at: Mapped[datetime.datetime | None]
    finished_at: Mapped[datetime.datetime | None]
    flow_run_id: Mapped[str | None]
    result: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    error: Mapped[str] = mapped_column(server_default="")
