"""From approval to the papers: what the sender handed over is what the proof prints and the report counts."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
import sqlalchemy as sa

from casefile import campaigns, cases, codes, database
from casefile.tables.people import ClassMember
from casefile.words import CampaignStatus, Role
from flows import notices as flow
from notices import postal, proof, reach, sending


@pytest.fixture
def desk(engine, settings, demo_case, tmp_path):
    """A case with two approvers and three members, one of whom has no e-mail address."""
    folder = dataclasses.replace(demo_case, slug=f"sent-{codes.new().lower()}", merchants=demo_case.merchants[:2])
    with database.open_session(engine, actor="test") as session:
        opened = cases.open_folder(session, folder=folder)
    own = settings.model_copy(update={"journal_directory": tmp_path / "journal"})
    return sending.Desk(own, engine, opened.id, "test")


def members(desk) -> list[str]:
    ids = [codes.new() for _ in range(3)]
    emails = ("jose@x.example", "ann@y.example", None)
    with desk.open_case() as session:
        for notice_id, email in zip(ids, emails, strict=True):
            where = {"street": "1 A St", "city": "Provo", "region": "UT", "postcode": "84601"}
            session.add(ClassMember(notice_id=notice_id, full_name="José Núñez", email=email, **where))
    return ids


def approve(desk, planned) -> None:
    for role in (Role.ADMINISTRATOR, Role.COUNSEL):
        with desk.open_case() as session:
            staff_id = session.scalar(
                sa.text("insert into staff (email, name, password_hash) values (:e, :n, '') returning id"),
                {"e": f"{codes.new()}@x.example", "n": f"Staff {role.value}"},
            )
            session.execute(sa.text("insert into staff_roles (staff_id, role) values (:s, :r)"), {"s": staff_id, "r": role.value})
            campaigns.approve(
                session,
                campaign_id=planned.campaign_id,
                staff_id=staff_id,
                role=role,
                approval_sha256=planned.approval_sha256,
                note="Dkt. 41",
            )
    with desk.open_case() as session:
        campaigns.begin(session, campaign_id=planned.campaign_id, now=datetime.datetime.now(datetime.UTC))


def test_what_was_sent_is_what_is_proved(desk, tmp_path):
    first, _, without = members(desk)
    planned = flow.plan(desk, kind="class_notice", name="first")
    approve(desk, planned)
    sending.send_campaign(desk, campaign_id=planned.campaign_id, maildir=tmp_path / "mail")
    found = proof.of_member(desk, member=first)
    (message,) = found.messages.values()
    assert message.agrees is True
    kept = [path.read_bytes() for path in (tmp_path / "mail").rglob("*") if path.is_file()]
    assert len(kept) == 2
    assert any(octets.endswith(message.octets) for octets in kept)
    assert not any("[hidden]" in line for line in proof.lines(found))
    assert proof.of_member(desk, member=without).messages == {}

    report = reach.write(desk, folder=tmp_path / "reach").found
    assert report.results == {"accepted": 2, "no_address": 1}
    assert report.mailings[0].status is CampaignStatus.SETTLED
    assert [one.note for one in report.mailings[0].approvals] == ["Dkt. 41", "Dkt. 41"]
    assert report.faults() == []

    assert postal.write(desk, folder=tmp_path / "post").listing.counts == {"in_file": 1}
    again = reach.write(desk, folder=tmp_path / "reach").found
    assert (again.posted, again.share_with_post) == (1, 1.0)
    assert "by post" in list(proof.lines(proof.of_member(desk, member=without)))[-1]
