"""Claims: drafts, claims and their versions, match runs, candidates, decisions, deficiencies and exclusions."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casefile.tables.base import Base, CaseRow, enum_column, now_column
from casefile.words import ClaimStatus, DeficiencyCode, MatchBand, Ruling


class ClaimDraft(CaseRow, Base):
    """The answers so far of somebody who is filling in the form; found by a cookie of which only the hash is kept."""

    __tablename__ = "claim_drafts"
    token_sha256: Mapped[bytes]
    submission_key: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="en")
    member_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("class_members.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    claim_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("claims.id"))
    started_at: Mapped[datetime.datetime] = now_column()
    updated_at: Mapped[datetime.datetime] = now_column()
    __table_args__ = (sa.UniqueConstraint("case_id", "token_sha256"),)


class Claim(CaseRow, Base):
    """What somebody asks for; what they said is in its versions."""

    __tablename__ = "claims"
    number: Mapped[str]
    status: Mapped[ClaimStatus] = enum_column(ClaimStatus)
    submission_key: Mapped[str]
    language: Mapped[str]
    channel: Mapped[str] = mapped_column(server_default="web")
    notice_member_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("class_members.id"), index=True)
    member_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("class_members.id"), index=True)
    band: Mapped[MatchBand | None] = enum_column(MatchBand, nullable=True)
    version: Mapped[int] = mapped_column(server_default="1")
    new_evidence: Mapped[bool] = mapped_column(server_default=sa.false())
    submitted_at: Mapped[datetime.datetime]
    updated_at: Mapped[datetime.datetime] = now_column()
    __table_args__ = (
        sa.UniqueConstraint("case_id", "number"),
        sa.UniqueConstraint("case_id", "submission_key"),
        sa.Index("ix_claims_case_status", "case_id", "status"),
    )


class ClaimVersion(CaseRow, Base):
    """One edit of a claim as it was signed: the answers, the exact text of the attestation, and the typed signature."""

    __tablename__ = "claim_versions"
    claim_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("claims.id"))
    number: Mapped[int]
    answers: Mapped[dict[str, Any]]
    language: Mapped[str]
    form_version: Mapped[str]
    attestation_text: Mapped[str]
    signature: Mapped[str]
    signed_at: Mapped[datetime.datetime]
    __table_args__ = (sa.UniqueConstraint("claim_id", "number"),)


class MatchRun(CaseRow, Base):
    """One run of the matcher: its model, thresholds, and the counts of what it saw; two runs can be compared."""

    __tablename__ = "match_runs"
    kind: Mapped[str]
    started_at: Mapped[datetime.datetime]
    finished_at: Mapped[datetime.datetime] = now_column()
    model: Mapped[dict[str, Any]]
    thresholds: Mapped[dict[str, Any]] = mapped_column(server_default=sa.text("'{}'"))
    counts: Mapped[dict[str, Any]]


class Candidate(CaseRow, Base):
    """A class member whom the matcher proposes for a claim; those of the claim's latest run are current."""

    __tablename__ = "candidates"
    claim_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("claims.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("class_members.id"))
    match_run_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("match_runs.id"))
    rank: Mapped[int]
    weight: Mapped[float]
    probability: Mapped[float]
    household_probability: Mapped[float] = mapped_column(server_default="0")
    band: Mapped[MatchBand] = enum_column(MatchBand)
    evidence: Mapped[dict[str, Any]]
    current: Mapped[bool] = mapped_column(server_default=sa.true())
    __table_args__ = (
        sa.UniqueConstraint("match_run_id", "claim_id", "member_id"),
        sa.Index("ix_candidates_claim_current", "claim_id", "current"),
    )


class Decision(CaseRow, Base):
    """What a person ruled on a candidate (without a member: on all), why, on which run's evidence; undone by a later row."""

    __tablename__ = "decisions"
    claim_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("claims.id"), index=True)
    member_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("class_members.id"))
    ruling: Mapped[Ruling] = enum_column(Ruling)
    reason: Mapped[str]
    match_run_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("match_runs.id"))
    undoes_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("decisions.id"), unique=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("staff.id"))
    decided_at: Mapped[datetime.datetime] = mapped_column(server_default=sa.func.clock_timestamp())


class Deficiency(CaseRow, Base):
    """A curable fault in a claim, what was asked, and until when it can be cured."""

    __tablename__ = "deficiencies"
    claim_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("claims.id"), index=True)
    code: Mapped[DeficiencyCode] = enum_column(DeficiencyCode)
    message: Mapped[str] = mapped_column(server_default="")
    staff_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("staff.id"))
    raised_at: Mapped[datetime.datetime] = now_column()
    cure_by: Mapped[datetime.date]
    cured_at: Mapped[datetime.datetime | None]
    withdrawn_at: Mapped[datetime.datetime | None]


class Exclusion(CaseRow, Base):
    """A member's request to leave the class; unsubscribing from e-mail is not one."""

    __tablename__ = "exclusions"
    member_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("class_members.id"), index=True)
    number: Mapped[str]
    submission_key: Mapped[str | None]
    answers: Mapped[dict[str, Any]]
    signature: Mapped[str]
    received_at: Mapped[datetime.datetime] = now_column()
    channel: Mapped[str] = mapped_column(server_default="web")
    __table_args__ = (sa.UniqueConstraint("case_id", "number"), sa.UniqueConstraint("case_id", "submission_key"))


class RateBucket(CaseRow, Base):
    """How often something was tried within a window, under a key that is hashed; PIN guesses and form posts."""

    __tablename__ = "rate_buckets"
    key: Mapped[str]
    window_start: Mapped[datetime.datetime]
    tries: Mapped[int] = mapped_column(server_default="1")
    __table_args__ = (sa.UniqueConstraint("case_id", "key", "window_start"),)
