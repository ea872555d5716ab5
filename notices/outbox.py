"""The sender: leases notices, prints them and hands them over on a few connections, until nothing is due."""

from __future__ import annotations

import asyncio
import datetime
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from casefile import campaigns, headway, ledger, paces
from casefile.database import Session
from casefile.ledger import Leased
from casefile.words import AttemptOutcome, CampaignStatus
from notices.brakes import Brakes
from notices.campaign import Printer
from notices.dispatch import Dispatch, Item
from notices.journal import Journal
from notices.orders import Orders, Progress, Transport
from notices.pace import Pace
from notices.patience import in_thread, patiently
from notices.recorder import Recorder
from notices.recovery import recover, resolve_doubt
from notices.transports.smtp import ConnectionEnded
from notices.valve import Room, Valve

LEASE_SECONDS = 1800
"""Long enough for a batch at a slow pace; a lease that is nearly over is given back, never used."""

LEASE_MARGIN_SECONDS = 660
"""The longest wait for a final dot's reply (10 minutes, RFC 5321) and a minute: no sending begins later than this."""

RETRY_MINUTES = (30, 30, 60, 120, 180)
"""Minutes before each next try, the last repeated: at least 30 (RFC 5321, 4.5.4.1), two in the first hour (RFC 1123)."""

CONNECT_REST_SECONDS = (0.2, 1, 2, 5, 10, 30)
"""Rests between vain tries to reach the mail server; the notices wait, and no attempt of theirs is spent."""

RETURNS_EVERY_SECONDS = 15.0
"""How often a sender looks at what came back; the count takes 0.1 s for a million notices."""

PROBES = 2
"""How often a message goes again at once on a new connection after its connection broke before the final dot."""


