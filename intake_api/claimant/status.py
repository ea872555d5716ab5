"""Where a claim stands, shown to whoever has its number and the last name on it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.responses import Response

from casefile import claims, codes
from casefile.database import Session
from casefile.rate_limits import STATUS_PER_NETWORK, spend
from casefile.words import ClaimStatus
from intake_api.claimant.claim import SHOWN
from intake_api.claimant.forms import StatusForm
from intake_api.claimant.visits import AVisit, OwnForm, Visit
from intake_api.security import network_of
from intake_api.translations import marked

router = APIRouter()
_S = ClaimStatus

UNKNOWN = marked("We do not find a claim with this number and last name. Check both, or call us")
WAIT = marked("There were too many tries. Wait an hour, or call us")

_LOOKING = marked("We have your claim and are comparing it with the records of the case.")
_DECIDED = marked("We made a decision on your claim and write to you about it.")
STATES: dict[ClaimStatus, str] = {
    _S.DRAFT: marked("Your claim is not sent yet."),
    _S.SUBMITTED: _LOOKING,
    _S.LATE: marked("We have your claim. It came after the deadline, and the court decides whether late claims are paid."),
    _S.SCREENING: _LOOKING,
    _S.MATCH_REVIEW: marked("A person is comparing your claim with the records of the case."),
    _S.DEFICIENT: marked("Something is missing. We wrote to you and said how to mend it."),
    _S.CURED: marked("We have what you sent us and are looking at your claim again."),
    _S.CURE_EXPIRED: marked("We asked for something and did not get it in time. We write to you about what that means."),
    _S.HOLD: _LOOKING,
    _S.DUPLICATE: marked("This is a second claim for the same person. Only one of them can be paid."),
    _S.APPROVED: marked("Your claim is approved. Payments are made after the court's final approval."),
    _S.PARTLY_APPROVED: marked("A part of your claim is approved. We write to you about it."),
    _S.DENIED: marked("Your claim is denied. Our letter says why, and how to contest it."),
    _S.DISPUTED: marked("You contested our decision, and another person is looking at your claim."),
    _S.UPHELD: _DECIDED,
    _S.REVERSED: _DECIDED,
    _S.ALLOCATED: marked("Your claim is approved and your payment is being prepared."),
    _S.PAID: marked("Your payment was sent."),
    _S.CASHED: marked("Your payment was sent and taken."),
    _S.RETURNED: marked("Your payment came back to us. Please call us about your address."),
    _S.STALE: marked("Your check was not cashed in time. Please call us for a new one."),
    _S.REISSUED: marked("We sent your payment again."),
    _S.WITHDRAWN: marked("This claim was withdrawn."),
}
"""Claim status -> what its claimant is told; a hold is told as what it is to them, a claim that is being looked at."""


@router.api_route("/status", methods=SHOWN)
def show_form(visit: AVisit) -> Response:
    """Ask for the claim number."""
    return visit.page("status.html", keeps_cookie=True, back="", form=StatusForm.shown())


@router.post("/status")
def show_status(visit: AVisit, sent: OwnForm) -> Response:
    """Show where the claim stands; number and name stay out of the address."""
    form, shown = StatusForm.read(sent)
    found = None
    if form is not None:
        with visit.transaction() as session:
            may_try = spend(session, limits=STATUS_PER_NETWORK, key=network_of(visit.request), secret=visit.rate_key)
            found = _find(session, form) if may_try else None
        shown = shown if found else shown.with_fault("claim_number", UNKNOWN if may_try else WAIT)
    if found is None:
        return visit.page("status.html", keeps_cookie=True, back="", form=shown, status_code=422)
    return _page(visit, found)


def _find(session: Session, form: StatusForm) -> claims.Filed | None:
    number = codes.tidy(form.claim_number)
    found = claims.by_number(session, number=number) if number else None
    if found is None or found.version.answers["now"]["family_name"].casefold() != form.family_name.casefold():
        return None
    return found


def _page(visit: Visit, found: claims.Filed) -> Response:
    submitted_on = found.claim.submitted_at.astimezone(ZoneInfo(visit.case.time_zone)).date()
    return visit.page("status_found.html", claim=found.claim, text=STATES[found.claim.status], submitted_on=submitted_on)
