"""What a sender is told to do, and what it tells while it does it."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from notices.pace import Limits
from notices.recovery import OpenCase
from notices.transports.reply import Handover


class Transport(Protocol):
    """What a lane needs of SMTP, maildir and the dry run."""

    sent: int

    async def open(self) -> None:
        """Make ready; raise `ConnectionEnded`."""

    async def deliver(self, sender: str, recipient: str, octets: bytes, before_dot: Callable[[], None]) -> Handover:
        """Hand one message over."""

    async def close(self) -> None:
        """Hang up."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What one sender is to do."""

    case_id: uuid.UUID
    campaign_id: uuid.UUID
    open_case: OpenCase
    transport: Callable[[], Transport]
    journal_folder: Path
    connections: int = 16
    batch: int = 400
    sign: Callable[[bytes], bytes] | None = None
    """Returns a message with its DKIM signature; None when the relay signs."""
    limits: dict[str, Limits] | None = None
    on_progress: Callable[[Progress], None] | None = None
    patience_seconds: float | None = None
    """Give up when the mail server could not be reached for so long; None: go on trying until somebody pauses."""
    wait_for_retries: bool = False
    """Stay until nothing is left to try again; without it the sender ends when nothing is due now."""


@dataclass(slots=True)
class Progress:
    """What a sender has done so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    waiting: int = 0
    started: float = field(default_factory=time.monotonic)
    trouble: str = ""
    """Why nothing moves at the moment, such as a mail server that cannot be reached."""
    stopped_because: str = ""
    """Why the sender ended before the work did."""

    @property
    def handed_over(self) -> int:
        """Attempts that ended, whichever way."""
        return self.outcomes.total()

    @property
    def per_second(self) -> float:
        """Attempts per second since the beginning."""
        return self.handed_over / max(0.001, time.monotonic() - self.started)
