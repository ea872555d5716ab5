"""The sender: leases notices, prints and hands them over on a few connections, and writes down how each attempt ended."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from casefile import campaigns, ledger, paces, suppressions
from casefile.audience import SCOPE_ALL
from casefile.ledger import Ended, Leased
from casefile.words import AttemptOutcome, CampaignStatus
from notices.brakes import Brakes, severity_of
from notices.campaign import Printer
from notices.journal import Journal
from notices.pace import Limits, Pace
from notices.recovery import OpenCase, recover, resolve_doubt
from notices.transports.reply import Handover
from notices.transports.smtp import ConnectionEnded

LEASE_SECONDS = 1800
"""Long enough for a batch at a slow pace; a lease that is nearly over is given back, never used."""

LEASE_MARGIN_SECONDS = 660
"""The longest wait for a final dot's reply (10 minutes, RFC 5321) and a minute: no sending begins later than this."""

RETRY_MINUTES = (30, 30, 60, 120, 180)
"""Minutes before each next try, the last repeated: at least 30 (RFC 5321, 4.5.4.1), two in the first hour (RFC 1123)."""

CONNECT_REST_SECONDS = (0.2, 1, 2, 5, 10, 30)
"""Rests between vain tries to reach the mail server; the notices wait, and no attempt of theirs is spent."""

PROBES = 2
"""How often a message goes again at once on a new connection after its connection broke before the final dot."""


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


@dataclass(slots=True)
class _Item:
    notice: Leased
    lease_ends: float
    probes: int = 0


def send(orders: Orders, printer_for: Callable[[dict[str, Any]], Printer]) -> Progress:
    """Send one campaign until nothing is due, somebody pauses it, or a brake does. Blocks; needs no running event loop."""
    import uvloop

    with orders.open_case() as session:
        campaign = campaigns.get(session, campaign_id=orders.campaign_id)
        sender = Sender(orders, printer_for(campaign.content), campaign.policy, is_reminder=campaign.kind == "reminder")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(sender.run())


