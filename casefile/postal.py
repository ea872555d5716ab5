"""Post: who gets the notice on paper because e-mail does not reach them, in files that count every one of them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import audit, errors, member_results
from casefile.member_results import Result
from casefile.tables.postal import PostalFile, PostalRow

UNREACHABLE = (
    Result.NO_ADDRESS, Result.INVALID, Result.SUPPRESSED, Result.DUPLICATE_ADDRESS, Result.BAD_ADDRESS,
)  # fmt: skip
"""Results after which only post is left: there is no e-mail address of the member's own, or it is bad."""

UNDELIVERED = (Result.RETURNED, Result.REFUSED, Result.EXPIRED)
"""Results after which a second mailing may still help; post goes to these only when it is asked for."""

IN_FILE, LISTED, EXCLUDED, SUPPRESSED, NO_ADDRESS = "in_file", "listed", "excluded", "suppressed", "no_postal_address"
"""What becomes of somebody who is to be written to: in this file, in an earlier one, left the class, the post brought the same
address back, no postal address known. These add up to those who are wanted."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One run over the class: `wanted` = sum of `counts`. `file` is None when nobody new is to be written to."""

    wanted: int
    counts: dict[str, int]
    by_reason: dict[str, int]
    """Those in the file by why e-mail does not reach them."""
    late: int
    """Those in the file whom the case's rule wanted in one earlier."""
    file: PostalFile | None


def files(session: Session) -> Sequence[PostalFile]:
    """Return the files made so far, the first first."""
    return session.scalars(sa.select(PostalFile).order_by(PostalFile.number)).all()


def by_number(session: Session, *, number: int) -> PostalFile:
    """Return a file. Raises `NotFound`."""
    found = session.scalar(sa.select(PostalFile).where(PostalFile.number == number))
    if found is None:
        raise errors.NotFound(f"There is no postal file {number}.")
    return found


def rows_of(session: Session, *, postal_file_id: uuid.UUID) -> Iterator[PostalRow]:
    """Yield a file's rows in their order, ten thousand at a time."""
    query = sa.select(PostalRow).where(PostalRow.postal_file_id == postal_file_id).order_by(PostalRow.row_number)
    yield from session.scalars(query.execution_options(yield_per=10_000))


def make_file(
    session: Session, *, languages: tuple[str, ...], notice_on: datetime.date, postal_days: int, with_undelivered: bool = False
) -> Listing:
    """Put everybody who is to be written to by post and stands in no file yet into a new file.

    `postal_days` is the case's rule: post follows within so many days of the notice date or, later, of the return. Running it
    again at once makes no second file.
    """
    session.execute(
        sa.text("select pg_advisory_xact_lock(hashtextextended('redress-postal-' || current_setting('app.case_id'), 0))")
    )
    member_results.fill(session)
    results = [result.value for result in (*UNREACHABLE, *(UNDELIVERED if with_undelivered else ()))]
    session.execute(sa.text("drop table if exists pg_temp.postal_wanted"))
    session.execute(
        sa.text(_WANTED),
        {"results": results, "languages": list(languages), "first": languages[0], "notice_on": notice_on},
    )
    counts = _counts(session, "outcome")
    by_reason = _counts(session, "why", where=f"outcome = '{IN_FILE}'")
    late = session.scalars(
        sa.text(
            f"select count(*) from postal_wanted where outcome = '{IN_FILE}' and since + make_interval(days => :days) < now()"
        ),
        {"days": postal_days},
    ).one()
    file = _write(session, counts, by_reason, late) if counts.get(IN_FILE) else None
    return Listing(sum(counts.values()), counts, by_reason, late, file)


def keep_sha256(session: Session, *, postal_file_id: uuid.UUID, sha256: str) -> None:
    """Keep the hash of a file as it was handed over, and say so in the trail."""
    file = session.get_one(PostalFile, postal_file_id)
    file.sha256 = sha256
    after = {"number": file.number, "rows": file.rows, "counts": file.counts, "sha256": sha256}
    audit.record(session, action="postal.listed", subject="postal_file", subject_id=file.id, after=after)


