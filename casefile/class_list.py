"""The class list: which source rows are one person, under which lasting member id, and the counts of it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import audit, bulk, codes
from casefile.consolidation import STATEMENTS
from casefile.tables.claims import MatchRun
from casefile.tables.people import PERSON_COLUMNS, ClassMember, Disclosure, MemberRow, SourceFile, SourceRow
from casefile.words import RowOutcome

USABLE = (RowOutcome.ACCEPTED, RowOutcome.WARNED)


def rows_to_consolidate(session: Session) -> pa.Table:
    """Return every usable source row as text: `id`, the person columns, `merchant`, `purchased_on`, `kind` of its file.

    Order is by id, so that the same rows always give the same class list.
    """
    query = (
        sa.select(
            SourceRow.id,
            *(getattr(SourceRow, column) for column in PERSON_COLUMNS),
            SourceRow.merchant,
            SourceRow.purchased_on,
            SourceFile.kind,
        )
        .join(SourceFile, SourceFile.id == SourceRow.source_file_id)
        .where(SourceRow.outcome.in_(USABLE))
        .order_by(SourceRow.id)
    )
    return bulk.read(session, query)


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving a class list changed."""

    members: int
    new_members: int
    merged_members: int
    rows_joined: int
    rows_outside_class: int


def save(
    session: Session,
    *,
    clusters: pa.Table,
    joins: pa.Table,
    model: dict[str, Any],
    counts: dict[str, Any],
    started_at: datetime.datetime,
) -> Saved:
    """Make the class list agree with the matcher's clusters, in one transaction; running it again changes nothing.

    `clusters` has one row per usable source row: `source_row_id`, `cluster`, `household` (text, may be null). `joins` has, for
    rows that share a cluster with others, `source_row_id`, `probability` and `evidence` (JSON text). A cluster becomes the
    member that already holds most of its rows; a member whose rows all went elsewhere says where; clusters without a row of
    a disclosure list (shoppers of the order logs only) are outside the class.
    """
    session.execute(sa.text("select pg_advisory_xact_lock(hashtextextended('class-list-' || :case, 0))"), _case(session))
    bulk.stage(session, name="cluster_of_text", data=clusters)
    bulk.stage(session, name="join_text", data=joins)
    result: dict[str, int] = {}
    for name, statement in STATEMENTS.items():
        if name == "new_members":
            _stage_notice_ids(session)
        result[name] = session.execute(sa.text(statement)).rowcount  # type: ignore[attr-defined]
    saved = Saved(
        members=session.scalar(sa.select(sa.func.count()).where(ClassMember.merged_into_id.is_(None))) or 0,
        new_members=result["new_members"],
        merged_members=result["merged_members"],
        rows_joined=session.scalar(sa.select(sa.func.count()).select_from(MemberRow)) or 0,
        rows_outside_class=session.scalar(sa.text("select count(*) from cluster_of where member_id is null")) or 0,
    )
    after = {**counts, **{field: getattr(saved, field) for field in Saved.__slots__}}
    run = MatchRun(kind="dedupe", started_at=started_at, model=model, counts=after)
    session.add(run)
    session.flush()
    audit.record(session, action="class_list.built", subject="match_run", subject_id=run.id, after=after)
    return saved


def _case(session: Session) -> dict[str, str]:
    return {"case": str(session.info["case_id"])}


