"""Stopping reminders: a page with a button and the one-click post of mail programs; it is never an exclusion from the class."""

from __future__ import annotations

import uuid

from fastapi import APIRouter
from starlette.responses import Response

from casefile import errors, keys, suppressions
from intake_api.claimant.claim import SHOWN
from intake_api.claimant.visits import AVisit, Visit
from notices.campaign import case_keys
from notices.return_path import read_unsubscribe_token

router = APIRouter()


@router.api_route("/unsubscribe/{token}", methods=SHOWN)
def show_button(visit: AVisit, token: str) -> Response:
    """Show a button and change nothing: mail scanners open every link (RFC 8058, section 1)."""
    _notice_id(visit, token)
    return visit.page("unsubscribe.html", is_done=False)


@router.post("/unsubscribe/{token}")
def stop_reminders(visit: AVisit, token: str) -> Response:
    """Stop reminders to the notice's address, whatever the form says.

    A mail program posts here by itself, without cookies, and must get an answer and no redirect (RFC 8058, sections 3.1 and
    3.2), so the token in the address is all that is asked for. Again is harmless.
    """
    notice_id = _notice_id(visit, token)
    with visit.transaction() as session:
        is_known = suppressions.stop_reminders(session, notice_id=notice_id)
    if not is_known:
        raise errors.NotFound("There is no such notice.")
    return visit.page("unsubscribe.html", is_done=True)


def _notice_id(visit: Visit, token: str) -> uuid.UUID:
    """Return the notice whose link this is. Raises `NotFound` for a token that we never made."""
    key = case_keys(keys.installation_key(visit.settings), case_id=visit.case_id).unsubscribe
    notice_id = read_unsubscribe_token(key, token)
    if notice_id is None:
        raise errors.NotFound("We made no such link.")
    return notice_id
