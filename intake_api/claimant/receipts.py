"""The receipt by mail: put into the ledger with the claim, sent after the claim is kept, and never able to lose it."""

from __future__ import annotations

import threading
import uuid
from zoneinfo import ZoneInfo

import structlog
from starlette.background import BackgroundTask

from casefile import claims, codes, errors
from casefile.database import Session
from intake_api.claimant.visits import Visit
from notices import single, values
from notices.sending import Desk

log = structlog.get_logger("redress.web")

KIND = "claim_received"

PATIENCE_SECONDS = 20.0
"""How long one round of sending may take; what is left waits in the ledger for the next."""

_sender = threading.Lock()
_wanted: set[uuid.UUID] = set()
"""Cases with mail to send: one thread of the process sends for all, so that a slow mail server never holds up pages."""


def queue(session: Session, visit: Visit, done: claims.Filed) -> None:
    """Put the receipt into the ledger, in the claim's transaction; what is wrong with mail is noted and loses nothing.

    A version of a claim has one receipt, however often its form is sent.
    """
    now = done.version.answers["now"]
    if not now.get("email"):
        return
    name = " ".join(part for part in (now["given_name"], now["family_name"]) if part)
    filed_on = done.version.signed_at.astimezone(ZoneInfo(visit.case.time_zone)).date()
    try:
        with session.begin_nested():
            single.queue(
                session,
                case=visit.case,
                public_url=visit.settings.public_url,
                kind=KIND,
                dedupe_key=f"{KIND}/{done.claim.id}/{done.version.number}",
                address=now["email"],
                language=done.version.language,
                values={
                    "claim_number": codes.spaced(done.claim.number),
                    "submitted_on": values.day(filed_on, done.version.language),
                    "full_name": name,
                },
                claim_id=done.claim.id,
            )
    except (errors.RedressError, OSError) as error:
        log.warning("receipt not queued", claim_id=str(done.claim.id), error=type(error).__name__)


def send_later(visit: Visit) -> BackgroundTask:
    """Return the task that sends waiting mail once the answer went out."""
    desk = Desk(visit.settings, visit.request.app.state.engine, visit.case_id, actor="claimant")
    return BackgroundTask(send, desk)


def send(desk: Desk) -> None:
    """Send the case's waiting mail; whoever comes while another thread sends leaves it the work."""
    _wanted.add(desk.case_id)
    while desk.case_id in _wanted and _sender.acquire(blocking=False):
        _wanted.discard(desk.case_id)
        try:
            single.send_waiting(desk, patience_seconds=PATIENCE_SECONDS)
        except Exception as error:  # the answer is out and the mail is in the ledger: the next sender takes it up
            log.warning("receipts not sent", case_id=str(desk.case_id), error=type(error).__name__)
        finally:
            _sender.release()
