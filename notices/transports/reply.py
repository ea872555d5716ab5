"""What a mail server answers, and what it means for the notice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from casefile.words import AttemptOutcome

_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's reply: three digits and its text, lines joined by a blank (RFC 5321, section 4.2)."""

    code: int
    text: str

    @property
    def enhanced(self) -> str | None:
        """The status code of RFC 3463 at the start of the text, such as `5.1.1`."""
        found = _ENHANCED.match(self.text)
        return found[1] if found else None

    @property
    def outcome(self) -> AttemptOutcome:
        """What the reply to a command or to the final dot means: 2 accepted, 4 try again, anything else refused."""
        if 200 <= self.code < 300:
            return AttemptOutcome.ACCEPTED
        return AttemptOutcome.DEFERRED if 400 <= self.code < 500 else AttemptOutcome.REJECTED


@dataclass(frozen=True, slots=True)
class Handover:
    """How handing one message over ended; `code` 0 is a connection that broke, with the reason in `text`."""

    outcome: AttemptOutcome
    code: int
    text: str
    enhanced: str | None = None
    usable: bool = True
    """Whether the connection can take another message."""
    command: str = ""
    """MAIL, RCPT or DATA: what the reply answers, where it is known."""

    @classmethod
    def of(cls, reply: Reply, *, usable: bool = True, command: str = "") -> Handover:
        """Return how it ended by a server's reply; a 421 also ends the connection."""
        return cls(reply.outcome, reply.code, reply.text, reply.enhanced, usable and reply.code != 421, command)

    @classmethod
    def broken(cls, reason: str, *, after_dot: bool) -> Handover:
        """Return the end of a connection: before the final dot nothing was accepted, after it nobody knows (RFC 1047)."""
        return cls(AttemptOutcome.IN_DOUBT if after_dot else AttemptOutcome.DEFERRED, 0, reason, usable=False)
