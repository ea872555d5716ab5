"""The receipt by mail: sent after the claim is kept, in the background, so that no mail server can lose a claim."""

from __future__ import annotations

import structlog
from starlette.background import BackgroundTask

from casefile import claims
from intake_api.claimant.visits import Visit

log = structlog.get_logger("redress.web")


def mail_later(visit: Visit, done: claims.Filed) -> BackgroundTask | None:
    """Return the task that mails the receipt once the answer went out, or None without an address."""
    return None
