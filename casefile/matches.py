"""Match runs: what the matcher proposed for each claim, and what follows from it unless a person has ruled."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import audit, bulk
from casefile.tables.claims import Candidate, Claim, MatchRun
from casefile.words import CLAIM_TRANSITIONS, ClaimStatus

CANDIDATE_COLUMNS = ("claim_id", "member_id", "rank", "weight", "probability", "household_probability", "band", "evidence")
"""What `save_run` takes; evidence is JSON text, rank 1 is the best candidate."""

_WAITING = (ClaimStatus.SUBMITTED, ClaimStatus.LATE, ClaimStatus.CURED, ClaimStatus.MATCH_REVIEW)
"""A run moves claims that wait for it; what is on hold, in screening or decided is for people to move."""

LOOKED_AT = frozenset({*_WAITING, ClaimStatus.SCREENING})
"""Statuses of claims that a run without `claim_ids` is about: those that `claims.submitted_claims` returns."""


def save_run(
    session: Session,
    *,
    kind: str,
    model: dict[str, Any],
    thresholds: dict[str, Any],
    counts: dict[str, Any],
    started_at: datetime.datetime,
    candidates: pa.Table,
    claim_ids: Sequence[str] | None = None,
) -> uuid.UUID:
    """Keep a run's candidates, set each claim's band, and move claims along; return the run's id.

    The run looked at `claim_ids`, or, without them, at every undecided claim that has not changed since `started_at`; those
    without a candidate get the band "none". Their older candidates stay but are no longer current. A claim whose best candidate
    is beyond dispute is approved; any other that waits goes to review; a claim that a person has ruled on stays as it is, and is
    flagged when the evidence is not what that person saw. Set statements only: 20,000 claims with 60,000 candidates take 8 s.
    """
    run = MatchRun(kind=kind, started_at=started_at, model=model, thresholds=thresholds, counts=counts)
    session.add(run)
    session.flush()
    values = {"run": run.id, "started_at": started_at, "case_id": session.info["case_id"], "actor": session.info["actor"]}
    bulk.stage(session, name="run_candidates", data=candidates.select(list(CANDIDATE_COLUMNS)), like=Candidate)
    _stage_claims(session, claim_ids, values)
    session.execute(sa.text("analyze run_candidates, run_claims"))  # without it the planner compares every row with every other
    session.execute(_RETIRE)
    session.execute(_INSERT, values)
    session.execute(_DECIDED)
    session.execute(_FLAG)
    session.execute(_CONTESTED)
    session.execute(_MOVES, {"waiting": [status.value for status in _WAITING], "approvable": _approvable()})
    session.execute(_APPLY)
    audit.record(
        session, action="match_run.saved", subject="match_run", subject_id=run.id, after={"kind": kind, "counts": counts}
    )
    session.execute(_AUDIT, values)
    for table in ("run_candidates", "run_claims", "decided", "contested", "moves"):
        session.execute(sa.text(f"drop table {table}"))
    return run.id


def runs(session: Session, *, limit: int = 20) -> Sequence[MatchRun]:
    """Return the newest runs first."""
    return session.scalars(sa.select(MatchRun).order_by(MatchRun.finished_at.desc()).limit(limit)).all()


def proposals(session: Session) -> pa.Table:
    """Return every claim with its current candidates as text: `number`, `status`, `band`, `matched_member_id` (of the claim),
    and `member_id`, `rank`, `probability` of the candidate, which are null for a claim without one.
    """
    query = (
        sa.select(
            Claim.number,
            Claim.status,
            Claim.band,
            Claim.member_id.label("matched_member_id"),
            Candidate.member_id,
            Candidate.rank,
            Candidate.probability,
        )
        .outerjoin(Candidate, sa.and_(Candidate.claim_id == Claim.id, Candidate.current))
        .order_by(Claim.number, Candidate.rank)
    )
    return bulk.read(session, query)


def _approvable() -> list[str]:
    return [status.value for status in _WAITING if ClaimStatus.APPROVED in CLAIM_TRANSITIONS[status]]


def _stage_claims(session: Session, claim_ids: Sequence[str] | None, values: dict[str, Any]) -> None:
    """Make `run_claims`: the claims that this run looked at."""
    if claim_ids is None:
        session.execute(_CLAIMS_BY_TIME, values | {"looked_at": sorted(LOOKED_AT)})
        return
    bulk.stage(session, name="run_claim_texts", data=pa.table({"id": pa.array(claim_ids, pa.string())}))
    session.execute(sa.text("create temp table run_claims on commit drop as select distinct id::uuid as id from run_claim_texts"))
    session.execute(sa.text("drop table run_claim_texts"))


_CLAIMS_BY_TIME = sa.text("""
create temp table run_claims on commit drop as
select id from claims where status = any(:looked_at) and updated_at <= :started_at
union select claim_id from run_candidates
""")

_RETIRE = sa.text("update candidates set current = false where current and claim_id in (select id from run_claims)")

_INSERT = sa.text("""
insert into candidates
    (claim_id, member_id, match_run_id, rank, weight, probability, household_probability, band, evidence)
