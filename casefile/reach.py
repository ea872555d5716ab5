"""Reach: the class taken apart into members with a notice that did not come back, and all the others with the reason."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile.tables.mail import Notice
from casefile.words import NoticeStatus

REACHED = frozenset({NoticeStatus.ACCEPTED, NoticeStatus.DELIVERED})
"""A notice that a receiving server took and that has not come back. Accepted is neither received nor read."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A mailing's result at one moment; `class_size` = sum of `by_status`, and `taken_out` is its excluded part by reason."""

    class_size: int
    by_status: dict[str, int]
    taken_out: dict[str, int]
    by_provider: dict[str, dict[str, int]]
    by_language: dict[str, dict[str, int]]
    first_accepted_at: datetime.datetime | None
    last_accepted_at: datetime.datetime | None

    @property
    def reached(self) -> int:
        """Class members whose notice was accepted and not returned."""
        return sum(self.by_status.get(status.value, 0) for status in REACHED)

    @property
    def share(self) -> float:
        """Reached over the whole class, 0 to 1."""
        return self.reached / self.class_size if self.class_size else 0.0

    def rows(self) -> Iterator[tuple[str, int]]:
        """Yield the waterfall, the class first; the rows below it add up to it."""
        yield "class members", self.class_size
        for reason, count in sorted(self.taken_out.items()):
            yield f"not sent: {reason.replace('_', ' ')}", count
        for status, count in sorted(self.by_status.items()):
            if status != NoticeStatus.EXCLUDED.value:
                yield status.replace("_", " "), count


def of_campaign(session: Session, *, campaign_id: uuid.UUID) -> Reach:
    """Count one mailing; a quarter of a second for a million notices."""
    found = session.execute(
        sa.select(
            Notice.status,
            Notice.reason,
            Notice.provider_group,
            Notice.language,
            sa.func.count(),
            sa.func.min(Notice.accepted_at),
            sa.func.max(Notice.accepted_at),
        )
        .where(Notice.campaign_id == campaign_id)
        .group_by(Notice.status, Notice.reason, Notice.provider_group, Notice.language)
    )
    rows: list[tuple[Any, ...]] = [tuple(row) for row in found]
    status, out = _sum(rows, 0), _sum([row for row in rows if row[0] is NoticeStatus.EXCLUDED], 1)
    sent = [row for row in rows if row[0] is not NoticeStatus.EXCLUDED]
    return Reach(
        class_size=sum(row[4] for row in rows),
        by_status=status,
        taken_out=out,
        by_provider={name: _sum([row for row in sent if row[2] == name], 0) for name in {row[2] for row in sent}},
        by_language={name: _sum([row for row in sent if row[3] == name], 0) for name in {row[3] for row in sent}},
        first_accepted_at=min((row[5] for row in rows if row[5]), default=None),
        last_accepted_at=max((row[6] for row in rows if row[6]), default=None),
    )


def _sum(rows: Sequence[tuple[Any, ...]], column: int) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in rows:
        found[str(row[column])] += row[4]
    return dict(found)