def send(orders: Orders, printer_for: Callable[[dict[str, Any]], Printer]) -> Progress:
    """Send one campaign until nothing is due, somebody pauses it, or a brake does. Blocks; needs no running event loop."""
    import uvloop

    with orders.open_case() as session:
        campaign = campaigns.get(session, campaign_id=orders.campaign_id)
        sender = Sender(orders, printer_for(campaign.content), campaign.policy, is_reminder=campaign.kind == "reminder")
    with _handlers_kept(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(sender.run())


@contextmanager
def _handlers_kept() -> Iterator[None]:
    """Give Ctrl-C and SIGTERM back to whoever had them: a closed loop leaves handlers that do nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Sender:
    """One sender of one campaign; several may run at once, on one machine or on many."""

    def __init__(self, orders: Orders, printer: Printer, policy: dict[str, Any], *, is_reminder: bool) -> None:
        self.orders = orders
        self.printer = printer
        self.progress = Progress()
        self._is_reminder = is_reminder
        self._retry_minutes: Sequence[float] = policy.get("retry_minutes", RETRY_MINUTES)  # a list in JSON
        self._brakes = Brakes(policy)
        self._unreached_since: float | None = None
        self._look_at_returns_at = 0.0
        self._dispatch: Dispatch
        self._valve: Valve
        self._recorder: Recorder

    async def run(self) -> Progress:
        """Recover, feed, send, record; give back what was not tried."""
        await in_thread(self._begin)
        self._heed_signals()
        helpers = [asyncio.create_task(self._feed()), asyncio.create_task(self._watch())]
        lanes = [asyncio.create_task(self._lane()) for _ in range(self.orders.connections)]
        recorder = asyncio.create_task(self._recorder.run(lanes, enough=self.orders.batch, brake=self._brake))
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
        await in_thread(self._finish)
        return self.progress

    def _heed_signals(self) -> None:
        """Ctrl-C and SIGTERM let what is under way end; a second one ends at once, and the journal keeps what is known."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupted, number)

    def _interrupted(self, number: signal.Signals) -> None:
        asyncio.get_running_loop().remove_signal_handler(number)
        self._stop("it was interrupted")

    def _begin(self) -> None:
        orders = self.orders
        recover(orders.open_case, case_id=orders.case_id, folder=orders.journal_folder, retry_at=self._retry_at)
        resolve_doubt(orders.open_case, campaign_id=orders.campaign_id, now=_now())
        with orders.open_case() as session:
            pace = Pace(orders.limits, connections=orders.connections, known=paces.read(session))
            self._valve = self._valve_of(session)
            self._dispatch = Dispatch(pace, ledger.groups_waiting(session, campaign_id=orders.campaign_id))
        journal = Journal(orders.journal_folder, case_id=orders.case_id)
        self._recorder = Recorder(orders.open_case, journal, self._brakes, self._retry_at)

    def _valve_of(self, session: Session) -> Valve:
        campaign = campaigns.get(session, campaign_id=self.orders.campaign_id)
        is_limited = bool({"waves", "warm_up"} & campaign.policy.keys())
        come = headway.of_campaign(session, campaign_id=campaign.id) if is_limited else headway.Headway(0, 0, 0, 0)
        return Valve(
            campaign.policy,
            campaign.send_not_after,
            to_send=campaign.waterfall.get("to_send", 0),
            begun=come.begun,
            begun_today=come.begun_today,
            day=come.day,
            resumed_waves=come.resumed,
        )

    def _finish(self) -> None:
        worker = self._recorder.journal.worker
        with self.orders.open_case() as session:
            # Whatever is still leased was never handed over: every attempt that ended is written by now.
            left = [notice_id for notice_id, _ in ledger.leased_by(session, worker=worker)]
            ledger.release(session, worker=worker, notice_ids=left)
            paces.write(session, states=self._dispatch.pace.state())
        if resting := self._dispatch.pace.resting():
            self.progress.stopped_because = self.progress.stopped_because or resting
        with self.orders.open_case() as session:
            campaigns.settle(session, campaign_id=self.orders.campaign_id)
        self._recorder.journal.close()

    async def _feed(self) -> None:
        """Keep every receiving system's queue filled; end when nothing is due and nothing more can become due."""
        dispatch = self._dispatch
        while not dispatch.stopping:
            room = self._valve.room(_now())
            leased = [await self._lease(name) for name in dispatch.hungry(2 * self.orders.batch)] if room.count > 0 else []
            if any(leased):
                continue
            if dispatch.waiting or dispatch.in_flight or not self._recorder.is_idle:
                await asyncio.sleep(0.02)
            elif room.count <= 0:
                self._shut(room)
            elif self.orders.wait_for_retries and await in_thread(self._is_anything_left):
                await asyncio.sleep(0.5)
            else:
                break
        dispatch.fed = True
        dispatch.wake_all()

    async def _lease(self, group: str) -> int:
        lease_ends = time.monotonic() + LEASE_SECONDS - LEASE_MARGIN_SECONDS
        count = min(self.orders.batch, self._valve.room(_now()).count)
        notices = await in_thread(lambda: self._claim(group, int(count))) if count > 0 else []
        if notices:
            self._valve.took(len(notices))
            self._dispatch.add(group, (Item(notice, lease_ends) for notice in notices))
        return len(notices)

    def _shut(self, room: Room) -> None:
        """Nothing more may go now: end, and wait for a person where the policy says so."""
        if room.pauses and self._is_anything_left():
            self._brake(room.why)
        else:
            self._stop(room.why)

    def _claim(self, group: str, count: int) -> list[Leased]:
        with self.orders.open_case() as session:
            return ledger.claim(
                session,
                campaign_id=self.orders.campaign_id,
                provider_group=group,
                worker=self._recorder.journal.worker,
                count=count,
                lease_seconds=LEASE_SECONDS,
                is_reminder=self._is_reminder,
            )

    def _is_anything_left(self) -> bool:
        with self.orders.open_case() as session:
            return bool(ledger.groups_waiting(session, campaign_id=self.orders.campaign_id))

    async def _watch(self) -> None:
        """See within half a second that somebody paused or cancelled the campaign, and show progress."""
        while not self._dispatch.stopping:
            await asyncio.sleep(0.5)
            status, returns = await in_thread(self._status_and_returns)
            if returns is not None and (reason := self._brakes.after_returns(returns)):
                self._brake(reason)
            if status is not CampaignStatus.SENDING:
                self._stop(f"the campaign is {status.value}")
            self.progress.waiting, self.progress.in_flight = self._dispatch.waiting, self._dispatch.in_flight
            if self.orders.on_progress is not None:
                self.orders.on_progress(self.progress)

    def _status_and_returns(self) -> tuple[CampaignStatus, headway.Returns | None]:
        """Read the campaign's state, and every now and then what came back of it."""
        campaign_id, is_due = self.orders.campaign_id, time.monotonic() >= self._look_at_returns_at
        with self.orders.open_case() as session:
            status = campaigns.get(session, campaign_id=campaign_id).status
            if not is_due or status is not CampaignStatus.SENDING:
                return status, None
            self._look_at_returns_at = time.monotonic() + RETURNS_EVERY_SECONDS
            return status, headway.returns(session, campaign_id=campaign_id)

    def _stop(self, reason: str) -> None:
        if not self._dispatch.stopping and not self._dispatch.fed:
            self.progress.stopped_because = reason
        self._dispatch.stopping = True
        self._dispatch.wake_all()

    def _brake(self, reason: str) -> None:
        """Pause the campaign itself, for every sender, and say why."""
        self._stop(reason)
        patiently(lambda: self._pause(reason))

    def _pause(self, reason: str) -> None:
        with self.orders.open_case() as session:
            campaigns.pause(session, campaign_id=self.orders.campaign_id, reason=reason)

    async def _lane(self) -> None:
        """One connection: messages one after the other, a new connection when the old one is used up or broken."""
        transport: Transport | None = None
        vain = 0
        while (item := await self._dispatch.next()) is not None:
            if transport is not None and transport.sent >= self._most_per_connection(item):
                await transport.close()
                transport = None
            if transport is None:
                transport = await self._open(item, vain)
                if transport is None:
                    vain += 1
                    continue
                vain = 0
            if not await self._deliver(item, transport):
                await transport.close()
                transport = None
        if transport is not None:
            await transport.close()

    def _most_per_connection(self, item: Item) -> int:
        return self._dispatch.pace.group(item.notice.provider_group).limits.messages_per_connection

    async def _open(self, item: Item, vain: int) -> Transport | None:
        """Return a new connection; None when there is none to have, after a rest, with the notice put back."""
        transport = self.orders.transport()
        try:
            await transport.open()
        except ConnectionEnded as ended:
            self._dispatch.put_back(item)
            self._unreachable(str(ended))
            await asyncio.sleep(CONNECT_REST_SECONDS[min(vain, len(CONNECT_REST_SECONDS) - 1)])
            return None
        self.progress.trouble, self._unreached_since = "", None
        return transport

    def _unreachable(self, reason: str) -> None:
        """Say why nothing moves; the notices wait, and nothing of theirs is spent."""
        self.progress.trouble = reason
        self._unreached_since = self._unreached_since or time.monotonic()
        patience = self.orders.patience_seconds
        if patience is not None and time.monotonic() - self._unreached_since > patience:
            self._stop(reason)

    async def _deliver(self, item: Item, transport: Transport) -> bool:
        """Print and hand over one message; return whether the connection can be used again."""
        notice, started_at = item.notice, _now()
        if time.monotonic() > item.lease_ends:
            self._dispatch.drop(item)
            self._recorder.gave_back(notice)
            return True
        try:
            printed = self.printer.print(notice, sent_at=started_at)
            octets = self.orders.sign(printed.octets) if self.orders.sign else printed.octets
        except (KeyError, ValueError) as fault:
            self._dispatch.put_back(item)
            self._brake(f"a notice could not be printed: {type(fault).__name__} {fault}")
            return True
        journal = self._recorder.journal
        handover = await transport.deliver(
            printed.sender, printed.recipient, octets, lambda: journal.before_dot(notice.id, notice.attempt, started_at)
        )
        if handover.code == 0 and handover.outcome is AttemptOutcome.DEFERRED and item.probes < PROBES:
            item.probes += 1
            self._dispatch.put_back(item)
            return False
        self._recorder.ended(notice, started_at, handover, printed.octets)
        self._dispatch.ended(item, handover)
        self.progress.outcomes[handover.outcome.value] += 1
        return handover.usable

    def _retry_at(self, attempt: int) -> datetime.datetime:
        minutes = self._retry_minutes[min(attempt, len(self._retry_minutes)) - 1]
        return _now() + datetime.timedelta(minutes=float(minutes))


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
