"""Reviewing a claim: blind first, decided with a reason, met by a second reviewer, taken back, and kept across re-runs."""

import re
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from casefile.tables.claims import Claim, ClaimVersion, Deficiency
from casefile.tables.mail import Notice
from casefile.words import ClaimStatus


def page(browser, reviewed, **options):
    return browser.get(f"claims/{reviewed.claim}", **options).text


def decide(browser, reviewed, choice, **fields):
    given = {"choice": choice, "quick": "", "reason": "Same name and house.", "then": "stay"} | fields
    path = f"claims/{reviewed.claim}"
    shown = fields.pop("shown", None) or browser.get(path).text
    seen = re.search(r'name="seen" value="([^"]*)"', shown)[1]
    given.pop("shown", None)
    return browser.send(path, shown, **({"seen": seen} | given))


def test_the_queue_shows_claims_oldest_first(browse, reviewed):
    text = browse().get("queue").text
    assert text.index("William Castellanos") < text.index("Nadia Nobody")
    assert "2 claims, oldest first" in text


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?band=review", "William", "Nadia"),
        ("?band=none", "Nadia", "William"),
        ("?view=approved", "No claim is approved yet", "William"),
        ("?band=ambiguous", "No claim of the band", "William"),
        ("?page=99", "William", "No claim"),
    ],
)
def test_filters(browse, reviewed, query, shown, hidden):
    text = browse().get(f"queue{query}").text
    assert shown in text
    assert hidden not in text


def test_a_filter_that_is_not_there(browse, case):
    assert browse().get("queue?band=nonsense").status_code == 422


def test_a_claim_is_found_by_its_number(browse, reviewed):
    typed = reviewed.number.lower()[:3] + " " + reviewed.number[3:]
    assert browse().get(f"find-claim?number={typed}").headers["location"].endswith(str(reviewed.claim))
    assert browse().get("find-claim?number=222222222").status_code == 404
    assert "not a claim number" in browse().get("find-claim?number=abc").text


def test_a_claim_that_is_not_there(browse, case):
    assert browse().get(f"claims/{uuid.uuid4()}").status_code == 404
    assert browse().get("claims/1").status_code == 422


def test_the_page_shows_what_agrees_and_what_differs_in_words(browse, reviewed):
    text = page(browse(), reviewed)
    assert "Differs" in text
    assert "different generation suffixes" in text
    assert text.count("same family name") == 2
    assert "The claim beside its 2 candidates" in text


@pytest.mark.parametrize("score", ["0.9731", "bits", "probability", "rank 1"])
def test_reviewers_are_blind_until_their_own_ruling(browse, reviewed, score):
    ann, bob = browse(), browse("bob")
    assert score not in page(ann, reviewed)
    decide(ann, reviewed, f"accept:{reviewed.junior}")
    assert score in page(ann, reviewed)
    assert score not in page(bob, reviewed)


def test_the_order_of_candidates_says_nothing_while_blind(browse, reviewed):
    letters = re.findall(r'<span class="letter">.</span> <a href="[^"]*/members/([^"]+)"', page(browse(), reviewed))
    assert len(letters) == 2
    assert letters == [str(one) for one in sorted_by_notice_id(reviewed, browse)]


def sorted_by_notice_id(reviewed, browse):
    from casefile import database
    from casefile.tables.people import ClassMember

    case = browse().case
    with database.case_session(case.engine, case_id=case.id, actor="test") as session:
        return session.scalars(sa.select(ClassMember.id).order_by(ClassMember.notice_id)).all()


def test_auditors_see_scores_and_no_form(browse, reviewed):
    text = page(browse("auditor"), reviewed)
    assert "0.9731" in text
    assert 'name="choice"' not in text
    assert browse("auditor").post(f"claims/{reviewed.claim}", choice="none", reason="x").status_code == 403


