"""A match run keeps its candidates, moves the claims that wait, and never overrules a person."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
import sqlalchemy as sa

from casefile import audit, claims, matches
from casefile.tables.claims import Candidate, Claim, Decision
from casefile.tables.staff import Staff

FIELD = {"field": "family name", "left": "Sample", "right": "Sample", "level": "same", "sentence": "Same surname.", "weight": 9.0}


def candidate(claim_id, member_id, *, rank=1, band="no_dispute", level="same"):
    evidence = {"fields": [FIELD | {"level": level}], "contradictions": [], "sentence": 'Same "surname",\nsame place.'}
    return {
        "claim_id": str(claim_id), "member_id": str(member_id), "rank": rank, "weight": 12.5, "probability": 0.995,
        "household_probability": 0.001, "band": band, "evidence": json.dumps(evidence),
    }  # fmt: skip


SCHEMA = pa.schema(
    [
        ("claim_id", pa.string()), ("member_id", pa.string()), ("rank", pa.int32()), ("weight", pa.float64()),
        ("probability", pa.float64()), ("household_probability", pa.float64()), ("band", pa.string()), ("evidence", pa.string()),
    ]
)  # fmt: skip


def save(session, *rows, **options):
    return matches.save_run(
        session, kind="claims", model={"seed": 1}, thresholds={"no_dispute": 0.99}, counts={"claims": len(rows)},
        started_at=datetime.now(UTC) + timedelta(seconds=1), candidates=pa.Table.from_pylist([*rows], schema=SCHEMA), **options,
    )  # fmt: skip


def state(session, claim_id):
    session.expire_all()
    claim = session.get(Claim, claim_id)
    return claim.status.value, claim.band and claim.band.value, claim.member_id


@pytest.fixture
def reviewer(session):
    person = Staff(email=f"{uuid.uuid4()}@firm.example", name="Ann", password_hash="x")
    session.add(person)
    session.flush()
    return person.id


def rule(session, claim_id, member_id, run, reviewer, ruling="accept", **columns):
    row = Decision(
        claim_id=claim_id, member_id=member_id, ruling=ruling, reason="r", match_run_id=run, staff_id=reviewer, **columns
    )
    session.add(row)
    session.flush()
    return row.id


@pytest.mark.parametrize(
    ("band", "after", "accepted"),
    [("no_dispute", "approved", True), ("review", "match_review", False), ("ambiguous", "match_review", False)],
)
def test_bands_move_claims(session, make_claim, make_member, band, after, accepted):
    claim, member = make_claim(), make_member()
    save(session, candidate(claim, member, band=band))
    assert state(session, claim) == (after, band, member if accepted else None)


def test_a_claim_without_candidates_is_reviewed_too(session, make_claim):
    claim = make_claim()
    save(session)
    assert state(session, claim) == ("match_review", "none", None)


@pytest.mark.parametrize("status", ["hold", "screening", "denied", "deficient", "duplicate", "withdrawn", "paid"])
def test_what_does_not_wait_stays(session, make_claim, make_member, status):
    claim = make_claim(status=status)
    save(session, candidate(claim, make_member()))
    assert state(session, claim)[0] == status


def test_a_run_is_about_the_claims_that_it_is_given():
    assert claims.TO_MATCH == matches.LOOKED_AT


def test_what_is_approved_stays_when_a_run_did_not_look_at_it(session, make_claim, make_member):
    claim, member = make_claim(), make_member()
    save(session, candidate(claim, member))
    save(session)
    assert state(session, claim) == ("approved", "no_dispute", member)


def test_a_late_claim_is_never_approved_by_itself(session, make_claim, make_member):
    claim = make_claim(status="late")
    save(session, candidate(claim, make_member()))
    assert state(session, claim) == ("match_review", "no_dispute", None)


def test_a_claim_that_came_while_the_run_ran_is_left_for_the_next(session, make_claim):
    claim = make_claim(updated_at=datetime.now(UTC) + timedelta(minutes=1))
    save(session)
    assert state(session, claim) == ("submitted", None, None)


def test_a_run_over_some_claims_leaves_the_others(session, make_claim, make_member):
    first, second, member = make_claim(), make_claim(), make_member()
    save(session, candidate(first, member, band="review"), claim_ids=[str(first)])
    assert state(session, second) == ("submitted", None, None)
    save(session, claim_ids=[str(second)])
    current = sa.select(sa.func.count()).select_from(Candidate).where(Candidate.claim_id == first, Candidate.current)
    assert session.scalar(current) == 1


def test_only_the_latest_candidates_are_current(session, make_claim, make_member):
    claim, old, new = make_claim(), make_member(), make_member()
    save(session, candidate(claim, old, band="review"))
    run = save(session, candidate(claim, new, band="review"))
    rows = session.scalars(sa.select(Candidate).where(Candidate.current)).all()
    assert [(row.member_id, row.match_run_id, row.evidence["sentence"]) for row in rows] == [
        (new, run, 'Same "surname",\nsame place.')
    ]
    assert session.scalar(sa.select(sa.func.count()).select_from(Candidate)) == 2


def test_two_claims_for_one_member_go_to_people(session, make_claim, make_member):
    first, second, member = make_claim(), make_claim(), make_member()
    save(session, candidate(first, member), candidate(second, member))
    assert [state(session, claim)[0] for claim in (first, second)] == ["match_review", "match_review"]


def test_a_second_claim_does_not_disturb_the_first(session, make_claim, make_member):
    first, member = make_claim(), make_member()
    save(session, candidate(first, member))
    second = make_claim()
    save(session, candidate(first, member), candidate(second, member))
    assert [state(session, claim)[0] for claim in (first, second)] == ["approved", "match_review"]


def test_what_a_run_approved_a_later_run_reopens(session, make_claim, make_member):
    claim, member = make_claim(), make_member()
    save(session, candidate(claim, member))
    save(session, candidate(claim, member, band="review"))
    assert state(session, claim) == ("match_review", "review", None)


def test_the_same_run_again_changes_nothing(session, make_claim, make_member):
    claim, member = make_claim(), make_member()
    save(session, candidate(claim, member))
    before = len([entry for entry in audit.entries(session) if entry.action == "claim.matched"])
    save(session, candidate(claim, member))
    assert state(session, claim) == ("approved", "no_dispute", member)
    assert len([entry for entry in audit.entries(session) if entry.action == "claim.matched"]) == before == 1


def test_a_persons_ruling_survives(session, make_claim, make_member, reviewer):
    claim, member, other = make_claim(), make_member(), make_member()
    run = save(session, candidate(claim, member, band="review"))
    rule(session, claim, member, run, reviewer)
    row = session.get(Claim, claim)
    row.status, row.member_id = "approved", member
    session.flush()
    save(session, candidate(claim, other))
    assert state(session, claim) == ("approved", "no_dispute", member)
    assert session.get(Claim, claim).new_evidence


def test_a_rejection_keeps_a_later_run_from_approving(session, make_claim, make_member, reviewer):
    claim, member = make_claim(), make_member()
    run = save(session, candidate(claim, member, band="review"))
    rule(session, claim, member, run, reviewer, ruling="reject")
    save(session, candidate(claim, member, band="no_dispute"))
    assert state(session, claim)[0] == "match_review"


def test_an_undone_ruling_no_longer_counts(session, make_claim, make_member, reviewer):
    claim, member = make_claim(), make_member()
    run = save(session, candidate(claim, member, band="review"))
    first = rule(session, claim, member, run, reviewer, ruling="reject")
    rule(session, claim, member, run, reviewer, ruling="undo", undoes_id=first)
    save(session, candidate(claim, member, band="no_dispute"))
    assert state(session, claim) == ("approved", "no_dispute", member)


def test_a_cured_claim_goes_back_to_people(session, make_claim, make_member, reviewer):
    claim, member = make_claim(status="cured"), make_member()
    rule(session, claim, None, None, reviewer, ruling="ask")
    save(session, candidate(claim, member))
    assert state(session, claim)[0] == "match_review"


@pytest.mark.parametrize(("level", "flagged"), [("same", False), ("sounds alike", True)])
def test_new_evidence_is_flagged(session, make_claim, make_member, reviewer, level, flagged):
    claim, member = make_claim(status="match_review"), make_member()
    run = save(session, candidate(claim, member, band="review"))
    rule(session, claim, member, run, reviewer, ruling="reject")
    save(session, candidate(claim, member, band="review", level=level))
    session.expire_all()
    assert session.get(Claim, claim).new_evidence is flagged


def test_the_run_is_audited_with_its_claims(session, make_claim, make_member):
    claim, member = make_claim(), make_member()
    run = save(session, candidate(claim, member))
    found = {entry.action: entry for entry in audit.entries(session)}
    assert found["match_run.saved"].subject_id == str(run)
    moved = found["claim.matched"]
    assert (moved.subject_id, moved.before["status"], moved.after["status"]) == (str(claim), "submitted", "approved")
    assert moved.after["member_id"] == str(member)
    assert audit.verify(session).faults == ()