class Sender:
    """One sender of one campaign; several may run at once, on one machine or on many."""

    def __init__(self, orders: Orders, printer: Printer, policy: dict[str, Any], *, is_reminder: bool) -> None:
        self.orders = orders
        self.printer = printer
        self.progress = Progress()
        self._is_reminder = is_reminder
        self._retry_minutes: Sequence[float] = policy.get("retry_minutes", RETRY_MINUTES)  # a list in JSON
        self._brakes = Brakes(policy)
        self._queues: dict[str, deque[_Item]] = {}
        self._ended: list[tuple[Ended, str]] = []
        self._stale: list[uuid.UUID] = []
        self._idle: deque[asyncio.Future[None]] = deque()
        self._stopping = False
        self._fed = False
        self._unreached_since: float | None = None
        self._journal: Journal
        self._pace: Pace

    async def run(self) -> Progress:
        """Recover, feed, send, record; give back what was not tried."""
        await asyncio.to_thread(self._begin)
        helpers = [asyncio.create_task(self._feed()), asyncio.create_task(self._watch())]
        lanes = [asyncio.create_task(self._lane()) for _ in range(self.orders.connections)]
        recorder = asyncio.create_task(self._record_all(lanes))
        try:
            await asyncio.gather(*lanes)
            await recorder
        finally:
            self._stop("interrupted")
            for task in [*helpers, *lanes]:
                task.cancel()
            await asyncio.gather(*helpers, *lanes, recorder, return_exceptions=True)
        for task in helpers:
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error
        await asyncio.to_thread(self._finish)
        return self.progress

    def _begin(self) -> None:
        orders = self.orders
        recover(orders.open_case, case_id=orders.case_id, folder=orders.journal_folder, retry_at=self._retry_at)
        resolve_doubt(orders.open_case, campaign_id=orders.campaign_id, now=_now())
        with orders.open_case() as session:
            self._pace = Pace(orders.limits, connections=orders.connections, known=paces.read(session))
            groups = ledger.groups_waiting(session, campaign_id=orders.campaign_id)
        for name in groups:
            self._queues[name] = deque()
            self._pace.group(name)
        self._journal = Journal(orders.journal_folder, case_id=orders.case_id)

    def _finish(self) -> None:
        left = [item.notice.id for queue in self._queues.values() for item in queue]
        with self.orders.open_case() as session:
            ledger.release(session, worker=self._journal.worker, notice_ids=left)
            paces.write(session, states=self._pace.state())
        with self.orders.open_case() as session:
            campaigns.settle(session, campaign_id=self.orders.campaign_id)
        self._journal.close()

    async def _feed(self) -> None:
        """Keep every group's queue filled; end when nothing is due and nothing more can become due."""
        while not self._stopping:
            leased = 0
            for name, queue in self._queues.items():
                if len(queue) < 2 * self.orders.batch and self._pace.group(name).rests_until <= time.time():
                    leased += await self._lease(name, queue)
            if leased == 0 and not any(self._queues.values()) and not self.progress.in_flight and not self._ended:
                if not self.orders.wait_for_retries or not await asyncio.to_thread(self._any_waiting):
                    break
                await asyncio.sleep(0.5)
            elif leased == 0:
                await asyncio.sleep(0.02)
        self._fed = True
        self._wake(all_of_them=True)

    async def _lease(self, name: str, queue: deque[_Item]) -> int:
        lease_ends = time.monotonic() + LEASE_SECONDS - LEASE_MARGIN_SECONDS
        notices = await asyncio.to_thread(self._claim, name)
        queue.extend(_Item(notice, lease_ends) for notice in notices)
        if notices:
            self._wake(all_of_them=True)
        return len(notices)

    def _claim(self, name: str) -> list[Leased]:
        with self.orders.open_case() as session:
            return ledger.claim(
                session,
                campaign_id=self.orders.campaign_id,
                provider_group=name,
                worker=self._journal.worker,
                count=self.orders.batch,
                lease_seconds=LEASE_SECONDS,
                is_reminder=self._is_reminder,
            )

    def _any_waiting(self) -> bool:
        with self.orders.open_case() as session:
            return bool(ledger.groups_waiting(session, campaign_id=self.orders.campaign_id))

    async def _watch(self) -> None:
        """See within half a second that somebody paused or cancelled the campaign, and show progress."""
        while not self._stopping:
            await asyncio.sleep(0.5)
            status = await asyncio.to_thread(self._status)
            if status is not CampaignStatus.SENDING:
                self._stop(f"the campaign is {status.value}")
            self._show()

    def _status(self) -> CampaignStatus:
        with self.orders.open_case() as session:
            return campaigns.get(session, campaign_id=self.orders.campaign_id).status

    def _show(self) -> None:
        self.progress.waiting = sum(map(len, self._queues.values()))
        if self.orders.on_progress is not None:
            self.orders.on_progress(self.progress)

    def _stop(self, reason: str) -> None:
        if not self._stopping and not self._fed:
            self.progress.stopped_because = reason
        self._stopping = True
        self._wake(all_of_them=True)

    def _wake(self, *, all_of_them: bool = False) -> None:
        """Let one waiting lane look for work, or all; a lane that has just ended a message looks by itself."""
        while self._idle:
            lane = self._idle.popleft()
            if not lane.done():
                lane.set_result(None)
                if not all_of_them:
                    return

    async def _rest(self, seconds: float) -> None:
        """Wait until woken or for a while, whichever comes first."""
        loop = asyncio.get_running_loop()
        lane = loop.create_future()
        self._idle.append(lane)
        timer = loop.call_later(seconds, _end_rest, lane)
        try:
            await lane
        finally:
            timer.cancel()

    async def _next(self) -> _Item | None:
        """Return the next message that may go now, waiting for pace or work; None when there is no more."""
        while not self._stopping:
            shortest, now = 0.25, time.monotonic()
            for name, queue in self._queues.items():
                if not queue:
                    continue
                group = self._pace.group(name)
                wait = group.waits(now)
                if wait <= 0:
                    group.starts()
                    self.progress.in_flight += 1
                    return queue.popleft()
                shortest = min(shortest, wait)
            if self._fed and not any(self._queues.values()):
                return None
            await self._rest(shortest)
        return None

    async def _lane(self) -> None:
        """One connection: messages one after the other, a new connection when the old one is used up or broken."""
        transport: Transport | None = None
        vain = 0
        while (item := await self._next()) is not None:
            group = self._pace.group(item.notice.provider_group)
            if transport is not None and transport.sent >= group.limits.messages_per_connection:
                await transport.close()
                transport = None
            try:
                if transport is None:
                    opening = self.orders.transport()
                    await opening.open()
                    transport, vain = opening, 0
            except ConnectionEnded as ended:
                self._put_back(item)
                self._unreachable(str(ended))
                await asyncio.sleep(CONNECT_REST_SECONDS[min(vain, len(CONNECT_REST_SECONDS) - 1)])
                vain += 1
                continue
            self._reached()
            if not await self._deliver(item, transport):
                await transport.close()
                transport = None
        if transport is not None:
            await transport.close()

    def _unreachable(self, reason: str) -> None:
        """Say why nothing moves; the notices wait, and nothing of theirs is spent."""
        self.progress.trouble = reason
        self._unreached_since = self._unreached_since or time.monotonic()
        patience = self.orders.patience_seconds
        if patience is not None and time.monotonic() - self._unreached_since > patience:
            self._stop(reason)

    def _reached(self) -> None:
        self.progress.trouble = ""
        self._unreached_since = None

    async def _deliver(self, item: _Item, transport: Transport) -> bool:
        """Print and hand over one message; return whether the connection can be used again."""
        notice, started_at = item.notice, _now()
        if time.monotonic() > item.lease_ends:
            self._drop(item)
            return True
        try:
            printed = self.printer.print(notice, sent_at=started_at)
            octets = self.orders.sign(printed.octets) if self.orders.sign else printed.octets
        except (KeyError, ValueError) as fault:
            self._put_back(item)
            await self._brake(f"a notice could not be printed: {type(fault).__name__} {fault}")
            return True
        handover = await transport.deliver(
            printed.sender, printed.recipient, octets, lambda: self._journal.before_dot(notice.id, notice.attempt, started_at)
        )
        if handover.code == 0 and handover.outcome is AttemptOutcome.DEFERRED and item.probes < PROBES:
            item.probes += 1
            self._put_back(item)
            return False
        self._end(item, started_at, handover, hashlib.sha256(printed.octets).digest())
        return handover.usable

    def _put_back(self, item: _Item) -> None:
        self._leave(item)
        self._queues[item.notice.provider_group].appendleft(item)

    def _drop(self, item: _Item) -> None:
        """Let go of a notice whose lease is nearly over; it is leased anew, by us or by another sender."""
        self._leave(item)
        self._stale.append(item.notice.id)

    def _leave(self, item: _Item) -> None:
        self._pace.group(item.notice.provider_group).in_flight -= 1
        self.progress.in_flight -= 1

    def _end(self, item: _Item, started_at: datetime.datetime, handover: Handover, message_sha256: bytes) -> None:
        notice = item.notice
        if handover.outcome is not AttemptOutcome.IN_DOUBT:
            self._journal.after_reply(notice.id, notice.attempt, handover)
        group = self._pace.group(notice.provider_group)
        group.ends(handover)
        if self._idle and self._queues[notice.provider_group] and group.in_flight + 1 < group.window:
            self._wake()  # there is room for more than this lane itself
        ended = Ended(
            notice_id=notice.id,
            attempt=notice.attempt,
            started_at=started_at,
            ended_at=_now(),
            outcome=handover.outcome,
            code=handover.code,
            enhanced=handover.enhanced,
            reply=handover.text,
            message_sha256=message_sha256,
            next_at=self._retry_at(notice.attempt),
            bounce_class=severity_of(handover),
        )
        self._ended.append((ended, notice.address))
        self.progress.in_flight -= 1
        self.progress.outcomes[handover.outcome.value] += 1

    async def _record_all(self, lanes: list[asyncio.Task[None]]) -> None:
        """Write ended attempts in batches while the lanes work; whatever is left, write at the end."""
        while not all(lane.done() for lane in lanes):
            if len(self._ended) < self.orders.batch:
                await asyncio.wait(lanes, timeout=0.1)
            await self._record()
        await self._record()

    async def _record(self) -> None:
        while self._ended or self._stale:
            batch, self._ended = self._ended[:2000], self._ended[2000:]
            stale, self._stale = self._stale, []
            await asyncio.to_thread(self._write, batch, stale)
            if reason := self._brakes.after([ended for ended, _ in batch]):
                await self._brake(reason)

    def _write(self, batch: list[tuple[Ended, str]], stale: list[uuid.UUID]) -> None:
        with self.orders.open_case() as session:
            ledger.release(session, worker=self._journal.worker, notice_ids=stale)
            ledger.record(session, worker=self._journal.worker, ended=[ended for ended, _ in batch])
            bad = [address for ended, address in batch if ended.bounce_class == "hard"]
            suppressions.add(session, addresses=bad, scope=SCOPE_ALL, reason="refused at delivery")

    async def _brake(self, reason: str) -> None:
        self._stop(reason)
        await asyncio.to_thread(self._pause, reason)

    def _pause(self, reason: str) -> None:
        with self.orders.open_case() as session:
            campaigns.pause(session, campaign_id=self.orders.campaign_id, reason=reason)

    def _retry_at(self, attempt: int) -> datetime.datetime:
        minutes = self._retry_minutes[min(attempt, len(self._retry_minutes)) - 1]
        return _now() + datetime.timedelta(minutes=float(minutes))


def _end_rest(lane: asyncio.Future[None]) -> None:
    if not lane.done():
        lane.set_result(None)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
