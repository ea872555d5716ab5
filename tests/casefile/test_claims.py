"""Filing, changing and moving claims, and what the matcher reads of them."""

from __future__ import annotations

import datetime
import secrets
import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from casefile import audit, claims, errors
from casefile.database import Engine, Session, case_session
from casefile.tables.claims import Claim, ClaimDraft, ClaimVersion
from casefile.tables.people import ClassMember
from casefile.words import ClaimStatus

DEADLINE = datetime.datetime(2027, 5, 11, 5, 59, 59, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def person(**given: str) -> dict[str, str]:
    return {"given_name": "Dana", "family_name": "Example", "street": "1 Sample Street", "city": "Provo", "region": "UT", **given}


def answers(**given: Any) -> dict[str, Any]:
    return {
        "now": person(postcode="01234"),
        "at_purchase": [],
        "merchants": [{"id": "m1", "name": "Big Sky Books"}, {"id": "m2", "name": "Blue Heron Flags"}],
        "other_shop": "",
        "payment": "check",
        **given,
    }


def new_draft(session: Session, member_id: uuid.UUID | None = None) -> ClaimDraft:
    draft = ClaimDraft(token_sha256=secrets.token_bytes(32), submission_key=secrets.token_hex(8), member_id=member_id, answers={})
    session.add(draft)
    session.flush()
    return draft


def new_member(session: Session) -> ClassMember:
    member = ClassMember(notice_id=secrets.token_hex(5), family_name="Example")
    session.add(member)
    session.flush()
    return member


def signed(at: datetime.datetime = DEADLINE - DAY) -> claims.Signed:
    return claims.Signed(attestation_text="I declare", signature="Dana", language="en", form_version="1", signed_at=at)


def file_claim(
    session: Session, *, draft: ClaimDraft | None = None, at: datetime.datetime = DEADLINE - DAY, **given: Any
) -> claims.Filed:
    return claims.submit(
        session, draft=draft or new_draft(session), answers=answers(**given), signed=signed(at), deadline_at=DEADLINE
    )


def test_the_same_draft_submitted_twice_is_one_claim(session: Session) -> None:
    draft = new_draft(session)
    first, second = file_claim(session, draft=draft), file_claim(session, draft=draft)
    assert first.claim.number == second.claim.number
    assert session.scalar(sa.select(sa.func.count()).select_from(Claim)) == 1
    assert draft.answers == {}


@pytest.mark.parametrize(
    ("after", "status"),
    [(datetime.timedelta(0), ClaimStatus.SUBMITTED), (datetime.timedelta(microseconds=1), ClaimStatus.LATE)],
)
def test_a_claim_is_late_after_the_last_microsecond(session: Session, after: datetime.timedelta, status: ClaimStatus) -> None:
    assert file_claim(session, at=DEADLINE + after).claim.status == status


def test_filing_again_with_a_notice_changes_the_claim(session: Session) -> None:
    member = new_member(session)
    first = file_claim(session, draft=new_draft(session, member.id))
    second = file_claim(session, draft=new_draft(session, member.id), now=person(city="Ogden"))
    assert (second.claim.id, second.version.number, second.claim.version, second.counts) == (first.claim.id, 2, 2, True)
    cities = claims.submitted_claims(session)["city"].to_pylist()
    assert cities == ["Ogden"]


def test_a_change_after_the_deadline_is_kept_but_does_not_count(session: Session) -> None:
    member = new_member(session)
    file_claim(session, draft=new_draft(session, member.id))
    late = file_claim(session, draft=new_draft(session, member.id), at=DEADLINE + DAY)
    assert (late.version.number, late.claim.version, late.counts) == (2, 1, False)
    assert late.claim.status == ClaimStatus.SUBMITTED


def test_what_is_sent_for_a_deficient_claim_cures_it(session: Session) -> None:
    member = new_member(session)
    first = file_claim(session, draft=new_draft(session, member.id))
    for status in (ClaimStatus.SCREENING, ClaimStatus.DEFICIENT):
        claims.change_status(session, claim_id=first.claim.id, after=status, reason="no address")
    cured = file_claim(session, draft=new_draft(session, member.id), at=DEADLINE + DAY)
    assert (cured.claim.status, cured.counts) == (ClaimStatus.CURED, True)


def test_a_status_changes_only_as_the_machine_allows(session: Session) -> None:
    claim = file_claim(session).claim
    with pytest.raises(errors.TransitionRefused, match="submitted cannot become paid"):
        claims.change_status(session, claim_id=claim.id, after=ClaimStatus.PAID, reason="no")
    claims.change_status(session, claim_id=claim.id, after=ClaimStatus.MATCH_REVIEW, reason="two candidates")
    claims.change_status(session, claim_id=claim.id, after=ClaimStatus.MATCH_REVIEW, reason="again")
    assert session.get_one(Claim, claim.id).status == ClaimStatus.MATCH_REVIEW
    changes = [entry for entry in audit.entries(session, subject="claim") if entry.action == "claim.status"]
    assert [(entry.before, entry.after) for entry in changes] == [
        ({"status": "submitted"}, {"status": "match_review", "reason": "two candidates"})
    ]


def test_many_statuses_change_together_or_not_at_all(session: Session) -> None:
    ids = [file_claim(session).claim.id for _ in range(3)]
    assert claims.change_statuses(session, claim_ids=ids, after=ClaimStatus.APPROVED, reason="no dispute") == 3
    other = file_claim(session).claim.id
    with pytest.raises(errors.TransitionRefused):
        claims.change_statuses(session, claim_ids=[other, *ids], after=ClaimStatus.SCREENING, reason="no")
    assert session.get_one(Claim, other).status == ClaimStatus.SUBMITTED
    assert audit.verify(session).faults == ()


def test_a_claim_of_another_case_is_not_found(session: Session) -> None:
    with pytest.raises(errors.NotFound):
        claims.change_status(session, claim_id=uuid.uuid4(), after=ClaimStatus.APPROVED, reason="")


def test_the_matcher_reads_one_row_per_identity(session: Session) -> None:
    earlier = [person(family_name="Null", postcode="00501"), person(street="2 Old Road", phone="801-555-0100", suffix="Jr")]
    claim = file_claim(session, at_purchase=earlier).claim
    lone = file_claim(session, merchants=[], other_shop="Corner shop").claim
    rows = claims.submitted_claims(session).to_pylist()
    mine = [row for row in rows if row["claim_id"] == str(claim.id)]
    assert [row["kind"] for row in mine] == ["now", "at_purchase", "at_purchase"]
    assert [row["identity_id"] for row in mine] == [f"{claim.id}/{place}" for place in range(3)]
    assert [row["postcode"] for row in mine] == ["01234", "00501", None]
    assert [row["full_name"] for row in mine] == ["Dana Example", "Dana Null", "Dana Example Jr"]
    assert mine[0]["merchants"] == "Big Sky Books\nBlue Heron Flags"
    assert mine[0]["merchant_ids"] == "m1\nm2"
    (other,) = (row for row in rows if row["claim_id"] == str(lone.id))
    assert (other["merchants"], other["other_shop"]) == (None, "Corner shop")


def test_no_claims_are_an_empty_table_with_all_columns(session: Session) -> None:
    table = claims.submitted_claims(session)
    assert table.num_rows == 0
    assert {"identity_id", "claim_id", "kind", "full_name", "merchants", "postcode"} <= set(table.column_names)


def test_decided_claims_are_not_matched_again(session: Session) -> None:
    claim = file_claim(session).claim
    claims.change_status(session, claim_id=claim.id, after=ClaimStatus.APPROVED, reason="no dispute")
    assert claims.submitted_claims(session).num_rows == 0
    assert claims.submitted_claims(session, statuses={ClaimStatus.APPROVED}).num_rows == 1


def test_what_was_signed_cannot_be_altered(engine: Engine, case_id: uuid.UUID) -> None:
    with case_session(engine, case_id=case_id, actor="test") as session:
        file_claim(session)
    with pytest.raises(sa.exc.ProgrammingError), case_session(engine, case_id=case_id, actor="test") as session:
        session.execute(sa.update(ClaimVersion).values(signature="Somebody Else"))
