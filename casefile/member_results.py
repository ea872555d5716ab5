"""What became of each member in all mailings of the class notice: one result per member, worked out in the database."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import bulk, campaigns
from casefile.audience import Reason
from casefile.words import NoticeStatus

CLASS_NOTICE = "class_notice"
"""The kind whose mailings count for reach: the notice that the court ordered, first and mailed again. Reminders do not."""


class Result(StrEnum):
    """What became of one member; each member of the class has exactly one."""

    ACCEPTED = "accepted"
    IN_DOUBT = "in_doubt"
    WAITING = "waiting"
    BAD_ADDRESS = "bad_address"
    RETURNED = "returned"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    EXCLUDED = Reason.EXCLUDED.value
    NO_ADDRESS = Reason.NO_ADDRESS.value
    INVALID = Reason.INVALID.value
    SUPPRESSED = Reason.SUPPRESSED.value
    DUPLICATE_ADDRESS = Reason.DUPLICATE_ADDRESS.value
    NO_MAILING = "no_mailing"


NOT_SENT = (
    Result.EXCLUDED, Result.NO_ADDRESS, Result.INVALID, Result.SUPPRESSED, Result.DUPLICATE_ADDRESS, Result.NO_MAILING,
    Result.CANCELLED,
)  # fmt: skip
"""Results of members to whom no message went out."""

WAITING = tuple(
    status.value
    for status in (
        NoticeStatus.PLANNED, NoticeStatus.READY, NoticeStatus.LEASED, NoticeStatus.TRANSMITTING, NoticeStatus.DEFERRED,
    )
)  # fmt: skip
"""Statuses of a notice that is still to be tried."""

_RESULT = f"""case
    when n.status in ('accepted', 'delivered') then '{Result.ACCEPTED}'
    when n.status = 'in_doubt' then '{Result.IN_DOUBT}'
    when n.status in {WAITING} then '{Result.WAITING}'
    when n.status = 'bounced_hard' or (n.status = 'rejected' and n.reason = 'hard') then '{Result.BAD_ADDRESS}'
    when n.status = 'rejected' and n.reason = 'policy' then '{Result.REFUSED}'
    when n.status in ('bounced_soft', 'rejected') then '{Result.RETURNED}'
    when n.status = 'expired' then '{Result.EXPIRED}'
    when n.status = 'cancelled' then '{Result.CANCELLED}'
    when n.reason = '{Reason.NOT_CHOSEN}' then '{Result.NO_MAILING}'
    else n.reason end"""

_MERGED = """
chain as (
    select id, merged_into_id as into_id from class_members where merged_into_id is not null
    union select chain.id, m.merged_into_id from chain join class_members m on m.id = chain.into_id
        where m.merged_into_id is not null
), living as (
    select chain.id, chain.into_id from chain join class_members m on m.id = chain.into_id where m.merged_into_id is null
)"""
"""A member that was merged into another -> the member that lives on, whose notice it counts as."""

_MEMBERS = f"""
create temp table reach_members on commit drop as
with recursive {_MERGED}, told as (
    select coalesce(living.into_id, n.member_id) as member_id, n.id, n.status, n.provider_group, n.language, n.accepted_at,
        n.last_code, n.attempts, c.name as mailing, {_RESULT} as result
    from notices n join campaigns c on c.id = n.campaign_id left join living on living.id = n.member_id
    where c.kind = :kind and not c.policy ? :rehearsal and not c.policy ? :standing and n.member_id is not null
), best as (
    select distinct on (member_id) * from told order by member_id, case result
        when '{Result.ACCEPTED}' then 9 when '{Result.IN_DOUBT}' then 8 when '{Result.WAITING}' then 7
        when '{Result.NO_MAILING}' then 0 when '{Result.CANCELLED}' then 2
        else case status when 'excluded' then 1 else 5 end end desc, id desc
), sums as (
    select member_id, count(*) filter (where attempts > 0) as notices, sum(attempts) as attempts from told group by member_id
), posted as (
    select distinct on (member_id) coalesce(living.into_id, r.member_id) as member_id, f.number, r.returned_at
    from postal_rows r join postal_files f on f.id = r.postal_file_id left join living on living.id = r.member_id
    where f.kind = :kind order by 1, f.number desc
)
select m.id as member_id, m.notice_id, coalesce(best.result, '{Result.NO_MAILING}') as result,
    coalesce(best.mailing, '') as mailing, coalesce(best.language, m.language) as language, coalesce(m.region, '') as region,
    case when sums.notices > 0 then best.provider_group else '' end as provider_group,
    coalesce(sums.notices, 0) as notices, coalesce(sums.attempts, 0) as attempts, best.accepted_at, best.last_code,
    posted.number as postal_file, posted.returned_at as postal_returned_at
