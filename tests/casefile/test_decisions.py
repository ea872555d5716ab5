"""A decision moves the claim as the machine allows, needs its reason, meets the second reviewer, and can be taken back."""

import datetime
import threading
import uuid
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from casefile import audit, database, decisions, errors
from casefile.decisions import Ask, Verdict
from casefile.tables.claims import Candidate, Claim, Deficiency, MatchRun
from casefile.tables.staff import Staff
from casefile.words import ClaimStatus, DeficiencyCode, Ruling

ASK = Ask(code=DeficiencyCode.IDENTITY_MISMATCH, message="Which address?", cure_by=datetime.date(2027, 5, 10))


@pytest.fixture
def case(session, make_claim, make_member):
    """A claim in review with two candidates, and two reviewers."""
    claim, first, second = make_claim(status="match_review"), make_member(), make_member()
    run = MatchRun(kind="claims", started_at=datetime.datetime.now(datetime.UTC), model={}, counts={})
    people = [Staff(email=f"{uuid.uuid4()}@firm.example", name=name, password_hash="x") for name in ("Ann", "Bob")]
    session.add_all([run, *people])
    session.flush()
    for rank, member in enumerate((first, second), start=1):
        session.add(
            Candidate(
                claim_id=claim, member_id=member, match_run_id=run.id, rank=rank, weight=5, probability=0.9, band="review",
                evidence={"fields": []},
            )
        )  # fmt: skip
    session.flush()
    return SimpleNamespace(
        session=session, claim=claim, first=first, second=second, run=run.id, ann=people[0].id, bob=people[1].id
    )


def rule(case, ruling, member=None, *, by=None, seen=None, reason="Same name and house.", ask=None):
    verdict = Verdict(ruling=ruling, member_id=member, reason=reason, ask=ask)
    return decisions.rule(case.session, claim_id=case.claim, staff_id=by or case.ann, verdict=verdict, seen=seen)


def claim_of(case):
    case.session.expire_all()
    return case.session.get(Claim, case.claim)


def test_accepting_approves_for_the_member(case):
    decision = rule(case, Ruling.ACCEPT, case.first)
    claim = claim_of(case)
    assert (claim.status, claim.member_id) == (ClaimStatus.APPROVED, case.first)
    assert (decision.match_run_id, decision.staff_id) == (case.run, case.ann)
    entry = audit.entries(case.session)[0]
    assert (entry.action, entry.before["status"], entry.after["status"]) == ("claim.decided", "match_review", "approved")
    assert "reason" not in entry.after


def test_rejecting_one_leaves_the_claim_in_review(case):
    rule(case, Ruling.REJECT, case.first)
    assert claim_of(case).status is ClaimStatus.MATCH_REVIEW


def test_rejecting_all_asks_first_and_denies_afterwards(case):
    assert not decisions.was_asked(case.session, claim_id=case.claim)
    first = rule(case, Ruling.REJECT, ask=ASK)
    assert claim_of(case).status is ClaimStatus.DEFICIENT
    assert decisions.was_asked(case.session, claim_id=case.claim)
    claim_of(case).status = ClaimStatus.CURED
    case.session.flush()
    rule(case, Ruling.REJECT, seen=first.id)
    assert claim_of(case).status is ClaimStatus.DENIED


def test_asking_writes_the_deficiency(case):
    rule(case, Ruling.ASK, ask=ASK)
    found = case.session.scalars(sa.select(Deficiency).where(Deficiency.claim_id == case.claim)).one()
    assert (found.code, found.cure_by, found.message) == (ASK.code, ASK.cure_by, "Which address?")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"ruling": Ruling.ACCEPT, "member": "first", "reason": "  "}, "needs a reason"),
        ({"ruling": Ruling.ACCEPT, "member": "first", "reason": "x" * 2001}, "at most 2,000"),
        ({"ruling": Ruling.ACCEPT}, "which candidate"),
        ({"ruling": Ruling.ASK}, "what the claimant shall mend"),
        ({"ruling": Ruling.ACCEPT, "member": "nobody"}, "no longer proposes"),
    ],
)
def test_refused(case, values, sentence):
    members = {"first": case.first, "nobody": uuid.uuid4(), None: None}
    values = values | {"member": members[values.get("member")]}
    with pytest.raises((errors.DecisionRefused, errors.DecidedMeanwhile), match=sentence):
        rule(case, **values)
    assert claim_of(case).status is ClaimStatus.MATCH_REVIEW


def test_a_claim_of_another_case_is_not_there(case):
    with pytest.raises(errors.NotFound):
        decisions.undo(case.session, claim_id=uuid.uuid4(), staff_id=case.ann, reason="r", seen=None)