def _stage_notice_ids(session: Session) -> None:
    """Give every cluster that needs a new member a notice ID that no other member of the case has."""
    wanted = session.scalar(sa.text("select count(*) from cluster where in_class and member_id is null")) or 0
    taken: set[str] = set(session.scalars(sa.select(ClassMember.notice_id)))
    found: list[str] = []
    while len(found) < wanted:
        fresh = [code for code in codes.new_many(wanted - len(found)) if code not in taken]
        taken.update(fresh)
        found.extend(fresh)
    bulk.stage(
        session,
        name="new_notice_id",
        data=pa.table({"position": pa.array(range(1, wanted + 1), pa.int64()), "notice_id": pa.array(found, pa.string())}),
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """The class list by rows, persons, households and state, and what is needed to reach people."""

    source_rows: int
    rows_in_class: int
    persons: int
    households: int
    with_email: int
    with_address: int
    by_region: dict[str, int]


def counts(session: Session) -> Counts:
    """Return the counts of the case's class list."""
    live = ClassMember.merged_into_id.is_(None)
    filled = sa.func.count().filter
    totals = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(sa.distinct(sa.func.coalesce(ClassMember.household, sa.cast(ClassMember.id, sa.Text)))),
            filled(ClassMember.email.is_not(None)),
            filled(ClassMember.street.is_not(None), ClassMember.postcode.is_not(None)),
        ).where(live)
    ).one()
    regions = session.execute(
        sa.select(sa.func.coalesce(ClassMember.region, ""), sa.func.count())
        .where(live)
        .group_by(sa.text("1"))
        .order_by(sa.text("2 desc, 1"))
    ).all()
    return Counts(
        source_rows=session.scalar(sa.select(sa.func.count()).select_from(SourceRow)) or 0,
        rows_in_class=session.scalar(sa.select(sa.func.count()).select_from(MemberRow)) or 0,
        persons=totals[0],
        households=totals[1],
        with_email=totals[2],
        with_address=totals[3],
        by_region={row[0]: row[1] for row in regions},
    )


def members(session: Session) -> pa.Table:
    """Return every row of every live member as text: `member_id`, the person columns, `merchant`; ordered by member and row."""
    query = (
        sa.select(
            MemberRow.member_id,
            *(getattr(SourceRow, column) for column in PERSON_COLUMNS),
            SourceRow.merchant,
        )
        .join(SourceRow, SourceRow.id == MemberRow.source_row_id)
        .order_by(MemberRow.member_id, SourceRow.id)
    )
    return bulk.read(session, query)


def placed_rows(session: Session) -> pa.Table:
    """Return where every member's row came from: `file` (name as received), `row_number` and `member_id`, as text."""
    query = (
        sa.select(SourceFile.original_name.label("file"), SourceRow.row_number, MemberRow.member_id)
        .join(SourceRow, SourceRow.source_file_id == SourceFile.id)
        .join(MemberRow, MemberRow.source_row_id == SourceRow.id)
        .order_by(SourceFile.original_name, SourceRow.row_number)
    )
    return bulk.read(session, query)


def rows_of(session: Session, *, member_id: uuid.UUID) -> Sequence[Any]:
    """Return the source rows of a member with their file and the evidence for their join, as they came in."""
    return session.execute(
        sa.select(SourceRow, SourceFile, MemberRow)
        .join(MemberRow, MemberRow.source_row_id == SourceRow.id)
        .join(SourceFile, SourceFile.id == SourceRow.source_file_id)
        .where(MemberRow.member_id == member_id)
        .order_by(SourceFile.received_at, SourceRow.row_number)
    ).all()


def current(session: Session, *, member_id: uuid.UUID) -> ClassMember | None:
    """Return a member, following what it was merged into."""
    member = session.get(ClassMember, member_id)
    while member is not None and member.merged_into_id is not None:
        member = session.get(ClassMember, member.merged_into_id)
    return member


def by_notice_id(session: Session, *, notice_id: str) -> ClassMember | None:
    """Return the member whose notice carries this ID (tidied by `codes.tidy`), following merges."""
    found = session.scalar(sa.select(ClassMember.id).where(ClassMember.notice_id == notice_id))
    return None if found is None else current(session, member_id=found)


def renew_pin(session: Session, *, member_id: uuid.UUID) -> int:
    """Make a member's PIN a new one by raising its counter; returns the counter."""
    counter = session.scalar(
        sa.update(ClassMember)
        .where(ClassMember.id == member_id)
        .values(pin_counter=ClassMember.pin_counter + 1)
        .returning(ClassMember.pin_counter)
    )
    assert isinstance(counter, int)
    audit.record(session, action="member.pin_renewed", subject="member", subject_id=member_id, after={"counter": counter})
    return counter


def disclosures_of(session: Session, *, member_id: uuid.UUID) -> Sequence[Disclosure]:
    """Return which lists a member's data was on."""
    return session.scalars(sa.select(Disclosure).where(Disclosure.member_id == member_id).order_by(Disclosure.id)).all()
