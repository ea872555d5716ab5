"""After a sender died: its journal says which attempts ended, which never began, and which nobody can know."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from casefile import campaigns, delivery_events, ledger
from casefile.database import Session
from casefile.ledger import Ended
from casefile.words import AttemptOutcome
from notices import journal
from notices.transports.reply import Handover

OpenCase = Callable[[], AbstractContextManager[Session]]
"""Opens one transaction in the case (`functools.partial` of `casefile.database.case_session`)."""

IN_DOUBT_HOURS = 6
"""How long to wait for evidence about a notice in doubt before the policy `resend` sends it again."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What dead senders left: attempts whose reply was in the journal, notices untouched, notices in doubt."""

    recorded: int = 0
    released: int = 0
    in_doubt: int = 0

    def __add__(self, other: Recovered) -> Recovered:
        return Recovered(self.recorded + other.recorded, self.released + other.released, self.in_doubt + other.in_doubt)


def recover(open_case: OpenCase, *, case_id: uuid.UUID, folder: Path, retry_at: Callable[[int], datetime.datetime]) -> Recovered:
    """Settle what senders of this machine that died have left; may run at any time and any number of times."""
    total = Recovered()
    for left in journal.left_behind(folder, case_id=case_id):
        with open_case() as session:
            held = ledger.leased_by(session, worker=left.worker)
            ended = list(_ended(left, held, retry_at))
            untouched = [notice_id for notice_id, attempt in held if (notice_id, attempt) not in left.noted]
            ledger.record(session, worker=left.worker, ended=ended)
            released = ledger.release(session, worker=left.worker, notice_ids=untouched)
        doubtful = sum(one.outcome is AttemptOutcome.IN_DOUBT for one in ended)
        total += Recovered(len(ended) - doubtful, released, doubtful)
        left.path.unlink(missing_ok=True)
    return total


def _ended(
    left: journal.Left, held: list[tuple[uuid.UUID, int]], retry_at: Callable[[int], datetime.datetime]
) -> Iterator[Ended]:
    for notice_id, attempt in held:
        noted = left.noted.get((notice_id, attempt))
        if noted is None:
            continue
        handover = noted.handover or Handover.broken("the sender died before it read the reply", after_dot=True)
        yield Ended(
            notice_id=notice_id,
            attempt=attempt,
            started_at=noted.started_at,
            ended_at=noted.ended_at or noted.started_at,
            outcome=handover.outcome,
            code=handover.code,
            enhanced=handover.enhanced,
            reply=handover.text,
            message_sha256=None,
            next_at=retry_at(attempt),
        )


def resolve_doubt(open_case: OpenCase, *, campaign_id: uuid.UUID, now: datetime.datetime) -> int:
    """Apply the campaign's policy to notices in doubt after some hours without evidence: `resend`, `hold`, or `never`.

    Evidence (a bounce, an answer, a click) resolves a notice by itself and is awaited first. Return how many go out again.
    """
    with open_case() as session:
        ledger.expire_leases(session, campaign_id=campaign_id)
        policy = campaigns.get(session, campaign_id=campaign_id).policy
        choice = policy.get("in_doubt", "resend")
        waits = datetime.timedelta(hours=policy.get("in_doubt_hours", IN_DOUBT_HOURS))
        doubtful = delivery_events.in_doubt(session, campaign_id=campaign_id)
        due = [(notice, attempt) for notice, attempt, ended_at in doubtful if ended_at + waits <= now]
        if not due or choice == "hold":
            return 0
        why = f"no evidence within {waits}"
        if choice == "never":
            delivery_events.give_up(session, notices=due, why=f"{why}; the policy is never to send twice")
            return 0
        return delivery_events.resend(session, notices=due, why=why)
