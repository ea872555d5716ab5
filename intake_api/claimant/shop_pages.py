"""Where did you shop? A search among the case's merchants, the shops chosen so far, and a shop that is not in the list."""

from __future__ import annotations

import uuid
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from casefile import merchants
from intake_api.claimant import steps
from intake_api.claimant.claim import SHOWN, draft_of, keep, onward
from intake_api.claimant.fields import LONGEST, Shown, line
from intake_api.claimant.forms import OtherShopForm
from intake_api.claimant.visits import AVisit, OwnForm, Visit
from intake_api.translations import marked

router = APIRouter()

NO_SHOP = marked("Search for a shop and choose it, or tell us its name")
CHOOSE_SHOP = marked("Choose a shop from the list, or search again")
TOO_MANY = marked("You can name up to 50 shops")


@router.api_route("/claim/shops", methods=SHOWN)
def show_shops(visit: AVisit, q: str = "", change: str = "") -> Response:
    """Show the chosen shops, and what was found for a search."""
    return _page(visit, OtherShopForm.shown(), words=line(q)[:LONGEST], change=change)


@router.post("/claim/shops")
def save_shops(visit: AVisit, sent: OwnForm) -> Response:
    """Add or remove a shop, keep a name that is not in the list, or go on; each button says which."""
    doing = {"add": _add, "remove": _remove, "other": _other}.get(str(sent.get("do")), _go_on)
    return doing(visit, sent)


def _add(visit: Visit, sent: FormData) -> Response:
    ids = [each for each in map(_uuid, sent.getlist("merchant")) if each]
    fault = None if ids else ("merchant", CHOOSE_SHOP)
    with visit.transaction() as session:
        draft = draft_of(session, visit, lock=True)
        chosen = {shop["id"]: shop for shop in draft.answers.get("merchants", [])}
        chosen |= {str(shop.id): {"id": str(shop.id), "name": shop.name} for shop in merchants.by_ids(session, ids=ids)}
        if len(chosen) > steps.MOST_SHOPS:
            fault = ("merchant", TOO_MANY)
        elif fault is None:
            keep(session, visit, draft, merchants=list(chosen.values()))
    if fault:
        return _page(
            visit, OtherShopForm.shown().with_fault(*fault), words=_words(sent), change=sent.get("change"), status_code=422
        )
    return _again(visit, sent)


def _remove(visit: Visit, sent: FormData) -> Response:
    with visit.transaction() as session:
        draft = draft_of(session, visit, lock=True)
        left = [shop for shop in draft.answers.get("merchants", []) if shop["id"] != sent.get("merchant")]
        other = None if sent.get("merchant") == "other" else draft.answers.get("other_shop")
        keep(session, visit, draft, merchants=left, other_shop=other)
    return _again(visit, sent)


def _other(visit: Visit, sent: FormData) -> Response:
    form, shown = OtherShopForm.read(sent)
    if form is not None and not form.other_shop:
        shown = shown.with_fault("other_shop", marked("Enter the name of the shop"))
    with visit.transaction() as session:
        draft = draft_of(session, visit, lock=True)
        if form is not None and form.other_shop:
            keep(session, visit, draft, other_shop=form.other_shop)
    if shown.faults:
        return _page(visit, shown, words=_words(sent), change=sent.get("change"), status_code=422)
    return _again(visit, sent)


def _go_on(visit: Visit, sent: FormData) -> Response:
    with visit.transaction() as session:
        answers = draft_of(session, visit).answers
    if not answers.get("merchants") and not answers.get("other_shop"):
        shown = OtherShopForm.shown().with_fault("q", NO_SHOP)
        return _page(visit, shown, words=_words(sent), change=sent.get("change"), status_code=422)
    return onward(visit, sent, following="name")


def _again(visit: Visit, sent: FormData) -> Response:
    return visit.redirect("claim/shops?change=check" if sent.get("change") else "claim/shops")


def _words(sent: FormData) -> str:
    words = sent.get("words")
    return line(words)[:LONGEST] if isinstance(words, str) else ""


def _page(visit: Visit, shown: Shown, *, words: str, change: Any, status_code: int = 200) -> Response:
    with visit.transaction() as session:
        draft = draft_of(session, visit)
        found = merchants.search(session, words=words)
        answers, has_member = draft.answers, draft.member_id is not None
    chosen = {shop["id"] for shop in answers.get("merchants", [])}
    return visit.page(
        "shops.html",
        keeps_cookie=True,
        status_code=status_code,
        form=shown,
        words=words,
        most_found=merchants.MOST_FOUND,
        found=[shop for shop in found if str(shop.id) not in chosen],
        found_chosen=[shop for shop in found if str(shop.id) in chosen],
        chosen=answers.get("merchants", []),
        other_shop=answers.get("other_shop", ""),
        change="check" if change else "",
        back="claim/notice",
        part=2,
        is_prefilled=has_member,
    )


def _uuid(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
