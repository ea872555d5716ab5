"""What comes back about notices, and decisions about those in doubt: append-only events, each moving its notice by rank only."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile.outcomes import PROVES, RANK
from casefile.words import DeliveryEventKind, NoticeStatus


@dataclass(frozen=True, slots=True)
class CameBack:
    """Something that came back about a notice: once per source and its event id."""

    source: str
    source_event_id: str
    kind: DeliveryEventKind
    occurred_at: datetime.datetime
    notice_id: uuid.UUID | None = None
    attempt: int | None = None
    bounce_class: str | None = None
    code: str | None = None
    diagnostic: str | None = None


_ADD_EVENTS = sa.text("""
insert into delivery_events
    (source, source_event_id, kind, occurred_at, notice_id, attempt_number, bounce_class, code, diagnostic)
select t.* from unnest(cast(:sources as text[]), cast(:ids as text[]), cast(:kinds as text[]), cast(:times as timestamptz[]),
    cast(:notice_ids as uuid[]), cast(:attempts as smallint[]), cast(:classes as text[]), cast(:codes as text[]),
    cast(:diagnostics as text[])) as t
on conflict (case_id, source, source_event_id) do nothing
returning notice_id, kind
""")

_RANKS = " ".join(f"when '{status}' then {rank}" for status, rank in RANK.items())

_APPLY = sa.text(f"""
update notices n set status = t.status, leased_by = null, leased_until = null,
    accepted_at = coalesce(n.accepted_at, case when t.rank >= {RANK[NoticeStatus.ACCEPTED]} and n.attempts > 0 then now() end)
from unnest(cast(:notice_ids as uuid[]), cast(:statuses as text[]), cast(:ranks as int[])) as t(notice_id, status, rank)
where n.id = t.notice_id and t.rank > (case n.status {_RANKS} end)
""")


def add_events(session: Session, *, events: Sequence[CameBack], diagnostic: str | None = None) -> int:
    """Append what came back and move the notices that it proves something about; return how many events were new.

    Events may come late, twice and in any order: a notice only moves to a status of higher rank (`outcomes.RANK`).
    """
    if not events:
        return 0
    new = session.execute(
        _ADD_EVENTS,
        {
            "sources": [event.source for event in events],
            "ids": [event.source_event_id for event in events],
            "kinds": [event.kind.value for event in events],
            "times": [event.occurred_at for event in events],
            "notice_ids": [event.notice_id for event in events],
            "attempts": [event.attempt for event in events],
            "classes": [event.bounce_class for event in events],
            "codes": [event.code for event in events],
            "diagnostics": [event.diagnostic or diagnostic for event in events],
        },
    ).all()
    best: dict[uuid.UUID, NoticeStatus] = {}
    for notice_id, kind in new:
        status = PROVES.get(DeliveryEventKind(kind))
        if notice_id is not None and status is not None and RANK[status] > RANK[best.get(notice_id, NoticeStatus.READY)]:
            best[notice_id] = status
    if best:
        statuses = list(best.values())
        ranks = [RANK[status] for status in statuses]
        values = [status.value for status in statuses]
        session.execute(_APPLY, {"notice_ids": list(best), "statuses": values, "ranks": ranks})
    return len(new)


def in_doubt(session: Session, *, campaign_id: uuid.UUID) -> list[tuple[uuid.UUID, int, datetime.datetime]]:
    """List the notices in doubt with their last attempt's number and end."""
    rows = session.execute(
        sa.text("""
        select n.id, a.number, a.ended_at from notices n join attempts a on a.notice_id = n.id and a.number = n.attempts
        where n.campaign_id = :campaign_id and n.status = 'in_doubt' order by a.ended_at
        """),
        {"campaign_id": campaign_id},
    )
    return [(row[0], row[1], row[2]) for row in rows]


def resend(session: Session, *, notices: Sequence[tuple[uuid.UUID, int]], why: str) -> int:
    """Send notices in doubt again, with the same Message-ID: an event per notice says who or what decided so."""
    now, source = datetime.datetime.now(datetime.UTC), f"decision:{session.info['actor']}"
    events = [CameBack(source, f"{id_}/{attempt}", DeliveryEventKind.RESEND, now, id_, attempt) for id_, attempt in notices]
    add_events(session, events=events, diagnostic=why)
    again = session.execute(
        sa.text("update notices set status = 'ready', next_at = now() where id = any(:ids) and status = 'in_doubt' returning id"),
        {"ids": [notice_id for notice_id, _ in notices]},
    )
    return len(again.all())


def give_up(session: Session, *, notices: Sequence[tuple[uuid.UUID, int]], why: str) -> int:
    """Leave notices in doubt for good: an event per notice says why it is not sent again."""
    now, source = datetime.datetime.now(datetime.UTC), f"decision:{session.info['actor']}"
    events = [CameBack(source, f"{id_}/{attempt}", DeliveryEventKind.EXPIRED, now, id_, attempt) for id_, attempt in notices]
    return add_events(session, events=events, diagnostic=why)
