"""Campaigns: planned, locked with a frozen audience, approved by two people for one hash, sent, paused, settled."""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import audience, audit, errors
from casefile.outcomes import TERMINAL
from casefile.tables.mail import Approval, Campaign, Notice
from casefile.tables.staff import StaffRole
from casefile.words import CAMPAIGN_TRANSITIONS, CampaignStatus, NoticeStatus, Role, may

APPROVING = (Role.ADMINISTRATOR, Role.COUNSEL)
"""Who approves: one person in each of these roles, not the same person twice."""


REHEARSAL = "rehearsal"
"""Key of the policy of a dry run: a campaign of its own that can only be sent nowhere and counts for nothing."""

STANDING = "standing"
"""Key of the policy of a campaign that never ends: single mails such as receipts, each to one person because of one event."""


def plan(
    session: Session,
    *,
    name: str,
    kind: str,
    content: dict[str, Any],
    choice: audience.Choice,
    send_not_before: datetime.datetime,
    send_not_after: datetime.datetime,
    policy: dict[str, Any] | None = None,
) -> uuid.UUID:
    """Write a new campaign as a draft: `content` is what `notices.campaign.content_of` returns. Raises `CampaignRefused`."""
    if send_not_after <= send_not_before:
        raise errors.CampaignRefused("The sending window ends before it begins.")
    if session.scalar(sa.select(Campaign.id).where(Campaign.name == name)):
        raise errors.CampaignRefused(f'There is a campaign named "{name}" already.')
    campaign = Campaign(
        name=name,
        kind=kind,
        content=content,
        audience={"choice": choice.value},
        send_not_before=send_not_before,
        send_not_after=send_not_after,
        policy=policy or {},
    )
    session.add(campaign)
    session.flush()
    audit.record(
        session, action="campaign.planned", subject="campaign", subject_id=campaign.id, after={"name": name, "kind": kind}
    )
    return campaign.id


def change(
    session: Session,
    *,
    campaign_id: uuid.UUID,
    content: dict[str, Any] | None = None,
    send_not_before: datetime.datetime | None = None,
    send_not_after: datetime.datetime | None = None,
    policy: dict[str, Any] | None = None,
) -> None:
    """Change what is not being sent yet; the campaign is a draft again and every approval of the old hash is void."""
    campaign = get(session, campaign_id=campaign_id, lock=True)
    before = campaign.approval_sha256
    if campaign.status is not CampaignStatus.DRAFT:
        _move(campaign, CampaignStatus.DRAFT)
    campaign.content = content if content is not None else campaign.content
    campaign.send_not_before = send_not_before or campaign.send_not_before
    campaign.send_not_after = send_not_after or campaign.send_not_after
    campaign.policy = policy if policy is not None else campaign.policy
    campaign.approval_sha256 = None
    audit.record(
        session,
        action="campaign.changed",
        subject="campaign",
        subject_id=campaign_id,
        before={"approval_sha256": before},
        after={},
    )


def lock(session: Session, *, campaign_id: uuid.UUID) -> str:
    """Freeze the audience and return the hash that two people are asked to approve. Locking again freezes anew."""
    campaign = get(session, campaign_id=campaign_id, lock=True)
    if campaign.status is CampaignStatus.APPROVED:
        _move(campaign, CampaignStatus.DRAFT)
    _move(campaign, CampaignStatus.LOCKED)
    choice = audience.Choice(campaign.audience["choice"])
    falls = audience.freeze(
        session, campaign_id=campaign.id, kind=campaign.kind, choice=choice, languages=tuple(campaign.content["languages"])
    )
    frozen = audience.sha256(session, campaign_id=campaign.id)
    campaign.waterfall = {"class_size": falls.class_size, "taken_out": falls.taken_out, "to_send": falls.to_send}
    campaign.audience = {"choice": choice.value, "sha256": frozen}
    campaign.approval_sha256 = digest(campaign, audience_sha256=frozen)
    audit.record(
        session,
        action="campaign.locked",
        subject="campaign",
        subject_id=campaign.id,
        after={"approval_sha256": campaign.approval_sha256, "waterfall": campaign.waterfall},
    )
    return campaign.approval_sha256


