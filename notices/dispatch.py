"""Who goes next: leased notices per receiving system, and lanes that wait for work, for pace, or for the end."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from casefile.ledger import Leased
from notices.pace import Group, Pace
from notices.transports.reply import Handover

LONGEST_REST_SECONDS = 0.25


@dataclass(slots=True)
class Item:
    """A leased notice on its way; `lease_ends` is on the monotonic clock."""

    notice: Leased
    lease_ends: float
    probes: int = 0
    """How often it was tried anew because a connection broke before the final dot."""


class Dispatch:
    """Hands leased notices to lanes as the pace of each receiving system allows."""

    def __init__(self, pace: Pace, groups: Iterable[str]) -> None:
        self.pace = pace
        self.in_flight = 0
        self.stopping = False
        """Nobody gets another notice; what is under way ends."""
        self.fed = False
        """No more will be added: a lane that finds nothing can go home."""
        self._queues: dict[str, deque[Item]] = {name: deque() for name in groups}
        self._idle: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """How many notices are leased and not under way."""
        return sum(map(len, self._queues.values()))

    def hungry(self, least: int) -> list[str]:
        """Return the receiving systems that have fewer than `least` notices and do not rest."""
        now = time.time()
        return [name for name, queue in self._queues.items() if len(queue) < least and self.pace.group(name).rests_until <= now]

    def add(self, group: str, items: Iterable[Item]) -> None:
        """Queue more notices for a receiving system."""
        self._queues[group].extend(items)
        self.wake_all()

    async def next(self) -> Item | None:
        """Return the next notice that may go now, waiting for pace or work; None when there is no more."""
        while not self.stopping:
            shortest, now = LONGEST_REST_SECONDS, time.monotonic()
            for name, queue in self._queues.items():
                if not queue:
                    continue
                group = self.pace.group(name)
                wait = group.waits(now)
                if wait <= 0:
                    group.starts()
                    self.in_flight += 1
                    return queue.popleft()
                shortest = min(shortest, wait)
            if self.fed and not self.waiting:
                return None
            await self._rest(shortest)
        return None

    def ended(self, item: Item, handover: Handover) -> None:
        """A notice is through."""
        group = self._leave(item)
        group.ends(handover)
        if self._idle and self._queues[group.name] and group.in_flight + 1 < group.window:
            self._wake()  # there is room for more than the lane that ended this one

    def put_back(self, item: Item) -> None:
        """A notice could not be tried: it is the next of its receiving system."""
        self._queues[self._leave(item).name].appendleft(item)

    def drop(self, item: Item) -> None:
        """A notice is ours no longer."""
        self._leave(item)

    def wake_all(self) -> None:
        """Let every waiting lane look for work."""
        while self._idle:
            self._wake()

    def _leave(self, item: Item) -> Group:
        self.in_flight -= 1
        group = self.pace.group(item.notice.provider_group)
        group.in_flight -= 1
        return group

    def _wake(self) -> None:
        while self._idle:
            lane = self._idle.popleft()
            if not lane.done():
                lane.set_result(None)
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


def _end_rest(lane: asyncio.Future[None]) -> None:
    if not lane.done():
        lane.set_result(None)
