"""The postal side of notice: files handed to the mail house, and who stood in each at which address."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casefile.tables.base import Base, CaseRow, now_column


class PostalFile(CaseRow, Base):
    """One file for the mail house; `counts` says how its rows follow from those who were to be written to."""

    __tablename__ = "postal_files"
    number: Mapped[int]
    kind: Mapped[str]
    rows: Mapped[int]
    counts: Mapped[dict[str, Any]]
    sha256: Mapped[str | None]
    made_at: Mapped[datetime.datetime] = now_column()
    __table_args__ = (sa.UniqueConstraint("case_id", "number"),)


class PostalRow(CaseRow, Base):
    """One member in a postal file, with the address as it was printed; the post may bring it back."""

    __tablename__ = "postal_rows"
    postal_file_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("postal_files.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("class_members.id"), index=True)
    row_number: Mapped[int]
    why: Mapped[str]
    language: Mapped[str]
    notice_id: Mapped[str]
    pin_counter: Mapped[int]
    full_name: Mapped[str]
    street: Mapped[str]
    unit: Mapped[str]
    city: Mapped[str]
    region: Mapped[str]
    postcode: Mapped[str]
    merchant: Mapped[str]
    returned_at: Mapped[datetime.datetime | None]
    returned_why: Mapped[str | None]
    __table_args__ = (sa.UniqueConstraint("postal_file_id", "member_id"),)