def digest(campaign: Campaign, *, audience_sha256: str) -> str:
    """Return the SHA-256 over sender, subjects, bodies, audience, window and policy: exactly what is approved."""
    whole = {
        "kind": campaign.kind,
        "content": campaign.content,
        "audience_sha256": audience_sha256,
        "send_not_before": campaign.send_not_before.astimezone(datetime.UTC).isoformat(),
        "send_not_after": campaign.send_not_after.astimezone(datetime.UTC).isoformat(),
        "policy": campaign.policy,
    }
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def approve(
    session: Session, *, campaign_id: uuid.UUID, staff_id: uuid.UUID, role: Role, approval_sha256: str, note: str = ""
) -> CampaignStatus:
    """Write that a person approves exactly this hash in a role; the second role makes the campaign approved.

    Raises `ApprovalRefused` when the campaign has changed since it was looked at, when the person does not hold the role, or
    approved it in the other role.
    """
    campaign = get(session, campaign_id=campaign_id, lock=True)
    _check_approval(session, campaign, staff_id=staff_id, role=role, approval_sha256=approval_sha256)
    session.add(Approval(campaign_id=campaign_id, staff_id=staff_id, role=role, approval_sha256=approval_sha256, note=note))
    session.flush()
    if {given.role for given in approvals(session, campaign_id=campaign_id)} >= set(APPROVING):
        _move(campaign, CampaignStatus.APPROVED)
    audit.record(
        session,
        action="campaign.approved",
        subject="campaign",
        subject_id=campaign_id,
        after={"approval_sha256": approval_sha256, "role": role.value, "staff_id": str(staff_id), "note": note},
    )
    return campaign.status


def approvals(session: Session, *, campaign_id: uuid.UUID) -> Sequence[Approval]:
    """Return the approvals that count: those of the campaign's hash of today."""
    return session.scalars(
        sa.select(Approval)
        .join(Campaign, Campaign.id == Approval.campaign_id)
        .where(Approval.campaign_id == campaign_id, Approval.approval_sha256 == Campaign.approval_sha256)
        .order_by(Approval.approved_at)
    ).all()


def begin(session: Session, *, campaign_id: uuid.UUID, now: datetime.datetime) -> Campaign:
    """Let an approved or paused campaign be sent.

    Raises `CampaignRefused` before or after its window, and when what is stored is no longer what was approved.
    """
    campaign = get(session, campaign_id=campaign_id, lock=True)
    if campaign.status is CampaignStatus.SENDING:
        return campaign
    if campaign.status not in {CampaignStatus.APPROVED, CampaignStatus.PAUSED}:
        raise errors.CampaignRefused(f'"{campaign.name}" is {campaign.status.value}: it needs the approval of two people first.')
    _check_window(campaign, now)
    frozen = audience.sha256(session, campaign_id=campaign_id) if campaign.status is CampaignStatus.APPROVED else None
    if frozen is not None and digest(campaign, audience_sha256=frozen) != campaign.approval_sha256:
        raise errors.CampaignRefused(
            f'"{campaign.name}" is not what was approved: text, audience or window differ. Lock it again.'
        )
    _move(campaign, CampaignStatus.SENDING)
    campaign.pause_reason = ""
    audit.record(session, action="campaign.sending", subject="campaign", subject_id=campaign_id)
    return campaign


def pause(session: Session, *, campaign_id: uuid.UUID, reason: str) -> None:
    """Stop sending until somebody resumes; senders see it within a second."""
    campaign = get(session, campaign_id=campaign_id, lock=True)
    if campaign.status is CampaignStatus.PAUSED:
        return
    _move(campaign, CampaignStatus.PAUSED)
    campaign.pause_reason = reason
    audit.record(session, action="campaign.paused", subject="campaign", subject_id=campaign_id, after={"reason": reason})


def cancel(session: Session, *, campaign_id: uuid.UUID, reason: str) -> None:
    """End a campaign for good: what was not sent is cancelled, what was sent stays on record."""
    campaign = get(session, campaign_id=campaign_id, lock=True)
    _move(campaign, CampaignStatus.CANCELLED)
    campaign.pause_reason = reason
    waiting = (NoticeStatus.PLANNED, NoticeStatus.READY, NoticeStatus.DEFERRED)
    session.execute(
        sa.update(Notice)
        .where(Notice.campaign_id == campaign_id, Notice.status.in_(waiting))
        .values(status=NoticeStatus.CANCELLED, reason="campaign cancelled")
    )
    audit.record(session, action="campaign.cancelled", subject="campaign", subject_id=campaign_id, after={"reason": reason})


def settle(session: Session, *, campaign_id: uuid.UUID) -> bool:
    """Mark a campaign settled when every notice is in a final state and they add up to the audience; return whether it is."""
    campaign = get(session, campaign_id=campaign_id, lock=True)
    if campaign.status is CampaignStatus.SETTLED:
        return True
    if campaign.policy.get(STANDING):
        return False
    found = counts(session, campaign_id=campaign_id)
    total = campaign.waterfall.get("class_size", 0)
    if campaign.status is not CampaignStatus.SENDING or sum(found.values()) != total or set(found) - TERMINAL:
        return False
    _move(campaign, CampaignStatus.SETTLED)
    campaign.settled_at = datetime.datetime.now(datetime.UTC)
    after = {status.value: count for status, count in found.items()}
    audit.record(session, action="campaign.settled", subject="campaign", subject_id=campaign_id, after=after)
    return True