def test_the_second_reviewer_sees_that_it_was_decided(case):
    rule(case, Ruling.ACCEPT, case.first)
    with pytest.raises(errors.DecidedMeanwhile):
        rule(case, Ruling.REJECT, by=case.bob)
    with pytest.raises(errors.DecidedMeanwhile):
        rule(case, Ruling.ACCEPT, case.first, by=case.bob)
    assert claim_of(case).member_id == case.first


def test_a_double_click_is_one_decision(case):
    first = rule(case, Ruling.ACCEPT, case.first)
    assert rule(case, Ruling.ACCEPT, case.first).id == first.id
    assert len(decisions.history(case.session, claim_id=case.claim)) == 1


def test_undo_is_a_new_decision(case):
    first = rule(case, Ruling.ACCEPT, case.first)
    undone = decisions.undo(case.session, claim_id=case.claim, staff_id=case.bob, reason="Wrong row.", seen=first.id)
    claim = claim_of(case)
    assert (claim.status, claim.member_id) == (ClaimStatus.MATCH_REVIEW, None)
    assert decisions.live(case.session, claim_id=case.claim) == []
    assert (undone.undoes_id, undone.ruling) == (first.id, Ruling.UNDO)
    again = decisions.undo(case.session, claim_id=case.claim, staff_id=case.bob, reason="Wrong row.", seen=first.id)
    assert again.id == undone.id
    with pytest.raises(errors.DecisionRefused, match="no decision"):
        decisions.undo(case.session, claim_id=case.claim, staff_id=case.bob, reason="r", seen=undone.id)


def test_undoing_a_question_withdraws_it(case):
    first = rule(case, Ruling.ASK, ask=ASK)
    decisions.undo(case.session, claim_id=case.claim, staff_id=case.ann, reason="Found it.", seen=first.id)
    assert claim_of(case).status is ClaimStatus.MATCH_REVIEW
    assert not decisions.was_asked(case.session, claim_id=case.claim)


def test_what_was_approved_by_a_run_can_be_refused_by_a_person(case):
    claim = claim_of(case)
    claim.status, claim.member_id = ClaimStatus.APPROVED, case.first
    case.session.flush()
    with pytest.raises(errors.TransitionRefused, match="Undo"):
        rule(case, Ruling.ACCEPT, case.second)
    rule(case, Ruling.REJECT, case.first)
    claim = claim_of(case)
    assert (claim.status, claim.member_id) == (ClaimStatus.MATCH_REVIEW, None)


def test_confirming_an_approved_claim_clears_the_flag(case):
    claim = claim_of(case)
    claim.status, claim.member_id, claim.new_evidence = ClaimStatus.APPROVED, case.first, True
    case.session.flush()
    rule(case, Ruling.ACCEPT, case.first)
    claim = claim_of(case)
    assert (claim.status, claim.member_id, claim.new_evidence) == (ClaimStatus.APPROVED, case.first, False)


def test_a_member_is_given_to_one_claim(case, make_claim):
    number = case.session.get(Claim, make_claim(status="approved", member_id=case.first)).number
    with pytest.raises(errors.DecisionRefused, match=number):
        rule(case, Ruling.ACCEPT, case.first)
    rule(case, Ruling.DUPLICATE, case.first)
    assert claim_of(case).status is ClaimStatus.DUPLICATE


def test_what_is_paid_is_not_decided_again(case):
    claim_of(case).status = ClaimStatus.PAID
    case.session.flush()
    with pytest.raises(errors.TransitionRefused, match="that is paid cannot become approved"):
        rule(case, Ruling.ACCEPT, case.first)


@pytest.mark.parametrize(
    ("days", "deadline", "expected"), [(30, (2027, 5, 10), (2027, 5, 10)), (30, (2026, 11, 1), (2026, 12, 31))]
)
def test_the_cure_date_is_the_later_one(days, deadline, expected):
    found = decisions.cure_date(today=datetime.date(2026, 12, 1), cure_days=days, claim_deadline=datetime.date(*deadline))
    assert found == datetime.date(*expected)


def test_of_two_rulings_at_the_same_moment_one_is_kept(case, engine, case_id):
    case.session.commit()
    start, outcomes = threading.Barrier(2), []

    def decide(staff_id, member):
        start.wait(10)
        verdict = Verdict(ruling=Ruling.ACCEPT, member_id=member, reason="Same name and house.")
        try:
            with database.case_session(engine, case_id=case_id, actor=f"staff:{staff_id}") as session:
                decisions.rule(session, claim_id=case.claim, staff_id=staff_id, verdict=verdict, seen=None)
            outcomes.append("kept")
        except errors.DecidedMeanwhile:
            outcomes.append("refused")

    threads = [threading.Thread(target=decide, args=pair) for pair in ((case.ann, case.first), (case.bob, case.second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["kept", "refused"]