from class_members m left join best on best.member_id = m.id left join sums on sums.member_id = m.id
    left join posted on posted.member_id = m.id
where m.merged_into_id is null
"""


def write_annex(session: Session, *, path: Path) -> tuple[int, str]:
    """Write every member's result as CSV, ordered by notice ID, after `fill`; return its rows and its SHA-256.

    Nobody is named: the notice ID leads back to the member. Half written files do not stay under the path's name.
    """
    digest, rows, draft = hashlib.sha256(), -1, path.with_name(f"{path.name}.draft")
    query = f"copy ({_ANNEX}) to stdout (format csv, header)"
    with draft.open("wb") as file, bulk.connection_of(session).cursor().copy(query.encode()) as lines:
        for line in lines:
            file.write(line)
            digest.update(line)
            rows += bytes(line).count(b"\n")
    draft.replace(path)
    return rows, digest.hexdigest()


def _safe(column: str) -> str:
    """Free text in a CSV file must not run as a formula in a spreadsheet (OWASP, CSV injection), nor break a line."""
    text = f"translate({column}, E'\\n\\r\\t', '   ')"
    return f"case when {text} ~ '^[=+@-]' then '''' || {text} else {text} end"


_ANNEX = f"""
select notice_id, result, {_safe("mailing")} as mailing, language, {_safe("region")} as state, provider_group as receiving_system,
    notices as notices_sent, attempts, to_char(accepted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as accepted_at,
    last_code as last_reply_code, postal_file,
    to_char(postal_returned_at at time zone 'UTC', 'YYYY-MM-DD') as postal_returned_on
from reach_members order by notice_id
"""


def read_annex(path: Path) -> Counter[str]:
    """Count an annex by result again, for whoever checks a report against its annex."""
    with path.open(newline="", encoding="utf-8") as file:
        return Counter(row["result"] for row in csv.DictReader(file))


def fill(session: Session) -> None:
    """Work out every member's result into a temporary table that lives until the transaction ends; 10 s for a million."""
    parameters = {"kind": CLASS_NOTICE, "rehearsal": campaigns.REHEARSAL, "standing": campaigns.STANDING}
    # Without fresh statistics, as after a large import, the planner would join a million rows by nested loops.
    session.execute(sa.text("set local enable_nestloop = off"))
    session.execute(sa.text("set local jit = off"))  # compiling took a third of the time of 300,000 members
    session.execute(sa.text("set local work_mem = '64MB'"))
    session.execute(sa.text("drop table if exists pg_temp.reach_members"))
    session.execute(sa.text(_MEMBERS), parameters)


def groups(session: Session) -> tuple[dict[str, int], dict[str, int], list[dict[str, dict[str, int]]]]:
    """Count the members by result, the accepted ones by mailing, and results by receiving system, language and state."""
    rows = session.execute(
        sa.text("""
        select grouping(provider_group) = 0, grouping(language) = 0, grouping(region) = 0, grouping(mailing) = 0,
            coalesce(provider_group, language, region, mailing, ''), result, count(*)
        from reach_members
        group by grouping sets ((result), (provider_group, result), (language, result), (region, result), (mailing, result))
        """)
    )
    totals: dict[str, int] = {}
    by_mailing: dict[str, int] = {}
    parts: list[dict[str, dict[str, int]]] = [{}, {}, {}]
    for *which, name, result, count in rows:
        if not any(which):
            totals[result] = count
        elif which[3]:
            if result == Result.ACCEPTED:
                by_mailing[name] = count
        elif name or not which[0]:  # without a receiving system nothing was sent
            parts[which.index(True)].setdefault(name, {})[result] = count
    ordered = {result.value: totals[result] for result in Result if result in totals}
    return ordered, by_mailing, parts
