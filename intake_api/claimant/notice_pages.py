"""The pages about the notice: its ID, a masked look at whose it is, and the PIN that opens what we know."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from casefile import claims, codes, notice_ids
from casefile.database import Session
from casefile.rate_limits import NOTICE_PER_NETWORK, PIN_PER_NOTICE, spend
from casefile.tables.claims import ClaimDraft
from casefile.tables.people import ClassMember
from intake_api.claimant import steps
from intake_api.claimant.claim import SHOWN, draft_of, keep
from intake_api.claimant.fields import Shown
from intake_api.claimant.forms import NoticeForm, NoticeIdForm, PinForm
from intake_api.claimant.visits import AVisit, OwnForm, Visit
from intake_api.security import network_of
from intake_api.translations import marked

router = APIRouter()

UNKNOWN_ID = marked("We do not know this Notice ID. Check each letter and digit, or go on without a notice")
WRONG_PIN = marked("This PIN does not belong to this Notice ID. Check both")
WAIT = marked("There were too many tries. Wait an hour, go on without a notice, or call us")


@router.api_route("/claim/notice", methods=SHOWN)
def show_notice(visit: AVisit) -> Response:
    """Ask whether there is a notice."""
    with visit.transaction() as session:
        answers = draft_of(session, visit).answers
    return _page(visit, "notice.html", NoticeForm.shown({"has_notice": answers.get("has_notice", "")}))


@router.post("/claim/notice")
def save_notice(visit: AVisit, sent: OwnForm) -> Response:
    """Go to the codes, or to the shops; who has no notice leaves what a notice had opened before."""
    form, shown = NoticeForm.read(sent)
    with visit.transaction() as session:
        draft = draft_of(session, visit, lock=True)
        if form is not None:
            keep(session, visit, draft, has_notice=form.has_notice)
            if form.has_notice == "no":
                _close(session, visit, draft)
    if form is None:
        return _page(visit, "notice.html", shown, status_code=422)
    return visit.redirect("claim/notice-id" if form.has_notice == "yes" else "claim/shops")


@router.api_route("/claim/notice-id", methods=SHOWN)
def show_notice_id(visit: AVisit) -> Response:
    """Ask for the Notice ID."""
    with visit.transaction() as session:
        answers = draft_of(session, visit).answers
    return _page(visit, "notice_id.html", NoticeIdForm.shown({"notice_id": codes.spaced(answers.get("notice_id", ""))}))


@router.post("/claim/notice-id")
def save_notice_id(visit: AVisit, sent: OwnForm) -> Response:
    """Keep a Notice ID that exists."""
    form, shown = NoticeIdForm.read(sent)
    with visit.transaction() as session:
        draft = draft_of(session, visit, lock=True)
        if form is not None:
            message = _try_id(session, visit, draft, typed=form.notice_id)
            shown = shown.with_fault("notice_id", message) if message else shown
    if shown.faults:
        return _page(visit, "notice_id.html", shown, status_code=422)
    return visit.redirect("claim/pin")


def _try_id(session: Session, visit: Visit, draft: ClaimDraft, *, typed: str) -> str | None:
    if not spend(session, limits=NOTICE_PER_NETWORK, key=network_of(visit.request), secret=visit.rate_key):
        return WAIT
    notice_id = codes.tidy(typed)
    if notice_id is None or notice_ids.find(session, notice_id=notice_id) is None:
        return UNKNOWN_ID
    if notice_id != draft.answers.get("notice_id"):
        _close(session, visit, draft)
    keep(session, visit, draft, notice_id=notice_id)
    return None


@router.api_route("/claim/pin", methods=SHOWN)
def show_pin(visit: AVisit) -> Response:
    """Ask for the PIN; the first letters of the name say whose notice it is."""
    with visit.transaction() as session:
        member = _noticed(session, draft_of(session, visit))
    if member is None:
        return visit.redirect("claim/notice-id")
    return _pin_page(visit, PinForm.shown(), member)


@router.post("/claim/pin")
def save_pin(visit: AVisit, sent: OwnForm) -> Response:
    """Open what the class list knows of the member to whoever has the PIN."""
    form, shown = PinForm.read(sent)
    with visit.transaction() as session:
        draft = draft_of(session, visit, lock=True)
        member = _noticed(session, draft)
        if form is not None and member is not None:
            message = _try_pin(session, visit, draft, pin=form.pin)
            shown = shown.with_fault("pin", message) if message else shown
        is_again = draft.member_id is not None and claims.claim_of_member(session, member_id=draft.member_id) is not None
    if member is None:
        return visit.redirect("claim/notice-id")
    if shown.faults:
        return _pin_page(visit, shown, member, status_code=422)
    return visit.redirect("claim/again" if is_again else "claim/shops")


@router.api_route("/claim/again", methods=SHOWN)
def show_again(visit: AVisit) -> Response:
    """Say that a claim was filed with this notice, and that a new one takes its place."""
    with visit.transaction() as session:
        draft = draft_of(session, visit)
        claim = claims.claim_of_member(session, member_id=draft.member_id) if draft.member_id else None
    if claim is None:
        return visit.redirect("claim/shops")
    return visit.page("again.html", keeps_cookie=True, claim=claim, part=1, back="claim/pin")


def _try_pin(session: Session, visit: Visit, draft: ClaimDraft, *, pin: str) -> str | None:
    notice_id = draft.answers["notice_id"]
    by_network = spend(session, limits=NOTICE_PER_NETWORK, key=network_of(visit.request), secret=visit.rate_key)
    by_notice = spend(session, limits=PIN_PER_NOTICE, key=notice_id, secret=visit.rate_key)
    if not (by_network and by_notice):
        return WAIT
    key = notice_ids.pin_key(visit.settings, case_id=visit.case_id)
    member = notice_ids.open_with_pin(session, key=key, notice_id=notice_id, pin=pin)
    if member is None:
        return WRONG_PIN
    if draft.member_id != member.id:
        _open(session, visit, draft, member)
    return None


def _open(session: Session, visit: Visit, draft: ClaimDraft, member: ClassMember) -> None:
    """Fill in what we know where nothing was answered yet; answers of the visitor stay."""
    draft.member_id = member.id
    known: dict[str, Any] = dict(steps.prefilled(member))
    shops = [{"id": str(shop.id), "name": shop.name} for shop in notice_ids.merchants_of(session, member_id=member.id)]
    if shops:
        known["merchants"] = shops
    keep(session, visit, draft, **{name: value for name, value in known.items() if not draft.answers.get(name)}, pin_passed=True)


def _close(session: Session, visit: Visit, draft: ClaimDraft) -> None:
    """Take out what a PIN had opened, so that another notice's reader does not see it."""
    if draft.member_id is not None:
        draft.member_id = None
        keep(session, visit, draft, notice_id=None, pin_passed=None, name=None, address=None, contact=None, merchants=None)


def _noticed(session: Session, draft: ClaimDraft) -> ClassMember | None:
    notice_id = draft.answers.get("notice_id")
    return notice_ids.find(session, notice_id=notice_id) if notice_id else None


def _pin_page(visit: Visit, shown: Shown, member: ClassMember, *, status_code: int = 200) -> Response:
    name = " ".join(part for part in (member.given_name, member.family_name) if part) or member.full_name
    return _page(visit, "pin.html", shown, status_code=status_code, sent_to=steps.masked(name), city=steps.masked(member.city))


def _page(visit: Visit, name: str, shown: Shown, *, status_code: int = 200, **context: Any) -> Response:
    back = {"notice.html": "claim", "notice_id.html": "claim/notice", "pin.html": "claim/notice-id"}[name]
    return visit.page(name, keeps_cookie=True, status_code=status_code, form=shown, part=1, back=back, **context)
