"""Writes down how attempts ended, in batches beside the lanes, and pulls the brakes when too much goes wrong."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from casefile import ledger, suppressions
from casefile.audience import SCOPE_ALL
from casefile.ledger import Ended, Leased
from casefile.words import AttemptOutcome
from notices.brakes import Brakes, severity_of
from notices.journal import Journal
from notices.patience import in_thread
from notices.recovery import OpenCase
from notices.transports.reply import Handover

LONGEST_WAIT_SECONDS = 0.25
"""Attempts are written when there are enough for a batch, or after this long: a transaction costs as much as 50 attempts."""

BATCH = 1000
"""Most attempts in one transaction; their messages, about 20 MB, are held until it begins."""


@dataclass(frozen=True, slots=True)
class _Raw:
    """An attempt as a lane reports it."""

    notice: Leased
    started_at: datetime.datetime
    ended_at: datetime.datetime
    handover: Handover
    octets: bytes


class Recorder:
    """Holds what ended until it is in the database; until then the journal has it."""

    def __init__(
        self, open_case: OpenCase, journal: Journal, brakes: Brakes, retry_at: Callable[[int], datetime.datetime]
    ) -> None:
        self.journal = journal
        self._open_case, self._brakes, self._retry_at = open_case, brakes, retry_at
        self._ended: list[_Raw] = []
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
        self._ended.append(_Raw(notice, started_at, datetime.datetime.now(datetime.UTC), handover, octets))

    def gave_back(self, notice: Leased) -> None:
        """Take in that a notice was leased for nothing."""
        self._stale.append(notice.id)

    async def run(self, lanes: Sequence[asyncio.Task[None]], *, enough: int, brake: Callable[[str], None]) -> None:
        """Write while the lanes work, and the rest when they are done; `brake` is told why when it must stop."""
        while not all(lane.done() for lane in lanes):
            waited = time.monotonic() + LONGEST_WAIT_SECONDS
            while len(self._ended) < enough and time.monotonic() < waited and not all(lane.done() for lane in lanes):
                await asyncio.sleep(0.01)
            await self._write_some(brake)
        while self._ended or self._stale:
            await self._write_some(brake)

    async def _write_some(self, brake: Callable[[str], None]) -> None:
        if not self._ended and not self._stale:
            return
        batch, self._ended = self._ended[:BATCH], self._ended[BATCH:]
        stale, self._stale = self._stale, []
        self._writing = True
        ended = await in_thread(lambda: self._write(batch, stale))
        self._writing = False
        if reason := self._brakes.after(ended):
            brake(reason)

    def _write(self, batch: list[_Raw], stale: list[uuid.UUID]) -> list[Ended]:
        """Write a batch, in a thread: hashing and waiting for the database leave the interpreter to the lanes."""
        ended = [self._settled(raw) for raw in batch]
        bad = [raw.notice.address for raw, one in zip(batch, ended, strict=True) if one.bounce_class == "hard"]
        with self._open_case() as session:
            if stale:
                ledger.release(session, worker=self.journal.worker, notice_ids=stale)
            ledger.record(session, worker=self.journal.worker, ended=ended)
            suppressions.add(session, addresses=bad, scope=SCOPE_ALL, reason="refused at delivery")
        return ended

    def _settled(self, raw: _Raw) -> Ended:
        return Ended(
            notice_id=raw.notice.id,
            attempt=raw.notice.attempt,
            started_at=raw.started_at,
            ended_at=raw.ended_at,
            outcome=raw.handover.outcome,
            code=raw.handover.code,
            enhanced=raw.handover.enhanced,
            reply=raw.handover.text,
            message_sha256=hashlib.sha256(raw.octets).digest(),
            next_at=self._retry_at(raw.notice.attempt),
            bounce_class=severity_of(raw.handover),
        )
