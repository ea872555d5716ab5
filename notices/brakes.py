"""Brakes: when what comes back says that something is wrong, the campaign pauses by itself and says why."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence

from casefile.headway import Returns
from casefile.ledger import Ended
from casefile.words import AttemptOutcome
from notices.bounces.classify import classify
from notices.transports.reply import Handover

WATCHED = 2000
"""The last so many attempts are watched."""

FEWEST = 200
"""Before so many attempts nothing is said: three bad addresses among ten are no rate."""

HARD_SHARE = 0.05
"""Amazon SES reviews a sender above 5 % bounces and stops it above 10 %."""

POLICY_SHARE = 0.01
"""More than one refusal in a hundred that is about us means that the rest will be refused too."""


COMPLAINT_SHARE = 0.001
"""Gmail's sender guidelines: stay under 0.1 % spam reports, and never reach 0.3 %."""

FEWEST_RETURNED = 3
"""One complaint among the first hundred messages is more than 0.1 % and says nothing."""


def severity_of(handover: Handover) -> str:
    """Return hard, soft or policy for a refusal at delivery, empty for anything else."""
    if handover.outcome is not AttemptOutcome.REJECTED:
        return ""
    found = classify(
        text=f"{handover.code} {handover.text}",
        status=handover.enhanced or "",
        reply=str(handover.code),
        action="failed",
        context=f"in reply to {handover.command} command" if handover.command else "",
    )
    return found.severity.value


class Brakes:
    """Watches one sender's latest attempts."""

    def __init__(self, policy: Mapping[str, object]) -> None:
        self._hard_share = float(str(policy.get("hard_share", HARD_SHARE)))
        self._complaint_share = float(str(policy.get("complaint_share", COMPLAINT_SHARE)))
        self._policy_share = float(str(policy.get("policy_share", POLICY_SHARE)))
        self._last: deque[str] = deque()
        self._counts: Counter[str] = Counter()

    def after_returns(self, returns: Returns) -> str:
        """Take in what came back later, all in all; return why the campaign must pause, or nothing."""
        taken = max(1, returns.taken)
        complaints, bounced = returns.complaints / taken, returns.bounced_hard / taken
        if returns.complaints >= FEWEST_RETURNED and complaints > self._complaint_share:
            return f"{complaints:.2%} of {returns.taken:,} messages were complained about (limit {self._complaint_share:.1%})"
        if returns.taken >= FEWEST and bounced > self._hard_share:
            return (
                f"{bounced:.1%} of {returns.taken:,} messages came back because the address is bad (limit {self._hard_share:.0%})"
            )
        return ""

    def after(self, ended: Sequence[Ended]) -> str:
        """Take in attempts that ended; return why the campaign must pause, or nothing."""
        for one in ended:
            self._last.append(one.bounce_class)
            self._counts[one.bounce_class] += 1
            if len(self._last) > WATCHED:
                self._counts[self._last.popleft()] -= 1
        seen = len(self._last)
        if seen < FEWEST:
            return ""
        hard, refused = self._counts["hard"] / seen, self._counts["policy"] / seen
        if hard > self._hard_share:
            return f"{hard:.1%} of the last {seen} addresses do not exist (limit {self._hard_share:.0%})"
        if refused > self._policy_share:
            return f"{refused:.1%} of the last {seen} messages were refused because of us (limit {self._policy_share:.0%})"
        return ""
