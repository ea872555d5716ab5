"""Campaigns: what is said to whom, the approval by two people, and steering a mailing that runs."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from casefile import audience, campaigns, errors, jobs, staff
from casefile.permissions import Action
from casefile.tables.mail import Campaign
from casefile.words import CampaignStatus, JobKind, Role
from intake_api.console.desk import ADesk, ConsoleRoute, Desk, OwnForm, text
from notices import campaign as printing
from notices import render, values
from notices.checker import rules
from notices.checker.acceptance import accepted_warnings
from notices.checker.findings import Finding
from notices.fields import FIELDS, Scope

router = APIRouter(route_class=ConsoleRoute)

KINDS = ("class_notice", "reminder", "correction")
"""Kinds that go to many members; the others are single mails that follow from a claim."""

SHORTEST_WINDOW = datetime.timedelta(days=14)
"""The window proposed for a new campaign: a million notices need hours, retries of one notice five days (RFC 5321, 4.5.4.1)."""

PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""A mail carries its styles inline; sandboxed, it can run and load nothing."""

SAMPLE = {
    "first_name": "Jordan", "full_name": "Jordan Example", "shop_name": "Blue Kettle Teas", "notice_id": "K7M 2QX 9RT",
    "pin": "123 456", "unsubscribe_url": "https://settlement.example/unsubscribe",
}  # fmt: skip
"""An imagined recipient for the preview."""


@router.get("/{slug}/campaigns")
def show(desk: ADesk) -> Response:
    """Show all campaigns."""
    return _list_page(desk)


@router.post("/{slug}/campaigns")
def plan(desk: ADesk, form: OwnForm) -> Response:
    """Write a new campaign as a draft, from the case's templates as they are now."""
    desk.require(Action.EDIT_CAMPAIGN)
    name, kind, choice = text(form, "name"), text(form, "kind"), text(form, "choice")
    findings: list[Finding] = []
    accepted: dict[str, str] = {}
    now = datetime.datetime.now(datetime.UTC)
    try:
        if not name or kind not in KINDS or choice not in set(audience.Choice):
            raise errors.CampaignRefused("Give the campaign a name, and choose what is sent and to whom.")
        template = printing.template_of_folder(desk.folder, kind)
        site_url = values.site_address(desk.visitor.settings.public_url, desk.case.slug)
        findings = rules.check(template, desk.folder, site_url=site_url)
        accepted = {rule: text(form, f"reason:{rule}")[:1500] for rule in {one.rule for one in findings}}
        accepted_warnings(findings, accepted)
        with desk.transaction() as session:
            campaign_id = campaigns.plan(
                session,
                name=name[:120],
                kind=kind,
                content=printing.content_of(template, desk.folder, site_url=site_url),
                choice=audience.Choice(choice),
                send_not_before=now,
                send_not_after=now + SHORTEST_WINDOW,
                policy={"accepted_warnings": accepted} if accepted else {},
            )
    except (errors.CampaignRefused, errors.TemplateFaults) as error:
        return _list_page(
            desk, error=error, given={"name": name, "kind": kind, "choice": choice}, findings=findings, reasons=accepted
        )
    return desk.redirect(f"campaigns/{campaign_id}")


def _list_page(
    desk: Desk,
    *,
    error: errors.RedressError | None = None,
    given: Mapping[str, str] | None = None,
    findings: list[Finding] | None = None,
    reasons: Mapping[str, str] | None = None,
) -> Response:
    desk.require(Action.SEE_CASE)
    with desk.transaction() as session:
        found = [one for one in campaigns.every(session) if not one.policy.get(campaigns.STANDING)]
    return desk.page(
        "campaigns.html",
        status_code=200 if error is None else 422,
        campaigns=found,
        kinds=KINDS,
        choices=audience.Choice,
        error=error,
        given=given or {"name": "", "kind": "", "choice": ""},
        findings=findings or [],
        reasons=reasons or {},
    )


@router.get("/{slug}/campaigns/{campaign_id}")
def show_one(desk: ADesk, campaign_id: uuid.UUID) -> Response:
    """Show one campaign: its text, its audience, its approvals, and how far it is."""
    return _page(desk, campaign_id)


@router.post("/{slug}/campaigns/{campaign_id}")
def act(desk: ADesk, campaign_id: uuid.UUID, form: OwnForm) -> Response:
    """Lock, approve, send, pause or cancel."""
    what = text(form, "what")
    if what not in STEPS:
        raise errors.NotFound("A campaign cannot do this.")
    action, step = STEPS[what]
    desk.require(action)
    try:
        step(desk, campaign_id, form)
    except (errors.ApprovalRefused, errors.CampaignRefused, errors.TransitionRefused) as error:
        return _page(desk, campaign_id, error=error)
    return desk.redirect("jobs" if what == "send" else f"campaigns/{campaign_id}")