def test_accepting(browse, reviewed, status):
    answer = decide(browse(), reviewed, f"accept:{reviewed.junior}", then="next")
    assert answer.headers["location"].split("?")[0].endswith(f"claims/{reviewed.other}")
    assert status(reviewed.claim) == (ClaimStatus.APPROVED, reviewed.junior)


def test_after_the_last_claim_comes_the_queue(browse, reviewed):
    answer = decide(browse(), reviewed, f"accept:{reviewed.junior}", then="next", band="review")
    assert "/queue?band=review" in answer.headers["location"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"choice": ""}, "Choose your ruling"),
        ({"choice": "accept:nonsense"}, "Choose your ruling"),
        ({"choice": "ask", "code": ""}, "Choose what the claimant shall mend"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(browse, reviewed, status, fields, sentence):
    given = {"choice": f"accept:{reviewed.junior}", "reason": "My own <words>"} | fields
    answer = decide(browse(), reviewed, **given)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "<title>Error:" in answer.text.replace("\n", "")
    assert ("My own &lt;words&gt;" in answer.text) is ("reason" not in fields)
    assert status(reviewed.claim).status is ClaimStatus.MATCH_REVIEW


def test_asking_gives_a_cure_date_and_a_code(browse, reviewed, status, inside):
    answer = decide(browse(), reviewed, "ask", code="ambiguous_match", message="Are you Jr or Sr?")
    assert answer.status_code == 303
    assert status(reviewed.claim).status is ClaimStatus.DEFICIENT
    with inside() as session:
        found = session.scalars(sa.select(Deficiency)).one()
    assert (found.code.value, found.cure_by.isoformat(), found.message) == ("ambiguous_match", "2027-05-10", "Are you Jr or Sr?")


def test_none_of_these_asks_before_it_denies(browse, reviewed, status):
    assert "The claimant is told, and can send more until" in page(browse(), reviewed)
    decide(browse(), reviewed, "none")
    assert status(reviewed.claim).status is ClaimStatus.DEFICIENT


def test_the_second_reviewer_sees_that_it_was_decided_meanwhile(browse, reviewed, status):
    ann, bob = browse(), browse("bob")
    shown_to_bob = page(bob, reviewed)
    decide(ann, reviewed, f"accept:{reviewed.junior}")
    answer = decide(bob, reviewed, f"accept:{reviewed.senior}", shown=shown_to_bob, reason="I saw it otherwise")
    assert answer.status_code == 409
    assert "decided while you had it open" in answer.text
    assert "Accepted</strong> by Reviewer" in answer.text
    assert "I saw it otherwise" in answer.text
    assert status(reviewed.claim).member_id == reviewed.junior


def test_a_double_click_is_one_decision(browse, reviewed):
    ann = browse()
    shown = page(ann, reviewed)
    for _ in range(2):
        assert decide(ann, reviewed, f"accept:{reviewed.junior}", shown=shown).status_code == 303
    assert ann.get(f"claims/{reviewed.claim}/history").text.count("Accepted</strong> ·") == 1


def test_taking_back(browse, reviewed, status):
    ann = browse()
    decide(ann, reviewed, f"accept:{reviewed.junior}")
    seen = re.search(r'name="seen" value="([^"]*)"', page(ann, reviewed))[1]
    answer = ann.post(f"claims/{reviewed.claim}/undo", page=f"claims/{reviewed.claim}", seen=seen, reason="Wrong column.")
    assert answer.status_code == 303
    assert status(reviewed.claim) == (ClaimStatus.MATCH_REVIEW, None)
    history = ann.get(f"claims/{reviewed.claim}/history").text
    assert "Took a decision back" in history
    assert "taken back" in history
    assert "Claim decided" in history


def test_a_decision_is_kept_by_a_rerun_and_new_evidence_is_shown(browse, reviewed, rerun, status):
    ann = browse()
    decide(ann, reviewed, f"accept:{reviewed.junior}")
    rerun()
    assert status(reviewed.claim) == (ClaimStatus.APPROVED, reviewed.junior)
    assert "evidence has changed" not in page(ann, reviewed)
    rerun(level="similar")
    text = page(ann, reviewed)
    assert "The evidence has changed since the decision" in text
    assert text.count("Changed since the decision") == 2
    assert reviewed.number[:3] in ann.get("queue?view=new_evidence").text
    decide(ann, reviewed, f"accept:{reviewed.junior}", reason="Still the same person.")
    assert "evidence has changed" not in page(ann, reviewed)


def test_a_form_of_another_visitor_is_refused(browse, reviewed, case):
    answer = browse().client.post(f"{case.url}claims/{reviewed.claim}", data={"choice": "none", "form_token": "0" * 64})
    assert answer.status_code == 400


def test_a_post_without_a_session_leads_back_to_the_page(browse, reviewed, case):
    address = f"{case.url}claims/{reviewed.claim}"
    answer = browse(None).client.post(address, data={}, headers={"referer": f"http://testserver{address}"})
    assert answer.headers["location"].endswith(str(reviewed.claim))


@pytest.fixture
def with_email(inside, reviewed):
    """Give the claimant an e-mail address."""
    with inside() as session:
        version = session.scalars(sa.select(ClaimVersion).where(ClaimVersion.claim_id == reviewed.claim)).one()
        answers = version.answers | {"now": version.answers["now"] | {"email": "w@mail.example"}}
        session.add(
            ClaimVersion(
                claim_id=reviewed.claim, number=2, answers=answers, language="es", form_version="1", attestation_text="I",
                signature="W", signed_at=version.signed_at,
            )
        )  # fmt: skip
        claim = session.get(Claim, reviewed.claim)
        claim.version, claim.language = 2, "es"


def letter_of(inside, reviewed):
    with inside() as session:
        return session.scalars(sa.select(Notice).where(Notice.claim_id == reviewed.claim)).one()


def test_asking_writes_to_the_claimant_who_hears_nothing_when_it_is_taken_back(browse, reviewed, with_email, inside):
    ann = browse()
    decide(ann, reviewed, "ask", code="ambiguous_match", message="Jr o Sr?")
    letter = letter_of(inside, reviewed)
    assert (letter.kind, letter.address, letter.language, letter.status.value) == (
        "deficiency",
        "w@mail.example",
        "es",
        "planned",
    )
    assert letter.fields["deficiency_list"].startswith("Varias personas")
    assert letter.fields["deficiency_list"].endswith("Jr o Sr?")
    assert letter.next_at > datetime.now(UTC) + timedelta(minutes=10)
    assert "Letter about what is missing: planned" in page(ann, reviewed)
    seen = re.search(r'name="seen" value="([^"]*)"', page(ann, reviewed))[1]
    ann.post(f"claims/{reviewed.claim}/undo", page=f"claims/{reviewed.claim}", seen=seen, reason="Found it.")
    assert letter_of(inside, reviewed).status.value == "cancelled"


def test_a_denial_says_how_to_contest_it(browse, reviewed, with_email, inside, status):
    with inside() as session:
        session.add(Deficiency(claim_id=reviewed.claim, code="not_found", cure_by=date(2026, 1, 1), cured_at=datetime.now(UTC)))
    assert "days to contest it" in page(browse(), reviewed)
    decide(browse(), reviewed, "none")
    assert status(reviewed.claim).status is ClaimStatus.DENIED
    letter = letter_of(inside, reviewed)
    assert letter.kind == "decision"
    assert set(letter.fields) >= {"decision", "decision_reasons", "contest_deadline", "claim_number"}


def test_without_an_address_the_page_says_so(browse, reviewed):
    assert "the letter goes by post" in page(browse(), reviewed)
    decide(browse(), reviewed, "ask", code="ambiguous_match")
    assert "the letter has to go by post" in page(browse(), reviewed)
