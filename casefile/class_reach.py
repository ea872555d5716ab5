"""Reach over the whole class: what became of every member in all mailings of the class notice, at one moment."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import campaigns, database, mailings, member_results
from casefile.mailings import Mailing
from casefile.member_results import NOT_SENT, WAITING, Result
from casefile.outcomes import TERMINAL
from casefile.words import CampaignStatus, NoticeStatus
from matching.normalise.street_words import STATES


@dataclass(frozen=True, slots=True)
class Received:
    """A source file of the class list."""

    name: str
    kind: str
    sha256: str
    rows_in: int
    received_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class ClassReach:
    """The whole class at one moment: `class_size` is the sum of `results`, and of each breakdown."""

    at: datetime.datetime
    class_size: int
    results: dict[str, int]
    accepted_by_mailing: dict[str, int]
    by_provider: dict[str, dict[str, int]]
    by_language: dict[str, dict[str, int]]
    by_state: dict[str, dict[str, int]]
    posted: int
    """Members whom no mail reached and who stand in a postal file that has not come back."""
    posted_returned: int
    doubts: dict[str, int]
    events: dict[str, int]
    mailings: tuple[Mailing, ...] = ()
    files: tuple[Received, ...] = ()
    postal_files: tuple[tuple[int, datetime.datetime, int], ...] = ()
    """Number, when it was made, and rows of each file for the mail house."""
    exclusions: int = 0
    claims: int = 0
    audience_faults: tuple[str, ...] = field(default=())

    @property
    def reached(self) -> int:
        """Members with at least one notice that was accepted and has not come back."""
        return self.results.get(Result.ACCEPTED, 0)

    @property
    def sent(self) -> int:
        """Members to whom at least one notice was sent or is to be sent."""
        return self.class_size - sum(self.results.get(result, 0) for result in NOT_SENT)

    @property
    def share(self) -> float:
        """Reached by e-mail over the class, 0 to 1."""
        return self.reached / self.class_size if self.class_size else 0.0

    @property
    def share_with_post(self) -> float:
        """Reached by e-mail or written to by post without return, over the class, 0 to 1."""
        return (self.reached + self.posted) / self.class_size if self.class_size else 0.0

    def faults(self) -> list[str]:
        """Return a sentence for everything that keeps the report from being final; none is what a court should see."""
        sums = (
            ("results", self.results.values()),
            ("languages", (sum(parts.values()) for parts in self.by_language.values())),
            ("states", (sum(parts.values()) for parts in self.by_state.values())),
        )
        found = [
            f"The {what} add up to {total:,}, not to the class of {self.class_size:,}."
            for what, parts in sums
            if (total := sum(parts)) != self.class_size
        ]
        found += self.audience_faults
        found += [
            f'"{mailing.name}" is {mailing.status.value}, not settled: its figures may still change.'
            for mailing in self.mailings
            if mailing.status not in {CampaignStatus.SETTLED, CampaignStatus.CANCELLED}
        ]
        return found


@contextmanager
def open_snapshot(engine: database.Engine, *, case_id: uuid.UUID, actor: str) -> Iterator[Session]:
    """One transaction in the case in which every statement sees the same moment (repeatable read), for reports."""
    frozen = engine.execution_options(isolation_level="REPEATABLE READ")
    with database.case_session(frozen, case_id=case_id, actor=actor) as session:
        yield session


def gather(session: Session) -> ClassReach:
    """Read everything that the reach report says, in a session of `open_snapshot`; about ten seconds for a million members.

    Leaves the temporary table that `member_results.write_annex` reads, so that figures and annex are the same rows.
    """
    member_results.fill(session)
    totals, by_mailing, (by_provider, by_language, by_region) = member_results.groups(session)
    found = mailings.every(session)
    return ClassReach(
        at=session.scalars(sa.text("select now()")).one(),
        class_size=session.scalars(sa.text("select count(*) from class_members where merged_into_id is null")).one(),
        results=totals,
        accepted_by_mailing=by_mailing,
        by_provider=by_provider,
        by_language=by_language,
        by_state=_by_state(by_region),
        doubts=_doubts(session),
        events=_events(session),
        mailings=found,
        files=_files(session),
        postal_files=_postal_files(session),
        audience_faults=tuple(_audience_faults(found)),
        **_scalars(session),
    )


def _by_state(by_region: Mapping[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Put the spellings of a state together under its two letters."""
    found: dict[str, Counter[str]] = {}
    for region, parts in by_region.items():
        word = " ".join(region.lower().replace(".", " ").split())
        name = STATES.get(word, word).upper()
        found.setdefault(name, Counter()).update(parts)
    return {name: dict(found[name]) for name in sorted(found)}


