"""The sender: everything sent once, recorded, and provable afterwards."""

from __future__ import annotations

import hashlib

import pytest
import sqlalchemy as sa

from casefile import campaigns, ledger, suppressions
from casefile.words import CampaignStatus, NoticeStatus
from notices.campaign import Printer


def test_plan_approve_send(mailing, sink):
    mailing.add_members(120)
    campaign_id = mailing.plan()
    mailing.approve(campaign_id)
    catcher = sink()
    progress = mailing.send(campaign_id, catcher.port)
    assert progress.outcomes == {"accepted": 120}
    assert mailing.statuses(campaign_id) == {NoticeStatus.ACCEPTED: 120}
    assert len(catcher.taken()) == 120
    assert set(catcher.taken().values()) == {1}
    assert list((mailing.folder / "journal").iterdir()) == []
    with mailing.open_case() as session:
        assert campaigns.get(session, campaign_id=campaign_id).status is CampaignStatus.SETTLED
        attempt = session.execute(sa.text("select * from attempts limit 1")).mappings().one()
        assert (attempt["outcome"], attempt["code"], attempt["enhanced"], attempt["number"]) == ("accepted", 250, "2.0.0", 1)


def test_a_dry_run_goes_the_same_way(mailing):
    mailing.add_members(30)
    campaign_id = mailing.plan()
    mailing.approve(campaign_id)
    assert mailing.send(campaign_id).outcomes == {"accepted": 30}


def test_who_left_after_approval_gets_nothing(mailing):
    mailing.add_members(5)
    campaign_id = mailing.plan()
    mailing.approve(campaign_id)
    with mailing.open_case() as session:
        suppressions.add(session, addresses=["Person1@mail1.example"], scope="all", reason="bounced")
    assert mailing.send(campaign_id).outcomes == {"accepted": 4}
    assert mailing.statuses(campaign_id) == {NoticeStatus.ACCEPTED: 4, NoticeStatus.CANCELLED: 1}


def test_the_ledger_proves_what_was_sent(mailing, sink):
    """Printed again from the ledger, a message has the hash that was written down when it went."""
    mailing.add_members(5)
    campaign_id = mailing.plan()
    mailing.approve(campaign_id)
    folder = mailing.folder / "kept"
    folder.mkdir()
    catcher = sink("--keep", str(folder))
    mailing.send(campaign_id, catcher.port)
    with mailing.open_case() as session:
        rows = session.execute(
            sa.text("""
            select n.id, a.number, n.member_id, n.address, n.language, n.provider_group, n.fields, a.started_at, a.message_sha256
            from notices n join attempts a on a.notice_id = n.id
            """)
        ).all()
    printer = Printer(mailing.content["class_notice"], mailing.keys)
    for row in rows:
        octets = printer.print(ledger.Leased(*row[:7]), sent_at=row.started_at).octets
        assert hashlib.sha256(octets).digest() == bytes(row.message_sha256)
        assert (folder / f"{row.id.hex}@cartmanager-settlement.example.eml").read_bytes() == octets


def test_attempts_are_append_only(mailing):
    mailing.add_members(1)
    campaign_id = mailing.plan()
    mailing.approve(campaign_id)
    mailing.send(campaign_id)
    for statement in ("update attempts set reply = 'x'", "delete from attempts"):
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"), mailing.open_case() as session:
            session.execute(sa.text(statement))
