"""How fast towards whom: a window, a rate and rest periods per receiving system, learnt from its replies."""

from __future__ import annotations

import datetime
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from casefile.words import AttemptOutcome
from notices.transports.reply import Handover


@dataclass(frozen=True, slots=True)
class Limits:
    """What a receiving system takes from one sender."""

    connections: int
    messages_per_connection: int
    messages_per_second: float = math.inf
    """Without a number the window alone sets the pace."""


DEFAULT_LIMITS: Mapping[str, Limits] = {
    "default": Limits(64, 1000),
    "google": Limits(5, 50),
    "yahoo": Limits(10, 20),
    "microsoft": Limits(5, 50),
    "microsoft_365": Limits(5, 50),
    "microsoft_dane": Limits(5, 50),
    "apple": Limits(10, 5),
    "comcast": Limits(25, 1000),
    "mimecast": Limits(10, 100),
    "orange": Limits(2, 100),
    "proofpoint": Limits(10, 100),
    "cisco": Limits(10, 100),
    "barracuda": Limits(10, 100),
}
"""Published shaping defaults of KumoMTA (shaping.toml, August 2026) for direct delivery, by receiving group.

`default` is the wide mass of small domains, each of which gets few messages; a relay's own limits come first.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a reply tells us to do: rest for a while, or slow down."""

    pattern: re.Pattern[str]
    rest_seconds: float
    reason: str


def _rule(pattern: str, minutes: float, reason: str) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE), minutes * 60, reason)


RULES = (
    _rule(r"\[TSS?04\]|TSS04", 120, "deferred for complaints"),
    _rule(r"\bRL0000\b", 120, "over the hourly rate"),
    _rule(r"\bRL000010\b", 5, "over the rate"),
    _rule(r"rate limited due to IP reputation|temporarily deferred|low reputation", 90, "deferred for reputation"),
    _rule(r"try again later.*(rate|too many)|too many (messages|connections|recipients)|4\.7\.\d+.*rate", 5, "over the rate"),
)
"""Replies and rests as published in KumoMTA's shaping.toml (2026) and the providers' sender pages."""

DEAD_AFTER = 3
"""A system that refuses this many whole windows in a row rests (Postfix, SCHEDULER_README: 3 cohorts)."""

_DEAD_REST_SECONDS = 300.0


@dataclass(slots=True)
class Group:
    """The state of one receiving system."""

    name: str
    limits: Limits
    window: float = 1.0
    """How many messages may be on the way at once: 1/window more per good reply, a half on a bad one (Postfix's idea)."""
    in_flight: int = 0
    rests_until: float = 0.0
    """Unix time; survives a restart."""
    why: str = ""
    allowance: float = 1.0
    filled_at: float = field(default_factory=time.monotonic)
    bad_in_a_row: int = 0

    def waits(self, now: float) -> float:
        """Return how many seconds to wait before the next message, 0 when it may go, infinity while the window is full."""
        if (rest := self.rests_until - time.time()) > 0:
            return rest
        if self.in_flight >= self.window:
            return float("inf")
        rate = self.limits.messages_per_second
        if rate == math.inf:
            return 0.0
        self.allowance = min(max(1.0, rate / 10), self.allowance + (now - self.filled_at) * rate)
        self.filled_at = now
        return 0.0 if self.allowance >= 1 else (1 - self.allowance) / rate

    def starts(self) -> None:
        """A message is on the way."""
        self.in_flight += 1
        self.allowance -= 1

    def ends(self, handover: Handover) -> None:
        """A message that `starts` counted is through: widen, narrow or rest."""
        if handover.code == 421 or "4.7." in handover.text or (handover.outcome is AttemptOutcome.DEFERRED and handover.code):
            self._back_off(handover)
        elif handover.code:
            self.bad_in_a_row = 0
            self.window = min(self.limits.connections, self.window + 1 / self.window)

    def _back_off(self, handover: Handover) -> None:
        self.bad_in_a_row += 1
        congested = handover.code == 421 or "4.7." in handover.text
        if congested:
            self.window = max(1.0, self.window / 2)
        rule = next((rule for rule in RULES if rule.pattern.search(handover.text)), None)
        if rule is not None:
            self.rest(rule.rest_seconds, rule.reason)
        elif congested and self.bad_in_a_row >= DEAD_AFTER * max(1, int(self.window)):
            self.rest(_DEAD_REST_SECONDS, f"refused {self.bad_in_a_row} times in a row")

    def rest(self, seconds: float, reason: str) -> None:
        """Send nothing for a while."""
        self.rests_until = max(self.rests_until, time.time() + seconds)
        self.why = reason
        self.window = 1.0

    def state(self) -> dict[str, Any]:
        """Return what a later sender should know."""
        return {"window": round(self.window, 2), "rests_until": self.rests_until, "why": self.why}


class Pace:
    """All receiving systems of one campaign."""

    def __init__(self, limits: Mapping[str, Limits] | None = None, *, connections: int, known: Mapping[str, Any] | None = None):
        """`connections` is the most that we open at all; `known` is what an earlier sender left (`state`)."""
        self._limits = {**DEFAULT_LIMITS, **(limits or {})}
        self._connections = connections
        self._known = known or {}
        self.groups: dict[str, Group] = {}

    def group(self, name: str) -> Group:
        """Return a group's state, beginning where an earlier sender ended."""
        if name not in self.groups:
            limits = self._limits.get(name, self._limits["default"])
            known = self._known.get(name, {})
            start = min(limits.connections, self._connections, max(1.0, float(known.get("window", min(10, limits.connections)))))
            self.groups[name] = Group(
                name, limits, window=start, rests_until=float(known.get("rests_until", 0)), why=str(known.get("why", ""))
            )
        return self.groups[name]

    def resting(self) -> str:
        """Return which receiving systems rest, until when and why; empty if none does."""
        now = time.time()
        resting = (group for group in self.groups.values() if group.rests_until > now)
        return "; ".join(
            f"{group.name} rests until {datetime.datetime.fromtimestamp(group.rests_until, datetime.UTC):%H:%M} UTC: {group.why}"
            for group in resting
        )

    def state(self) -> dict[str, dict[str, Any]]:
        """Return every group's state, to be kept in the ledger."""
        return {name: group.state() for name, group in self.groups.items()}
