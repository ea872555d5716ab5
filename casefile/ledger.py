"""The mail ledger's moving part: leasing notices to a sender, writing down how attempts ended, and what came back."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from casefile.audience import SCOPE_ALL, SCOPE_REMINDERS
from casefile.outcomes import PROVES, RANK
from casefile.tables.mail import Notice
from casefile.words import AttemptOutcome, DeliveryEventKind, NoticeStatus

GIVE_UP_DAYS = 5
"""A message that cannot be delivered is given up after 4 to 5 days (RFC 5321, section 4.5.4.1)."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A notice that one sender may try to deliver now, until its lease ends."""

    id: uuid.UUID
    attempt: int
    member_id: uuid.UUID | None
    address: str
    language: str
    provider_group: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """How one attempt ended, as the sender saw it."""

    notice_id: uuid.UUID
    attempt: int
    started_at: datetime.datetime
    ended_at: datetime.datetime
    outcome: AttemptOutcome
    code: int
    enhanced: str | None
    reply: str
    message_sha256: bytes | None
    next_at: datetime.datetime
    """When to try again; counts for a deferred attempt only."""
    bounce_class: str = ""
    """For a rejected attempt: hard (the address is bad), soft or policy (it is about us)."""


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


def queue_single(
    session: Session,
    *,
    campaign_id: uuid.UUID,
    kind: str,
    dedupe_key: str,
    address: str,
    language: str,
    fields: dict[str, Any],
    member_id: uuid.UUID | None = None,
    claim_id: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """Put one mail to one person into the ledger, in the caller's transaction; the same `dedupe_key` again changes nothing.

    Return the notice's key, None if it was queued before.
    """
    statement = postgresql.insert(Notice).values(
        campaign_id=campaign_id, kind=kind, dedupe_key=dedupe_key, address=address, language=language, fields=fields,
        member_id=member_id, claim_id=claim_id, status=NoticeStatus.PLANNED,
    )  # fmt: skip
    once = statement.on_conflict_do_nothing(
        index_elements=["case_id", "dedupe_key"], index_where=sa.text("dedupe_key is not null")
    )
    return session.scalar(once.returning(Notice.id))


_CLAIM = sa.text(f"""
with picked as (
    select id from notices
    where campaign_id = :campaign_id and provider_group = :provider_group and next_at <= now()
        and status in ('planned', 'ready', 'deferred')
    order by next_at, id limit :count for update skip locked
), judged as (
    select n.id, case
        when exists (select from suppressions s where s.address = lower(n.address) and s.lifted_at is null
            and s.scope = any(:scopes)) then 'suppressed since'
        when n.member_id is null then ''
        when exists (select from exclusions e where e.member_id = n.member_id) then 'left the class since'
        when :stops_after_claim and exists (select from claims c where c.member_id = n.member_id) then 'claimed since'
        else '' end as stop
    from picked join notices n using (id)
)
update notices n set
    status = case when stop = '' then 'leased' else 'cancelled' end,
    reason = stop,
    leased_by = case when stop = '' then :worker end,
    leased_until = case when stop = '' then now() + make_interval(secs => :lease_seconds) end,
    expires_at = coalesce(n.expires_at, now() + make_interval(days => {GIVE_UP_DAYS})),
    attempts = n.attempts + (stop = '')::int
from judged where n.id = judged.id
returning n.status, n.id, n.attempts, n.member_id, n.address, n.language, n.provider_group, n.fields
""")


def claim(
    session: Session,
    *,
    campaign_id: uuid.UUID,
    provider_group: str,
    worker: str,
    count: int,
    lease_seconds: int,
    is_reminder: bool,
) -> list[Leased]:
    """Lease up to `count` due notices of a provider group to a sender; two senders never get the same one.

    Somebody whose address was suppressed, who left the class or (for a reminder) claimed since approval is cancelled instead.
    About 20 microseconds a notice.
    """
    rows = session.execute(
        _CLAIM,
        {
            "campaign_id": campaign_id,
            "provider_group": provider_group,
            "worker": worker,
            "count": count,
            "lease_seconds": lease_seconds,
            "scopes": [SCOPE_ALL, SCOPE_REMINDERS] if is_reminder else [SCOPE_ALL],
            "stops_after_claim": is_reminder,
        },
    )
    return [Leased(*row[1:]) for row in rows if row[0] == NoticeStatus.LEASED.value]


def groups_waiting(session: Session, *, campaign_id: uuid.UUID) -> list[str]:
    """Return the provider groups that still have something to send, now or later."""
    rows = session.execute(
        sa.text("""
        select provider_group from notices where campaign_id = :campaign_id and status in ('planned', 'ready', 'deferred')
        group by provider_group order by count(*)
        """),
        {"campaign_id": campaign_id},
    )
    return [row[0] for row in rows]


_EDGES = {
    "longest name": "length(coalesce(fields ->> 'full_name', '')) desc",
    "accents": "(coalesce(fields ->> 'full_name', '') ~ '[^ -~]') desc",
    "no name": "(coalesce(fields ->> 'full_name', '') = '') desc",
    "longest shop": "length(coalesce(fields ->> 'shop_name', '')) desc",
    "no shop": "(coalesce(fields ->> 'shop_name', '') = '') desc",
    "first": "id",
}
"""Recipients whose message differs most, and how the frozen audience is sorted to find them."""


def edge_notices(session: Session, *, campaign_id: uuid.UUID) -> list[tuple[str, Leased]]:
    """Return the edge recipients of a campaign in every language that it speaks, as name and notice."""
    languages = session.scalars(
        sa.select(Notice.language).where(Notice.campaign_id == campaign_id).distinct().order_by(Notice.language)
    ).all()
    found = []
    for language in languages:
        for name, order in _EDGES.items():
            row = session.execute(
                sa.text(f"""
                select id, greatest(attempts, 1), member_id, address, language, provider_group, fields from notices
                where campaign_id = :campaign_id and language = :language and status <> 'excluded' order by {order}, id limit 1
                """),
                {"campaign_id": campaign_id, "language": language},
            ).first()
            if row is not None:
                found.append((name, Leased(*row)))
    return found


_RECORD_ATTEMPTS = sa.text("""
insert into attempts (notice_id, number, worker, started_at, ended_at, outcome, code, enhanced, reply, message_sha256)
select notice_id, number, :worker, started_at, ended_at, outcome, code, enhanced, reply, message_sha256
from unnest(cast(:notice_ids as uuid[]), cast(:numbers as smallint[]), cast(:started as timestamptz[]),
    cast(:ended as timestamptz[]), cast(:outcomes as text[]), cast(:codes as smallint[]), cast(:enhanced as text[]),
    cast(:replies as text[]), cast(:hashes as bytea[]))
    as t(notice_id, number, started_at, ended_at, outcome, code, enhanced, reply, message_sha256)
on conflict (notice_id, number) do nothing
returning notice_id
""")

_RECORD_NOTICES = sa.text("""
update notices n set
    status = case when t.outcome = 'deferred' and t.next_at > n.expires_at then 'expired' else t.outcome end,
    leased_by = null, leased_until = null, next_at = t.next_at, last_code = t.code, reason = t.reason,
    last_reply = case when t.outcome = 'accepted' then null else t.reply end,
    accepted_at = case when t.outcome = 'accepted' then t.ended_at end
from unnest(cast(:notice_ids as uuid[]), cast(:numbers as smallint[]), cast(:outcomes as text[]), cast(:codes as smallint[]),
    cast(:replies as text[]), cast(:ended as timestamptz[]), cast(:next_at as timestamptz[]), cast(:reasons as text[]))
    as t(notice_id, number, outcome, code, reply, ended_at, next_at, reason)
where n.id = t.notice_id and n.attempts = t.number and n.leased_by = :worker and n.status = 'leased'
""")


def record(session: Session, *, worker: str, ended: Sequence[Ended]) -> int:
    """Write attempts and what they mean for their notices; return how many were still this sender's to write.

    A sender that lost its lease cannot overwrite what its successor wrote. If the server had accepted its message after all,
    that is kept as evidence, and a notice in doubt becomes accepted. Writing the same attempts twice changes nothing.
    """
    if not ended:
        return 0
    columns = _columns(ended) | {"worker": worker}
    written = set(session.scalars(_RECORD_ATTEMPTS, columns))
    session.execute(_RECORD_NOTICES, columns)
    late = [one for one in ended if one.notice_id not in written and one.outcome is AttemptOutcome.ACCEPTED]
    if late:
        add_events(session, events=[_evidence(worker, one) for one in late])
    return len(written)


def release(session: Session, *, worker: str, notice_ids: Sequence[uuid.UUID]) -> int:
    """Give leased notices back untried: nothing of them was handed over, so the attempt does not count."""
    return _rowcount(
        session,
        """
        update notices set status = 'ready', leased_by = null, leased_until = null, attempts = attempts - 1
        where id = any(:notice_ids) and leased_by = :worker and status = 'leased'
        """,
        {"notice_ids": list(notice_ids), "worker": worker},
    )


def leased_by(session: Session, *, worker: str) -> list[tuple[uuid.UUID, int]]:
    """Return notice and attempt number of everything that a sender holds."""
    rows = session.execute(
        sa.text("select id, attempts from notices where status = 'leased' and leased_by = :worker"), {"worker": worker}
    )
    return [(row.id, row.attempts) for row in rows]


def expire_leases(session: Session, *, campaign_id: uuid.UUID) -> int:
    """Put notices of senders that are gone with their journal in doubt once their lease has ended; return how many."""
    rows = session.execute(
        sa.text("""
        with gone as (
            select id, attempts, leased_by, leased_until from notices
            where campaign_id = :campaign_id and status = 'leased' and leased_until < now() for update skip locked
        ), tried as (
            insert into attempts (notice_id, number, worker, started_at, outcome, reply)
            select id, attempts, leased_by, leased_until, 'in_doubt', 'the sender is gone with its journal' from gone
            on conflict (notice_id, number) do nothing
        )
        update notices n set status = 'in_doubt', leased_by = null, leased_until = null from gone where n.id = gone.id
        returning n.id
        """),
        {"campaign_id": campaign_id},
    )
    return len(rows.all())


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
    return _rowcount(
        session,
        "update notices set status = 'ready', next_at = now() where id = any(:notice_ids) and status = 'in_doubt'",
        {"notice_ids": [notice_id for notice_id, _ in notices]},
    )


def give_up(session: Session, *, notices: Sequence[tuple[uuid.UUID, int]], why: str) -> int:
    """Leave notices in doubt for good: an event per notice says why it is not sent again."""
    now, source = datetime.datetime.now(datetime.UTC), f"decision:{session.info['actor']}"
    events = [CameBack(source, f"{id_}/{attempt}", DeliveryEventKind.EXPIRED, now, id_, attempt) for id_, attempt in notices]
    return add_events(session, events=events, diagnostic=why)


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
    accepted_at = coalesce(n.accepted_at, case when t.rank > 1 then now() end)
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


def _evidence(worker: str, ended: Ended) -> CameBack:
    event_id = f"{ended.notice_id}/{ended.attempt}"
    return CameBack(
        f"sender:{worker}", event_id, DeliveryEventKind.CONFIRMED, ended.ended_at, ended.notice_id, ended.attempt,
        code=str(ended.code), diagnostic=ended.reply,
    )  # fmt: skip


def _columns(ended: Sequence[Ended]) -> dict[str, Any]:
    return {
        "notice_ids": [one.notice_id for one in ended],
        "numbers": [one.attempt for one in ended],
        "started": [one.started_at for one in ended],
        "ended": [one.ended_at for one in ended],
        "outcomes": [one.outcome.value for one in ended],
        "codes": [one.code for one in ended],
        "enhanced": [one.enhanced for one in ended],
        "replies": [one.reply for one in ended],
        "hashes": [one.message_sha256 for one in ended],
        "next_at": [one.next_at for one in ended],
        "reasons": [one.bounce_class for one in ended],
    }


def _rowcount(session: Session, statement: str, values: dict[str, Any]) -> int:
    return session.execute(sa.text(statement), values).rowcount  # type: ignore[attr-defined,no-any-return]  # a cursor result
