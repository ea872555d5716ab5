"""Claim drafts: the answers of somebody who is filling in the form, found by a cookie of which only the hash is kept."""

from __future__ import annotations

import datetime
import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import audit, keys
from casefile.tables.claims import ClaimDraft

IDLE = datetime.timedelta(hours=24)
"""A draft that nobody touched for so long is gone; WCAG 2.2, criterion 2.2.1, asks for no warning above 20 hours."""


def start(session: Session, *, token: str, language: str) -> ClaimDraft:
    """Return the draft of a cookie, new if there is none or if the old one expired."""
    existing = find(session, token=token, lock=True)
    if existing is not None:
        return existing
    session.execute(sa.delete(ClaimDraft).where(ClaimDraft.token_sha256 == keys.token_sha256(token)))
    draft = ClaimDraft(
        token_sha256=keys.token_sha256(token), submission_key=secrets.token_urlsafe(24), language=language, answers={}
    )
    session.add(draft)
    session.flush()
    return draft


def find(session: Session, *, token: str, lock: bool = False) -> ClaimDraft | None:
    """Return the live draft of a cookie, locked against a second click if asked, or None when there is none any more."""
    query = sa.select(ClaimDraft).where(
        ClaimDraft.token_sha256 == keys.token_sha256(token), ClaimDraft.updated_at > sa.func.now() - IDLE
    )
    return session.scalar(query.with_for_update() if lock else query)


def answer(session: Session, *, draft: ClaimDraft, answers: dict[str, Any], language: str) -> None:
    """Put answers into a draft beside those that are there; an answer of None is taken out."""
    together = draft.answers | answers
    draft.answers = {name: value for name, value in together.items() if value is not None}
    draft.language = language
    draft.updated_at = sa.func.now()  # the database's clock decides
    session.flush()


def forget(session: Session, *, token: str) -> None:
    """Remove the draft of a cookie; a claim that was filed from it stays."""
    session.execute(sa.delete(ClaimDraft).where(ClaimDraft.token_sha256 == keys.token_sha256(token)))


def remove_expired(session: Session) -> int:
    """Remove every draft that expired, with the answers in it; return how many."""
    removed = session.execute(
        sa.delete(ClaimDraft).where(ClaimDraft.updated_at <= sa.func.now() - IDLE).returning(ClaimDraft.id)
    ).all()
    if removed:
        audit.record(
            session, action="drafts.removed", subject="claim_drafts", subject_id="expired", after={"count": len(removed)}
        )
    return len(removed)
