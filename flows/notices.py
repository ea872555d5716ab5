"""Class members -> notices, attempts and what came of them: planning, approving and sending a campaign, step by step."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casefile import audience, campaigns, cases, claim_drafts, database, errors, settings, staff
from casefile.case_file.read import read_case_folder
from casefile.words import CampaignStatus, Role
from notices import receiving, single
from notices.campaign import content_of, template_of_folder
from notices.checker.acceptance import accepted_warnings
from notices.checker.findings import Finding
from notices.checker.rules import check
from notices.orders import Progress
from notices.sending import Desk, send_campaign
from notices.values import site_address

WINDOW_DAYS = 30
"""How long a campaign may be sent when its planner names no end."""

CHOICES = {"reminder": audience.Choice.NOT_CLAIMED}
"""Kinds whose audience is not everyone unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A campaign that waits for two approvals of its hash."""

    campaign_id: uuid.UUID
    name: str
    approval_sha256: str
    waterfall: dict[str, Any]


def plan(
    desk: Desk,
    *,
    kind: str,
    name: str | None = None,
    choice: audience.Choice | None = None,
    send_not_before: datetime.datetime | None = None,
    send_not_after: datetime.datetime | None = None,
    policy: dict[str, Any] | None = None,
    reasons: Mapping[str, str] | None = None,
) -> Planned:
    """Plan a campaign of a notice kind and lock it: text, audience and window are frozen and wait for approval.

    Errors of the checker refuse it; each rule that warns needs its reason in `reasons`, which becomes part of what is approved.
    """
    now = datetime.datetime.now(datetime.UTC)
    with desk.open_case() as session:
        case = cases.folder_of(cases.get(session, case_id=desk.case_id))
        template = template_of_folder(case, kind)
        site_url = site_address(desk.settings.public_url, case.slug)
        accepted = accepted_warnings(check(template, case, site_url=site_url), reasons or {})
        campaign_id = campaigns.plan(
            session,
            name=name or f"{kind} {now:%Y-%m-%d %H:%M:%S}",
            kind=kind,
            content=content_of(template, case, site_url=site_url),
            choice=choice or CHOICES.get(kind, audience.Choice.EVERYONE),
            send_not_before=send_not_before or now,
            send_not_after=send_not_after or now + datetime.timedelta(days=WINDOW_DAYS),
            policy=(policy or {}) | ({"accepted_warnings": accepted} if accepted else {}),
        )
    return lock(desk, campaign_id=campaign_id)


def check_kinds(*, folder: Path | None, desk: Desk | None, kinds: Sequence[str]) -> dict[str, list[Finding]]:
    """Check notice kinds of a case folder or of an open case, all of them if none is named."""
    if folder is not None:
        case = read_case_folder(folder)
        public_url = f"https://{case.site_domain}"
    elif desk is not None:
        with desk.open_case() as session:
            case = cases.folder_of(cases.get(session, case_id=desk.case_id))
        public_url = desk.settings.public_url
    else:
        raise errors.NotFound("Name a case folder with --folder, or an open case with --case.")
    site_url = site_address(public_url, case.slug)
    names = kinds or sorted(path.name for path in case.notices_path.iterdir() if (path / "kind.toml").exists())
    return {kind: check(template_of_folder(case, kind), case, site_url=site_url) for kind in names}


def lock(desk: Desk, *, campaign_id: uuid.UUID) -> Planned:
    """Freeze the audience as of now and return the hash to approve; earlier approvals of another hash do not count."""
    with desk.open_case() as session:
        sha256 = campaigns.lock(session, campaign_id=campaign_id)
        campaign = campaigns.get(session, campaign_id=campaign_id)
        return Planned(campaign_id, campaign.name, sha256, campaign.waterfall)


def approve(desk: Desk, *, campaign_id: uuid.UUID, staff_email: str, role: Role, sha256: str, note: str = "") -> CampaignStatus:
    """Write a named person's approval of a hash, or of its first 12 characters or more."""
    with desk.open_case() as session:
        whole = campaigns.get(session, campaign_id=campaign_id).approval_sha256 or ""
        given = whole if len(sha256) >= 12 and whole.startswith(sha256) else sha256
        person = staff.by_email(session, email=staff_email)
        return campaigns.approve(
            session, campaign_id=campaign_id, staff_id=person.id, role=role, approval_sha256=given, note=note
        )


def send(
    desk: Desk,
    *,
    campaign_id: uuid.UUID,
    on_progress: Callable[[Progress], None] | None = None,
    wait_for_retries: bool = False,
) -> Progress:
    """Begin or go on sending a campaign; raises `CampaignRefused` unless it is approved and within its window."""
    with desk.open_case() as session:
        campaigns.begin(session, campaign_id=campaign_id, now=datetime.datetime.now(datetime.UTC))
    receiving.group_notices(desk.open_case, campaign_id=campaign_id)
    return send_campaign(desk, campaign_id=campaign_id, on_progress=on_progress, wait_for_retries=wait_for_retries)


def rehearse(
    desk: Desk, *, campaign_id: uuid.UUID, on_progress: Callable[[Progress], None] | None = None
) -> tuple[str, Progress]:
    """Send a campaign nowhere, on the same way with the same records; return the dry run's name and what was done."""
    with desk.open_case() as session:
        copy = campaigns.rehearse(session, campaign_id=campaign_id)
        name = campaigns.get(session, campaign_id=copy).name
    return name, send_campaign(desk, campaign_id=copy, on_progress=on_progress)


def send_step(engine: database.Engine, *, case_id: uuid.UUID, actor: str, campaign_id: uuid.UUID) -> dict[str, Any]:
    """Send a campaign as a step of a flow, and return how its attempts ended."""
    progress = send(Desk(settings.load(), engine, case_id, actor), campaign_id=campaign_id)
    return {**progress.outcomes, "stopped_because": progress.stopped_because}


def due_step(engine: database.Engine, *, case_id: uuid.UUID, actor: str) -> dict[str, Any]:
    """Do what is due of a case: go on with mailings, try again, send single mails, remove expired drafts. For a clock."""
    desk = Desk(settings.load(), engine, case_id, actor)
    with desk.open_case() as session:
        running = [found.id for found in campaigns.every(session) if found.status is CampaignStatus.SENDING]
    done = [send_campaign(desk, campaign_id=found, patience_seconds=single.PATIENCE_SECONDS) for found in running]
    with desk.open_case() as session:
        expired = claim_drafts.remove_expired(session)
    return {"campaigns": len(done), "attempts": sum(one.handed_over for one in done), "expired_drafts": expired}