def record_returned(session: Session, *, returned: Mapping[str, str], at: datetime.datetime) -> list[str]:
    """Write that the post brought letters back: notice ID (tidied) -> why. Return the IDs that stand in no file.

    The newest letter to a member is the one that came back; again changes nothing.
    """
    found = session.scalars(
        sa.text("""
        with back as (
            select * from unnest(cast(:ids as text[]), cast(:whys as text[])) as t(notice_id, why)
        ), newest as (
            select distinct on (r.notice_id) r.id, r.notice_id, back.why from postal_rows r join back using (notice_id)
                join postal_files f on f.id = r.postal_file_id order by r.notice_id, f.number desc
        ), written as (
            update postal_rows r set returned_at = :at, returned_why = newest.why
            from newest where r.id = newest.id and r.returned_at is null
        ) select notice_id from newest
        """),
        {"ids": list(returned), "whys": list(returned.values()), "at": at},
    ).all()
    unknown = sorted(set(returned) - set(found))
    audit.record(session, action="postal.returned", subject="postal_file", subject_id="", after={"letters": len(found)})
    return unknown


_BLANK = "coalesce(trim(m.{}), '') = ''"

_WANTED = f"""
create temp table postal_wanted on commit drop as
with latest as (
    select distinct on (r.member_id) r.* from postal_rows r join postal_files f on f.id = r.postal_file_id
    order by r.member_id, f.number desc
), bounced as (
    select n.member_id, min(e.occurred_at) as at from delivery_events e join notices n on n.id = e.notice_id
    where e.kind = 'bounced_hard' group by 1
)
select m.*, case when m.language = any(:languages) then m.language else :first end as printed_language,
    case when rm.result = '{Result.NO_MAILING}' then '{Result.NO_ADDRESS}' else rm.result end as why,
    greatest(bounced.at, cast(:notice_on as timestamptz)) as since,
    case
        when exists (select from exclusions e where e.member_id = m.id) then '{EXCLUDED}'
        when rm.postal_file is not null and rm.postal_returned_at is null then '{LISTED}'
        when rm.postal_file is not null and (latest.id is null or (latest.street, latest.unit, latest.city, latest.region,
            latest.postcode) = (coalesce(m.street, ''), coalesce(m.unit, ''), coalesce(m.city, ''), coalesce(m.region, ''),
            coalesce(m.postcode, ''))) then '{SUPPRESSED}'
        when {_BLANK.format("street")} or ({_BLANK.format("postcode")} and ({_BLANK.format("city")} or {_BLANK.format("region")}))
            then '{NO_ADDRESS}'
        else '{IN_FILE}' end as outcome
from reach_members rm join class_members m on m.id = rm.member_id
    left join latest on latest.member_id = m.id left join bounced on bounced.member_id = m.id
where rm.result = any(:results) or (rm.result = '{Result.NO_MAILING}' and {_BLANK.format("email")})
"""


def _counts(session: Session, column: str, *, where: str = "true") -> dict[str, int]:
    rows = session.execute(sa.text(f"select {column}, count(*) from postal_wanted where {where} group by 1 order by 1"))
    return {row[0]: row[1] for row in rows}


def _write(session: Session, counts: dict[str, int], by_reason: dict[str, int], late: int) -> PostalFile:
    last = session.scalar(sa.select(sa.func.max(PostalFile.number))) or 0
    file = PostalFile(
        number=last + 1,
        kind=member_results.CLASS_NOTICE,
        rows=counts[IN_FILE],
        counts={"wanted": sum(counts.values()), "outcomes": counts, "by_reason": by_reason, "late": late},
    )
    session.add(file)
    session.flush()
    session.execute(
        sa.text(f"""
        insert into postal_rows (postal_file_id, member_id, row_number, why, language, notice_id, pin_counter, full_name, street,
            unit, city, region, postcode, merchant)
        select :file_id, id, row_number() over (order by postcode, street, id), why, printed_language, notice_id, pin_counter,
            coalesce(nullif(trim(full_name), ''), concat_ws(' ', given_name, middle_name, family_name, suffix)),
            coalesce(street, ''), coalesce(unit, ''), coalesce(city, ''), coalesce(region, ''), coalesce(postcode, ''),
            coalesce(merchant, '')
        from postal_wanted where outcome = '{IN_FILE}'
        """),
        {"file_id": file.id},
    )
    return file
