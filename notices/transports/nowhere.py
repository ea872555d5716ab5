"""The dry run's way: takes every message, keeps none, and answers as a server would."""

from __future__ import annotations

from collections.abc import Callable

from notices.transports.reply import Handover, Reply


class Nowhere:
    """Accepts everything; a campaign's dry run goes through it from the first step to the last."""

    sent = 0

    async def open(self) -> None:
        """Nothing to open."""

    async def deliver(self, sender: str, recipient: str, octets: bytes, before_dot: Callable[[], None]) -> Handover:  # noqa: ARG002  # same call as SMTP
        """Accept the message and forget it."""
        before_dot()
        return Handover.of(Reply(250, "2.0.0 dry run, not sent"))

    async def close(self) -> None:
        """Nothing to close."""
