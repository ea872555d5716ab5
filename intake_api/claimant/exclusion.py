"""Leaving the class: the request, its signature, and a receipt of its own."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.responses import Response

from casefile import codes, errors, exclusions, keys, notice_ids
from casefile.database import Session
from casefile.rate_limits import SUBMIT_PER_NETWORK, spend
from intake_api.claimant import attestations
from intake_api.claimant.claim import SHOWN
from intake_api.claimant.fields import Shown
from intake_api.claimant.forms import ExclusionForm
from intake_api.claimant.visits import AVisit, OwnForm, Visit
from intake_api.security import network_of
from intake_api.translations import marked

router = APIRouter()

UNDERSTOOD = marked("Confirm that you understand what leaving means")


@router.api_route("/exclude", methods=SHOWN)
def show_exclusion(visit: AVisit) -> Response:
    """Say what leaving means, and ask for the request; who sent one sees its receipt."""
    with visit.transaction() as session:
        is_done = not visit.is_new and exclusions.by_key(session, submission_key=_key(visit)) is not None
    if is_done:
        return visit.redirect("exclude/receipt")
    return _page(visit, ExclusionForm.shown())


@router.post("/exclude")
def request_exclusion(visit: AVisit, sent: OwnForm) -> Response:
    """Keep the request; the same form sent twice is one request."""
    form, shown = ExclusionForm.read(sent)
    if sent.get("understood") != "yes":
        shown = shown.with_fault("understood", UNDERSTOOD)
    if form is None or shown.faults:
        return _page(visit, shown, status_code=422)
    with visit.transaction() as session:
        if not spend(session, limits=SUBMIT_PER_NETWORK, key=network_of(visit.request), secret=visit.rate_key):
            raise errors.TooManyTries("Many requests came from your network within an hour. Please try again later.")
        exclusions.request(
            session,
            submission_key=_key(visit),
            member_id=_member_id(session, form.notice_id),
            answers=form.model_dump() | {"language": visit.language, "statement": _statement(visit)},
            signature=form.signature,
            received_at=visit.now,
            deadline_at=visit.case.exclusion_deadline_at,
        )
    return visit.redirect("exclude/receipt")


@router.api_route("/exclude/receipt", methods=SHOWN)
def show_receipt(visit: AVisit) -> Response:
    """Show that the request was kept, and when."""
    with visit.transaction() as session:
        found = None if visit.is_new else exclusions.by_key(session, submission_key=_key(visit))
    if found is None:
        return visit.redirect("exclude")
    received_on = found.received_at.astimezone(ZoneInfo(visit.case.time_zone)).date()
    return visit.page("exclusion_receipt.html", keeps_cookie=True, exclusion=found, received_on=received_on)


@router.post("/exclude/another")
def start_another(visit: AVisit, _sent: OwnForm) -> Response:
    """Let somebody else of the household begin on the same browser."""
    return visit.redirect("exclude", new_cookie=True)


def _key(visit: Visit) -> str:
    return keys.token_sha256(f"exclude/{visit.token}").hex()


def _member_id(session: Session, typed: str) -> Any:
    notice_id = codes.tidy(typed)
    member = notice_ids.find(session, notice_id=notice_id) if notice_id else None
    return member.id if member else None


def _statement(visit: Visit) -> str:
    text = attestations.EXCLUSION[visit.language]
    return text.format(caption=visit.case.caption, docket_number=visit.case.docket_number)


def _page(visit: Visit, shown: Shown, *, status_code: int = 200) -> Response:
    is_late = visit.now > visit.case.exclusion_deadline_at
    return visit.page(
        "exclude.html",
        keeps_cookie=True,
        back="",
        status_code=status_code,
        form=shown,
        statement=_statement(visit),
        is_late=is_late,
    )
