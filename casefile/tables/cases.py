"""Cases and their merchants."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casefile.tables.base import Base, CaseRow, key, now_column


class Case(Base):
    """One settlement; the whole checked case file is in `facts`. It holds nothing personal, so every session may read it."""

    __tablename__ = "cases"
    id: Mapped[uuid.UUID] = key()
    slug: Mapped[str] = mapped_column(unique=True)
    caption: Mapped[str]
    short_name: Mapped[str]
    facts: Mapped[dict[str, Any]]
    folder: Mapped[str]
    folder_sha256: Mapped[str]
    opened_at: Mapped[datetime.datetime] = now_column()
    updated_at: Mapped[datetime.datetime] = now_column()


class Merchant(CaseRow, Base):
    """A shop whose customers' data was disclosed, under every name that its customers knew."""

    __tablename__ = "merchants"
    name: Mapped[str]
    domain: Mapped[str | None]
    aliases: Mapped[list[str]] = mapped_column(server_default=sa.text("'{}'"))
    __table_args__ = (sa.UniqueConstraint("case_id", "name"),)
