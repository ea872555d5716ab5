"""The mail ledger's moving part: leasing notices to a sender, and writing down how its attempts ended."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile.audience import SCOPE_ALL, SCOPE_REMINDERS
from casefile.delivery_events import CameBack, add_events
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


_CLAIM = sa.text(f"""
with picked as (
    select id from notices
    where campaign_id = :campaign_id and provider_group = :provider_group and next_at <= now()
        and status in ('planned', 'ready', 'deferred')
    order by next_at, id limit :count for update skip locked
), judged as materialized (
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
    unwritten = [one for one in ended if one.notice_id not in written and one.outcome is AttemptOutcome.ACCEPTED]
    if late := _written_otherwise(session, ended=unwritten):
        add_events(session, events=[_evidence(worker, one) for one in late])
    return len(written)


def release(session: Session, *, worker: str, notice_ids: Sequence[uuid.UUID]) -> int:
    """Give leased notices back untried: nothing of them was handed over, so the attempt does not count."""
    given_back = session.execute(
        sa.text("""
        update notices set status = 'ready', leased_by = null, leased_until = null, attempts = attempts - 1
        where id = any(:notice_ids) and leased_by = :worker and status = 'leased' returning id
        """),
        {"notice_ids": list(notice_ids), "worker": worker},
    )
    return len(given_back.all())


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


def _written_otherwise(session: Session, *, ended: Sequence[Ended]) -> list[Ended]:
    """Return those whose attempt a successor has written as something else than accepted; the others are merely written twice."""
    if not ended:
        return []
    rows = session.execute(
        sa.text("select notice_id, number from attempts where notice_id = any(:ids) and outcome <> 'accepted'"),
        {"ids": [one.notice_id for one in ended]},
    )
    taken = {(row.notice_id, row.number) for row in rows}
    return [one for one in ended if (one.notice_id, one.attempt) in taken]


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