def _lock(desk: Desk, campaign_id: uuid.UUID, _form: Any) -> None:
    with desk.transaction() as session:
        campaigns.lock(session, campaign_id=campaign_id)


def _approve(desk: Desk, campaign_id: uuid.UUID, form: Any) -> None:
    role = text(form, "role")
    if role not in {one.value for one in campaigns.APPROVING}:
        raise errors.ApprovalRefused("Choose the role in which you approve.")
    with desk.transaction() as session:
        campaigns.approve(
            session,
            campaign_id=campaign_id,
            staff_id=desk.who.staff_id,
            role=Role(role),
            approval_sha256=text(form, "approval_sha256"),
            note=text(form, "note")[:2000],
        )


def _send(desk: Desk, campaign_id: uuid.UUID, _form: Any) -> None:
    with desk.transaction() as session:
        campaign = campaigns.get(session, campaign_id=campaign_id)
        if campaign.status not in (CampaignStatus.APPROVED, CampaignStatus.SENDING, CampaignStatus.PAUSED):
            raise errors.CampaignRefused("Two people have to approve it first.")
        jobs.request(session, kind=JobKind.SEND_CAMPAIGN, parameters={"campaign": str(campaign_id)})


def _pause(desk: Desk, campaign_id: uuid.UUID, form: Any) -> None:
    with desk.transaction() as session:
        campaigns.pause(session, campaign_id=campaign_id, reason=_why(form))


def _cancel(desk: Desk, campaign_id: uuid.UUID, form: Any) -> None:
    with desk.transaction() as session:
        campaigns.cancel(session, campaign_id=campaign_id, reason=_why(form))


def _why(form: Any) -> str:
    reason = text(form, "reason")[:2000]
    if not reason:
        raise errors.CampaignRefused("Say why: it stands in the audit trail.")
    return reason


STEPS = {
    "lock": (Action.EDIT_CAMPAIGN, _lock),
    "approve": (Action.APPROVE_CAMPAIGN, _approve),
    "send": (Action.REQUEST_JOB, _send),
    "pause": (Action.STEER_CAMPAIGN, _pause),
    "cancel": (Action.STEER_CAMPAIGN, _cancel),
}
"""What a button asks for -> who may, and what it does."""


def _page(desk: Desk, campaign_id: uuid.UUID, *, error: errors.RedressError | None = None) -> Response:
    desk.require(Action.SEE_CASE)
    with desk.transaction() as session:
        campaign = campaigns.get(session, campaign_id=campaign_id)
        given = campaigns.approvals(session, campaign_id=campaign_id)
        counts = campaigns.counts(session, campaign_id=campaign_id)
        names = staff.actor_names(session, actors={f"staff:{one.staff_id}" for one in given})
    free = [role for role in campaigns.APPROVING if role in desk.roles and role not in {one.role for one in given}]
    has_approved = any(one.staff_id == desk.who.staff_id for one in given)
    return desk.page(
        "campaign.html",
        status_code=200 if error is None else 409,
        campaign=campaign,
        previews=_previews(campaign),
        approvals=given,
        names=names,
        counts=counts,
        may_approve=[] if has_approved else free,
        has_approved=has_approved,
        error=error,
    )


def _previews(campaign: Campaign) -> dict[str, render.Rendered]:
    """Return each language's notice as an imagined recipient gets it."""
    template = printing.template_of_content(campaign.content)
    blank = {name: f"({field.meaning.lower()})" for name, field in FIELDS.items() if field.scope is not Scope.CASE}
    return {
        language: render.render(version, blank | SAMPLE | campaign.content["values"][language])
        for language, version in template.languages.items()
    }


@router.get("/{slug}/campaigns/{campaign_id}/preview/{language}")
def preview(desk: ADesk, campaign_id: uuid.UUID, language: str) -> Response:
    """Show the HTML of a notice, on a page of its own where nothing can run."""
    desk.require(Action.SEE_CASE)
    with desk.transaction() as session:
        found = _previews(campaigns.get(session, campaign_id=campaign_id))
    if language not in found:
        raise errors.NotFound("The notice is not in this language.")
    return HTMLResponse(found[language].html, headers={"Content-Security-Policy": PREVIEW_POLICY})
