"""How many may go now: the window, quiet hours, the day's share of a warm-up, and a small first wave before the rest."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Room:
    """How many notices may be leased now, and why no more."""

    count: float
    why: str = ""
    pauses: bool = False
    """Whether a person must look before it goes on."""


@dataclass(slots=True)
class Valve:
    """What a campaign's policy allows. All keys are optional:

    `waves`: shares of the audience, such as `[0.001, 0.01]`; after each the campaign pauses, so that somebody can look at what
    came back. `warm_up`: most messages on the first, second, ... day; afterwards no limit (a new sending address must not
    begin with a million). `quiet_hours`: `{"from": "21:00", "to": "08:00", "time_zone": "America/Denver"}`.
    """

    policy: dict[str, Any]
    send_not_after: datetime.datetime
    to_send: int
    begun: int
    """Notices of the campaign that were tried or are being tried."""
    begun_today: int
    day: int
    """How many days ago the campaign's first message went."""
    resumed_waves: int
    """Waves after which somebody has looked already."""

    def took(self, count: int) -> None:
        """Notices have been leased."""
        self.begun += count
        self.begun_today += count

    def room(self, now: datetime.datetime) -> Room:
        """Return how many more may go at `now`."""
        if now > self.send_not_after:
            return Room(0, "its window has ended", pauses=True)
        if until := self._quiet_until(now):
            return Room(0, f"quiet hours last until {until}")
        return min(self._day(), self._wave(), key=lambda room: room.count)

    def _day(self) -> Room:
        plan: Sequence[int] = self.policy.get("warm_up", ())
        if self.day >= len(plan):
            return Room(math.inf)
        return Room(max(0, plan[self.day] - self.begun_today), f"the {plan[self.day]:,} messages of day {self.day + 1} are out")

    def _wave(self) -> Room:
        waves: Sequence[float] = self.policy.get("waves", ())
        if self.resumed_waves >= len(waves):
            return Room(math.inf)
        size = math.ceil(waves[self.resumed_waves] * self.to_send)
        why = f"wave {self.resumed_waves + 1} of {size:,} is out: look at what came back, then go on"
        return Room(max(0, size - self.begun), why, pauses=True)

    def _quiet_until(self, now: datetime.datetime) -> str:
        quiet = self.policy.get("quiet_hours")
        if not quiet:
            return ""
        begin, end = datetime.time.fromisoformat(quiet["from"]), datetime.time.fromisoformat(quiet["to"])
        local = now.astimezone(ZoneInfo(quiet["time_zone"])).time()
        inside = begin <= local < end if begin <= end else local >= begin or local < end
        return f"{end:%H:%M} {quiet['time_zone']}" if inside else ""
