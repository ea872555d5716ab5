"""Writes down how attempts ended, in batches beside the lanes, and pulls the brakes when too much goes wrong."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import uuid
from collections.abc import Callable, Sequence

from casefile import ledger, suppressions
from casefile.audience import SCOPE_ALL
from casefile.ledger import Ended, Leased
from casefile.words import AttemptOutcome
from notices.brakes import Brakes, severity_of
from notices.journal import Journal
from notices.recovery import OpenCase
from notices.transports.reply import Handover

BATCH = 2000
"""Most attempts in one transaction."""


class Recorder:
    """Holds what ended until it is in the database; until then the journal has it."""

    def __init__(
        self, open_case: OpenCase, journal: Journal, brakes: Brakes, retry_at: Callable[[int], datetime.datetime]
    ) -> None:
        self.journal = journal
        self._open_case, self._brakes, self._retry_at = open_case, brakes, retry_at
        self._ended: list[tuple[Ended, str]] = []
        self._stale: list[uuid.UUID] = []
        self._writing = False

    @property
    def is_idle(self) -> bool:
        """Whether everything is written."""
        return not self._ended and not self._stale and not self._writing

    def ended(self, notice: Leased, started_at: datetime.datetime, handover: Handover, octets: bytes) -> None:
        """Take in how an attempt ended; a reply goes into the journal at once."""
        if handover.outcome is not AttemptOutcome.IN_DOUBT:
            self.journal.after_reply(notice.id, notice.attempt, handover)
        ended = Ended(
            notice_id=notice.id,
            attempt=notice.attempt,
            started_at=started_at,
            ended_at=datetime.datetime.now(datetime.UTC),
            outcome=handover.outcome,
            code=handover.code,
            enhanced=handover.enhanced,
            reply=handover.text,
            message_sha256=hashlib.sha256(octets).digest(),
            next_at=self._retry_at(notice.attempt),
            bounce_class=severity_of(handover),
        )
        self._ended.append((ended, notice.address))

    def gave_back(self, notice: Leased) -> None:
        """Take in that a notice was leased for nothing."""
        self._stale.append(notice.id)

    async def run(self, lanes: Sequence[asyncio.Task[None]], *, enough: int, brake: Callable[[str], None]) -> None:
        """Write while the lanes work, and the rest when they are done; `brake` is told why when it must stop."""
        while not all(lane.done() for lane in lanes):
            if len(self._ended) < enough:
                await asyncio.wait(lanes, timeout=0.1)
            await self._write_all(brake)
        await self._write_all(brake)

    async def _write_all(self, brake: Callable[[str], None]) -> None:
        while self._ended or self._stale:
            batch, self._ended = self._ended[:BATCH], self._ended[BATCH:]
            stale, self._stale = self._stale, []
            self._writing = True
            await asyncio.to_thread(self._write, batch, stale)
            self._writing = False
            if reason := self._brakes.after([ended for ended, _ in batch]):
                brake(reason)

    def _write(self, batch: list[tuple[Ended, str]], stale: list[uuid.UUID]) -> None:
        with self._open_case() as session:
            ledger.release(session, worker=self.journal.worker, notice_ids=stale)
            ledger.record(session, worker=self.journal.worker, ended=[ended for ended, _ in batch])
            bad = [address for ended, address in batch if ended.bounce_class == "hard"]
            suppressions.add(session, addresses=bad, scope=SCOPE_ALL, reason="refused at delivery")
