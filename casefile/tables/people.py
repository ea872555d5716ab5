"""From list files to class members: source files, their rows and faults, members, the joins and the disclosures."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casefile.tables.base import Base, CaseRow, enum_column, now_column
from casefile.words import RowOutcome, SourceKind


class MappingProfile(CaseRow, Base):
    """A named mapping from a broker's columns to ours, saved once and used again."""

    __tablename__ = "mapping_profiles"
    name: Mapped[str]
    mapping: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime.datetime] = now_column()
    __table_args__ = (sa.UniqueConstraint("case_id", "name"),)


class SourceFile(CaseRow, Base):
    """A file as it was received; the database itself refuses counts that do not add up."""

    __tablename__ = "source_files"
    sha256: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger())
    original_name: Mapped[str]
    kind: Mapped[SourceKind] = enum_column(SourceKind)
    producer: Mapped[str] = mapped_column(server_default="")
    marketer: Mapped[str] = mapped_column(server_default="")
    protective_order_number: Mapped[str] = mapped_column(server_default="")
    encoding: Mapped[str]
    dialect: Mapped[dict[str, Any]]
    columns: Mapped[list[str]]
    mapping: Mapped[dict[str, Any]]
    assumptions: Mapped[list[str]] = mapped_column(server_default=sa.text("'{}'"))
    rows_in: Mapped[int]
    rows_accepted: Mapped[int]
    rows_warned: Mapped[int]
    rows_rejected: Mapped[int]
    received_at: Mapped[datetime.datetime] = now_column()
    __table_args__ = (
        sa.UniqueConstraint("case_id", "sha256"),
        sa.CheckConstraint("rows_in = rows_accepted + rows_warned + rows_rejected", name="rows_add_up"),
    )


PERSON_COLUMNS = (
    "full_name", "given_name", "middle_name", "family_name", "suffix", "email", "phone",
    "street", "unit", "city", "region", "postcode",
)  # fmt: skip
"""The columns that say who and where a person is; the same in source rows and class members."""


class Person:
    """Who and where, as text: leading zeros and the surname Null stay what they are."""

    full_name: Mapped[str | None]
    given_name: Mapped[str | None]
    middle_name: Mapped[str | None]
    family_name: Mapped[str | None]
    suffix: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    street: Mapped[str | None]
    unit: Mapped[str | None]
    city: Mapped[str | None]
    region: Mapped[str | None]
    postcode: Mapped[str | None]


class SourceRow(Person, CaseRow, Base):
    """One row of a source file: `raw` as received, the mapped columns beside it, and how it ended."""

    __tablename__ = "source_rows"
    source_file_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source_files.id"))
    row_number: Mapped[int]
    raw: Mapped[bytes]
    outcome: Mapped[RowOutcome] = enum_column(RowOutcome)
    merchant: Mapped[str | None]
    purchased_on: Mapped[str | None]
    order_number: Mapped[str | None]
    amount_cents: Mapped[int | None] = mapped_column(sa.BigInteger())
    __table_args__ = (sa.UniqueConstraint("source_file_id", "row_number"),)


class SourceFault(CaseRow, Base):
    """What was wrong with a row or, without a row number, with the file."""

    __tablename__ = "source_faults"
    source_file_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source_files.id"), index=True)
    row_number: Mapped[int | None]
    column: Mapped[str | None]
    kind: Mapped[str]
    text: Mapped[str]


class ClassMember(Person, CaseRow, Base):
    """One person of the class, consolidated from source rows; a member merged into another stays and says where."""

    __tablename__ = "class_members"
    notice_id: Mapped[str]
    pin_counter: Mapped[int] = mapped_column(server_default="1")
    language: Mapped[str] = mapped_column(server_default="en")
    household: Mapped[str | None] = mapped_column(index=True)
    merchant: Mapped[str | None]
    merged_into_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("class_members.id"))
    created_at: Mapped[datetime.datetime] = now_column()
    updated_at: Mapped[datetime.datetime] = now_column()
    __table_args__ = (sa.UniqueConstraint("case_id", "notice_id"),)


class MemberRow(CaseRow, Base):
    """That a source row speaks of a member, and the evidence for joining it to the member's other rows."""

    __tablename__ = "member_rows"
    member_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("class_members.id"), index=True)
    source_row_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source_rows.id"), unique=True)
    probability: Mapped[float | None]
    evidence: Mapped[dict[str, Any] | None]
    joined_at: Mapped[datetime.datetime] = now_column()


class Disclosure(CaseRow, Base):
    """That a merchant's customer's data went to a marketer: (member, merchant, list, marketer, date)."""

    __tablename__ = "disclosures"
    member_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("class_members.id"), index=True)
    source_row_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source_rows.id"), unique=True)
    source_file_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("source_files.id"), index=True)
    merchant_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("merchants.id"))
    merchant: Mapped[str | None]
    marketer: Mapped[str]
    disclosed_on: Mapped[str | None]
