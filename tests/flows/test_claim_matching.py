"""Claims find their members by the real matcher; the notice settles a doubt, another shop asks for a person."""

import datetime
import json
import secrets
import uuid

import pytest
import sqlalchemy as sa

from casefile import cases, claims, class_list, database
from casefile.case_file import read as case_file
from casefile.tables.claims import Candidate, Claim, ClaimDraft
from casefile.words import ClaimStatus, MatchBand
from flows import claim_matching
from flows import class_list as flow
from tests.flows.test_class_list_flow import ADDRESS, LISTED, OTHERS
from tests.source_files import add_file

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
SIGNED = claims.Signed(attestation_text="I declare ...", signature="x", language="en", form_version="1", signed_at=NOW)
SHOP = "Blue Kettle Teas"


@pytest.fixture(scope="module")
def case_with_members(engine, settings):
    from pathlib import Path

    folder = case_file.read_case_folder(Path(__file__).parents[2] / "cases" / "cartmanager")
    with database.open_session(engine, actor="test") as session:
        case_id = cases.open_folder(session, folder=folder).id
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        add_file(session, "list.csv", [{**person, "merchant": SHOP} for person in LISTED + OTHERS])
    flow.build(engine, case_id=case_id, actor="test")
    return case_id


def file_claim(engine, case_id, now, *, shop=SHOP, member_id=None):
    with database.case_session(engine, case_id=case_id, actor="claimant") as session:
        draft = ClaimDraft(token_sha256=secrets.token_bytes(32), submission_key=secrets.token_hex(8), member_id=member_id)
        session.add(draft)
        session.flush()
        answers = {"now": now, "at_purchase": [], "merchants": [{"id": "", "name": shop}]}
        filed = claims.submit(session, draft=draft, answers=answers, signed=SIGNED, deadline_at=NOW + datetime.timedelta(days=1))
        return filed.claim.id


def outcome(engine, case_id, claim_id):
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        claim = session.get(Claim, claim_id)
        query = sa.select(Candidate).where(Candidate.claim_id == claim_id, Candidate.current).order_by(Candidate.rank)
        return claim, session.scalars(query).all()


def member_named(engine, case_id, given):
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        rows = class_list.members(session).to_pylist()
    return next(uuid.UUID(row["member_id"]) for row in rows if row["given_name"] == given and row["family_name"] == "Okafor")


KATE = {"given_name": "Katherine", "family_name": "Okafor", "phone": "303-555-0111", **ADDRESS}
SAM = {"given_name": "Samuel", "family_name": "Okafor", "phone": "303-555-0111", **ADDRESS}
STRANGER = {
    "given_name": "Zora",
    "family_name": "Quill",
    "street": "5 Birch Ln",
    "city": "Miami",
    "region": "FL",
    "postcode": "33101",
}


def test_each_claim_ends_in_the_band_that_its_evidence_allows(engine, case_with_members):
    case_id = case_with_members
    sam = member_named(engine, case_id, "Samuel")
    plain = file_claim(engine, case_id, KATE)
    other_shop = file_claim(engine, case_id, SAM, shop="Somewhere Else Entirely")
    noticed = file_claim(engine, case_id, SAM, member_id=sam)
    stranger = file_claim(engine, case_id, STRANGER)
    counts = claim_matching.match(engine, case_id=case_id, actor="test")
    assert counts["claims"] == 4
    claim, candidates = outcome(engine, case_id, plain)
    assert candidates[0].member_id == member_named(engine, case_id, "Katherine")
    assert candidates[0].evidence["merchant"] == "agrees"
    claim, candidates = outcome(engine, case_id, other_shop)
    assert (claim.band, claim.status) == (MatchBand.REVIEW, ClaimStatus.MATCH_REVIEW)
    assert candidates[0].evidence["merchant"] == "differs"
    claim, candidates = outcome(engine, case_id, noticed)
    assert (claim.band, claim.status, claim.member_id) == (MatchBand.NO_DISPUTE, ClaimStatus.APPROVED, sam)
    assert json.dumps(candidates[0].evidence["fields"])
    assert outcome(engine, case_id, stranger)[0].band is MatchBand.NONE
    again = claim_matching.match(engine, case_id=case_id, actor="test")
    assert again["claims"] < 4, "approved claims are decided and not matched again"