select claim_id, member_id, :run, rank, weight, probability, household_probability, band, evidence
from run_candidates where claim_id in (select id from run_claims)
""")

LIVE_DECISIONS = """
select distinct on (d.claim_id) d.claim_id, d.id, d.member_id, d.match_run_id, d.ruling
from decisions d
where d.ruling <> 'undo' and not exists (select from decisions later where later.undoes_id = d.id)
order by d.claim_id, d.decided_at desc, d.id desc
"""
"""The latest decision of each claim that was not undone."""

_DECIDED = sa.text(f"""
create temp table decided on commit drop as
select live.* from ({LIVE_DECISIONS}) live join run_claims on run_claims.id = live.claim_id
""")

FINGERPRINT = """
(select jsonb_agg(jsonb_build_array(f -> 'field', f -> 'left', f -> 'right', f -> 'level') order by f ->> 'field', f ->> 'left')
 from jsonb_array_elements({candidate}.evidence -> 'fields') f)
"""
"""What a reviewer saw of a candidate: values and levels. Weights move a little with every run and are not part of it."""

_FLAG = sa.text(f"""
with seen as (
    select decided.claim_id, c.member_id, {FINGERPRINT.format(candidate="c")} as fingerprint
    from decided join candidates c on c.claim_id = decided.claim_id and c.match_run_id = decided.match_run_id
), now_current as (
    select c.claim_id, c.member_id, {FINGERPRINT.format(candidate="c")} as fingerprint
    from decided join candidates c on c.claim_id = decided.claim_id and c.current
), changed as (
    select claim_id from now_current n where not exists (
        select from seen s where s.claim_id = n.claim_id and s.member_id = n.member_id
            and s.fingerprint is not distinct from n.fingerprint)
    union
    select claim_id from decided d where member_id is not null and not exists (
        select from now_current n where n.claim_id = d.claim_id and n.member_id = d.member_id)
)
update claims set new_evidence = claims.id in (select claim_id from changed)
where claims.id in (select claim_id from decided) and new_evidence <> (claims.id in (select claim_id from changed))
""")

_CONTESTED = sa.text("""
create temp table contested on commit drop as
select member_id from (
    select claim_id, member_id from run_candidates where rank = 1 and band = 'no_dispute'
    union
    select id, member_id from claims where member_id is not null and id not in (select id from run_claims)
    union
    select claim_id, member_id from decided where ruling = 'accept'
) asked group by member_id having count(distinct claim_id) > 1
""")
"""Members for whom two claims ask: which of them is right, or whether one is a duplicate, is for a person to say."""

_MOVES = sa.text("""
create temp table moves on commit drop as
with proposed as (
    select c.id, c.status as before, c.member_id as member_before, c.band as band_before, coalesce(best.band, 'none') as band,
        d.claim_id is not null as ruled,
        case when best.band = 'no_dispute' and d.claim_id is null
            and (c.status = 'approved' or best.member_id not in (select member_id from contested))
            then best.member_id end as member
    from claims c
    join run_claims on run_claims.id = c.id
    left join run_candidates best on best.claim_id = c.id and best.rank = 1
    left join decided d on d.claim_id = c.id
)
select id, before, member_before, band_before, band, case
        when ruled and before <> 'cured' then before
        when before = any(:approvable) and member is not null then 'approved'
        when before = any(:waiting) then 'match_review'
        when before = 'approved' and member is distinct from member_before then 'match_review'
        else before end as after,
    member, ruled
from proposed
""")
"""A claim that an earlier run approved goes back to review when this run would not approve it for the same member. What was
cured after somebody asked goes back to people."""

_APPLY = sa.text("""
update claims set band = moves.band, status = moves.after,
    member_id = case when moves.ruled then claims.member_id when moves.after = 'approved' then moves.member
        when moves.after = 'match_review' then null else claims.member_id end,
    updated_at = case when moves.after <> moves.before then now() else claims.updated_at end
from moves
where claims.id = moves.id and (moves.after <> moves.before or moves.band is distinct from moves.band_before)
""")

_AUDIT = sa.text("""
insert into audit_entries (case_id, actor, action, subject, subject_id, before, after)
select cast(:case_id as uuid), cast(:actor as text), 'claim.matched', 'claim', id::text,
    jsonb_strip_nulls(jsonb_build_object('status', before, 'band', band_before, 'member_id', member_before)),
    jsonb_strip_nulls(jsonb_build_object('status', after, 'band', band,
        'member_id', case when after = 'approved' then member end, 'match_run_id', cast(:run as uuid)))
from moves where after <> before order by id
""")
