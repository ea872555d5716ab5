"""Reports: the counts of a case read in one statement, so that every number of a paper is of the same moment."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

NOT_RETURNED = ("accepted", "delivered")
"""Accepted by the receiving server and not returned. It is not "received" and not "read", and no paper may say so."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where a case stands at one moment; each mapping adds up to its total, which the database counted separately."""

    at: datetime.datetime
    files: int
    rows_in: int
    rows_by_outcome: Mapping[str, int]
    members: int
    members_reached: int
    notices: int
    notices_by_status: Mapping[str, int]
    claims: int
    claims_by_status: Mapping[str, int]
    claims_by_band: Mapping[str, int]
    decisions: int
    exclusions: int

    @property
    def reach(self) -> float:
        """Members with at least one class notice that was accepted and not returned, over class members (0 to 1)."""
        return self.members_reached / self.members if self.members else 0.0

    def faults(self) -> list[str]:
        """Return a sentence for every sum that does not add up; none is the only good answer."""
        sums = (
            ("source rows", self.rows_in, self.rows_by_outcome),
            ("notices", self.notices, self.notices_by_status),
            ("claims by status", self.claims, self.claims_by_status),
            ("claims by band", self.claims, self.claims_by_band),
        )
        return [
            f"{what}: {total:,} in all, but {sum(parts.values()):,} by kind"
            for what, total, parts in sums
            if sum(parts.values()) != total
        ]


_MAILED = "campaign_id in (select id from campaigns where not policy ?| array['standing', 'rehearsal'])"
"""Notices of mailings: neither single mails such as receipts, nor the copies of a dry run."""


def _by(table: str, column: str, *, where: str = "true") -> str:
    return (
        f"(select coalesce(jsonb_object_agg(word, n), '{{}}') from "
        f"(select coalesce({column}, 'not matched yet') as word, count(*) as n from {table} where {where} group by 1) counted)"
    )


_STATUS = sa.text(f"""
select now() as at,
    (select count(*) from source_files) as files,
    (select coalesce(sum(rows_in), 0) from source_files) as rows_in,
    {_by("source_rows", "outcome")} as rows_by_outcome,
    (select count(*) from class_members where merged_into_id is null) as members,
    (select count(distinct coalesce(m.merged_into_id, m.id)) from notices n join class_members m on m.id = n.member_id
        where {_MAILED} and n.status = any(:not_returned)) as members_reached,
    (select count(*) from notices where {_MAILED}) as notices,
    {_by("notices", "status", where=_MAILED)} as notices_by_status,
    (select count(*) from claims) as claims,
    {_by("claims", "status")} as claims_by_status,
    {_by("claims", "band")} as claims_by_band,
    (select count(*) from decisions) as decisions,
    (select count(*) from exclusions) as exclusions
""")


def status(session: Session) -> Status:
    """Return where the session's case stands; one statement reads one snapshot."""
    row = session.execute(_STATUS, {"not_returned": list(NOT_RETURNED)}).mappings().one()
    return Status(**row)


def as_json(found: Status) -> dict[str, object]:
    """Return a status as plain values, for a job's result or a file."""
    values = {name: getattr(found, name) for name in Status.__slots__}
    return {**values, "at": found.at.isoformat(), "reach": round(found.reach, 6), "faults": found.faults()}
