"""The end of the form: check your answers, sign, and the receipt, which appears only once the claim is kept."""

from __future__ import annotations

import datetime
import hmac
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from casefile import claim_drafts, claims, errors
from casefile.database import Session
from casefile.rate_limits import SUBMIT_PER_NETWORK, spend
from intake_api.claimant import attestations, receipts, steps
from intake_api.claimant.claim import SHOWN, draft_of
from intake_api.claimant.fields import Shown
from intake_api.claimant.forms import SignForm
from intake_api.claimant.visits import AVisit, OwnForm, Visit
from intake_api.security import network_of

router = APIRouter()


@router.api_route("/claim/check", methods=SHOWN)
def show_check(visit: AVisit) -> Response:
    """Show every answer with a way to change it; go to the first page that still needs one."""
    with visit.transaction() as session:
        answers = draft_of(session, visit).answers
    if (page := steps.missing(answers)) is not None:
        return visit.redirect(f"claim/{page}")
    back = "claim/payment"
    return visit.page(
        "check.html", keeps_cookie=True, answers=steps.finished(answers), part=6, back=back, is_late=_is_late(visit)
    )


@router.api_route("/claim/sign", methods=SHOWN)
def show_sign(visit: AVisit) -> Response:
    """Show what is signed, word for word, and ask for the signature."""
    with visit.transaction() as session:
        draft = draft_of(session, visit)
        answers, key = draft.answers, draft.submission_key
    if (page := steps.missing(answers)) is not None:
        return visit.redirect(f"claim/{page}")
    return _sign_page(visit, SignForm.shown(), submission_key=key, day=_today(visit))


@router.post("/claim/sign")
def sign(visit: AVisit, sent: OwnForm) -> Response:
    """File the claim; the receipt mail goes out after the claim is kept, and its failure cannot undo it."""
    form, shown = SignForm.read(sent)
    day = _shown_day(visit, sent)
    with visit.transaction() as session:
        draft = draft_of(session, visit, lock=True)
        key, page = draft.submission_key, steps.missing(draft.answers)
        if not hmac.compare_digest(key.encode(), str(sent.get("submission_key")).encode()):
            raise errors.FormExpired("This page belongs to another claim.")
        done = None
        if form is not None and page is None:
            _spend(session, visit)
            done = claims.submit(
                session,
                draft=draft,
                answers=steps.finished(draft.answers),
                signed=_signed(visit, form, day),
                deadline_at=visit.case.claim_deadline_at,
                also=lambda filed: receipts.queue(session, visit, filed),
            )
    if page is not None:
        return visit.redirect(f"claim/{page}")
    if done is None:
        return _sign_page(visit, shown, submission_key=key, day=day, status_code=422)
    return visit.redirect("claim/receipt", background=receipts.send_later(visit))


@router.api_route("/claim/receipt", methods=SHOWN)
def show_receipt(visit: AVisit) -> Response:
    """Show the filed claim: its number, what happens next, and everything that was signed."""
    with visit.transaction() as session:
        draft = None if visit.is_new else claim_drafts.find(session, token=visit.token)
        if draft is None:
            raise errors.DraftGone("The receipt can be seen here for 24 hours after the claim.")
        done = claims.filed(session, claim_id=draft.claim_id) if draft.claim_id else None
    if done is None:
        return visit.redirect("claim/check")
    return visit.page(
        "receipt.html",
        keeps_cookie=True,
        claim=done.claim,
        version=done.version,
        answers=done.version.answers,
        counts=done.counts,
        signed_on=_day_of(visit, done.version.signed_at),
    )


def _spend(session: Session, visit: Visit) -> None:
    if not spend(session, limits=SUBMIT_PER_NETWORK, key=network_of(visit.request), secret=visit.rate_key):
        raise errors.TooManyTries("Many claims came from your network within an hour. Please try again later.")


def _signed(visit: Visit, form: SignForm, day: datetime.date) -> claims.Signed:
    return claims.Signed(
        attestation_text=attestations.full_text(language=visit.language, place=form.place, day=day),
        signature=form.signature,
        language=visit.language,
        form_version=attestations.FORM_VERSION,
        signed_at=visit.now,
    )


def _sign_page(visit: Visit, shown: Shown, *, submission_key: str, day: datetime.date, status_code: int = 200) -> Response:
    declarations: dict[str, Any] = {
        place: attestations.declaration(language=visit.language, place=place, day=day) for place in ("us", "abroad")
    }
    return visit.page(
        "sign.html",
        keeps_cookie=True,
        status_code=status_code,
        form=shown,
        statements=attestations.STATEMENTS[visit.language],
        declarations=declarations,
        submission_key=submission_key,
        day=day,
        part=6,
        back="claim/check",
        is_late=_is_late(visit),
    )


def _is_late(visit: Visit) -> bool:
    return visit.now > visit.case.claim_deadline_at


def _today(visit: Visit) -> datetime.date:
    return _day_of(visit, visit.now)


def _day_of(visit: Visit, at: datetime.datetime) -> datetime.date:
    return at.astimezone(ZoneInfo(visit.case.time_zone)).date()


def _shown_day(visit: Visit, sent: FormData) -> datetime.date:
    """Return the day that the page showed: what is kept is what was seen, also when midnight passed since."""
    today = _today(visit)
    yesterday = today - datetime.timedelta(days=1)
    return yesterday if sent.get("day") == yesterday.isoformat() else today