def _audience_faults(found: tuple[Mailing, ...]) -> Iterator[str]:
    for mailing in found:
        if (total := sum(mailing.by_status.values())) != mailing.audience:
            yield f'"{mailing.name}" has {total:,} notices for an audience of {mailing.audience:,}.'
        if mailing.status is CampaignStatus.SETTLED and {NoticeStatus(status) for status in mailing.by_status} - TERMINAL:
            yield f'"{mailing.name}" is settled, but some of its notices are not in a final state.'


def _doubts(session: Session) -> dict[str, int]:
    """Count the notices that were ever in doubt by how the doubt ended; each stands once."""
    rows = session.execute(
        sa.text(f"""
        select case
            when n.status = 'in_doubt' then 'still in doubt'
            when r.notice_id is not null then 'sent again with the same Message-ID'
            when n.status in ('accepted', 'delivered') then 'shown to have been accepted'
            when n.status in ('bounced_hard', 'bounced_soft') then 'shown by its return to have been accepted'
            when n.status = 'expired' then 'left as it was by decision'
            when n.status in {WAITING} then 'waiting to be tried again'
            else 'ended otherwise' end as ending, count(*)
        from (select distinct notice_id from attempts where outcome = 'in_doubt') d
            join notices n on n.id = d.notice_id join campaigns c on c.id = n.campaign_id and not c.policy ? :rehearsal
            left join (select distinct notice_id from delivery_events where kind = 'resend') r on r.notice_id = n.id
        group by 1 order by 1
        """),
        {"rehearsal": campaigns.REHEARSAL},
    )
    return {row[0]: row[1] for row in rows}


def _events(session: Session) -> dict[str, int]:
    """Count the notices of mailings with each kind of event."""
    rows = session.execute(
        sa.text("""
        select e.kind, count(distinct e.notice_id) from delivery_events e join notices n on n.id = e.notice_id
            join campaigns c on c.id = n.campaign_id
        where not c.policy ? :rehearsal and not c.policy ? :standing group by 1 order by 1
        """),
        {"rehearsal": campaigns.REHEARSAL, "standing": campaigns.STANDING},
    )
    return {row[0]: row[1] for row in rows}


def _files(session: Session) -> tuple[Received, ...]:
    rows = session.execute(
        sa.text("select original_name, kind, sha256, rows_in, received_at from source_files order by received_at, id")
    )
    return tuple(Received(*row) for row in rows)


def _postal_files(session: Session) -> tuple[tuple[int, datetime.datetime, int], ...]:
    rows = session.execute(sa.text("select number, made_at, rows from postal_files order by number"))
    return tuple((row[0], row[1], row[2]) for row in rows)


def _scalars(session: Session) -> dict[str, int]:
    row = session.execute(
        sa.text("""
        select
            (select count(*) from reach_members where result <> :accepted and postal_file is not null
                and postal_returned_at is null) as posted,
            (select count(*) from reach_members where result <> :accepted and postal_returned_at is not null) as posted_returned,
            (select count(*) from exclusions) as exclusions,
            (select count(*) from claims where status <> 'draft') as claims
        """),
        {"accepted": Result.ACCEPTED},
    ).mappings()
    return dict(row.one())