def counts(session: Session, *, campaign_id: uuid.UUID) -> dict[NoticeStatus, int]:
    """Return how many notices stand in each status; 0.1 s for a million."""
    rows = session.execute(
        sa.select(Notice.status, sa.func.count()).where(Notice.campaign_id == campaign_id).group_by(Notice.status)
    )
    return {row[0]: row[1] for row in rows}


def rehearse(session: Session, *, campaign_id: uuid.UUID) -> uuid.UUID:
    """Make a dry run of a campaign: the same content and choice, frozen as of now, ready to be sent nowhere."""
    model = get(session, campaign_id=campaign_id)
    runs = session.scalar(sa.select(sa.func.count()).where(Campaign.name.startswith(f"{model.name}, dry run ", autoescape=True)))
    copy = Campaign(
        name=f"{model.name}, dry run {(runs or 0) + 1}",
        kind=model.kind,
        content=model.content,
        audience=model.audience,
        send_not_before=model.send_not_before,
        send_not_after=model.send_not_after,
        policy=model.policy | {REHEARSAL: True},
    )
    session.add(copy)
    session.flush()
    lock(session, campaign_id=copy.id)
    copy.status = CampaignStatus.SENDING
    return copy.id


def get(session: Session, *, campaign_id: uuid.UUID, lock: bool = False) -> Campaign:
    """Return a campaign. Raises `NotFound`."""
    campaign = session.get(Campaign, campaign_id, with_for_update=lock, populate_existing=lock)
    if campaign is None:
        raise errors.NotFound("There is no such campaign.")
    return campaign


def by_name(session: Session, *, name: str) -> Campaign:
    """Return a campaign by its name. Raises `NotFound` with the names that there are."""
    campaign = session.scalar(sa.select(Campaign).where(Campaign.name == name))
    if campaign is None:
        names = ", ".join(session.scalars(sa.select(Campaign.name).order_by(Campaign.created_at).limit(20))) or "none yet"
        raise errors.NotFound(f'There is no campaign "{name}". There are: {names}.')
    return campaign


def every(session: Session) -> Sequence[Campaign]:
    """Return all campaigns of the case, the oldest first."""
    return session.scalars(sa.select(Campaign).order_by(Campaign.created_at)).all()


def _check_approval(session: Session, campaign: Campaign, *, staff_id: uuid.UUID, role: Role, approval_sha256: str) -> None:
    if campaign.status is not CampaignStatus.LOCKED:
        raise errors.ApprovalRefused(f'"{campaign.name}" is {campaign.status.value}, not waiting for approval.')
    if campaign.approval_sha256 != approval_sha256:
        raise errors.ApprovalRefused("It has changed since you looked at it. Read it again, then approve the new hash.")
    if role not in APPROVING:
        raise errors.ApprovalRefused("A campaign is approved by an administrator and by counsel.")
    held = sa.select(StaffRole.id).where(StaffRole.staff_id == staff_id, StaffRole.role == role)
    if session.scalar(held) is None:
        raise errors.ApprovalRefused(f"You are not {role.value} on this case.")
    for given in approvals(session, campaign_id=campaign.id):
        if given.staff_id == staff_id:
            raise errors.ApprovalRefused("You have approved it already; the second approval is another person's.")
        if given.role is role:
            raise errors.ApprovalRefused(f"Somebody has approved it as {role.value} already.")


def _check_window(campaign: Campaign, now: datetime.datetime) -> None:
    if now < campaign.send_not_before:
        raise errors.CampaignRefused(f'"{campaign.name}" must not be sent before {campaign.send_not_before:%Y-%m-%d %H:%M} UTC.')
    if now > campaign.send_not_after:
        raise errors.CampaignRefused(
            f'"{campaign.name}" must not be sent after {campaign.send_not_after:%Y-%m-%d %H:%M} UTC. '
            "A new window needs new approvals."
        )


def _move(campaign: Campaign, after: CampaignStatus) -> None:
    if not may(CAMPAIGN_TRANSITIONS, before=campaign.status, after=after):
        raise errors.TransitionRefused(f'"{campaign.name}" is {campaign.status.value} and cannot become {after.value}.')
    campaign.status = after
