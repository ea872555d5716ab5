"""What is approved is what is sent: two people, one hash, a frozen audience that adds up, and a window."""

from __future__ import annotations

import datetime
import functools

import pytest
import sqlalchemy as sa

from casefile import audience, campaigns, delivery_events, errors, suppressions
from casefile.words import CampaignStatus, DeliveryEventKind, Role

NOW = datetime.datetime.now(datetime.UTC)


def test_two_different_people_approve_one_hash(mailing):
    mailing.add_members(3)
    campaign_id = mailing.plan()
    with mailing.open_case() as session:
        digest = campaigns.lock(session, campaign_id=campaign_id)
    approve_as = functools.partial(campaigns.approve, campaign_id=campaign_id, approval_sha256=digest)
    with mailing.open_case() as session, pytest.raises(errors.ApprovalRefused, match="changed since"):
        campaigns.approve(
            session, campaign_id=campaign_id, staff_id=mailing.approvers[0], role=Role.ADMINISTRATOR, approval_sha256="0" * 64
        )
    with mailing.open_case() as session, pytest.raises(errors.ApprovalRefused, match="not counsel"):
        approve_as(session, staff_id=mailing.approvers[0], role=Role.COUNSEL)
    with mailing.open_case() as session:
        session.execute(sa.text("insert into staff_roles (staff_id, role) values (:id, 'counsel')"), {"id": mailing.approvers[0]})
        assert approve_as(session, staff_id=mailing.approvers[0], role=Role.ADMINISTRATOR) is CampaignStatus.LOCKED
    with mailing.open_case() as session, pytest.raises(errors.ApprovalRefused, match="another person's"):
        approve_as(session, staff_id=mailing.approvers[0], role=Role.COUNSEL)
    with mailing.open_case() as session, pytest.raises(errors.CampaignRefused, match="two people"):
        campaigns.begin(session, campaign_id=campaign_id, now=NOW)
    with mailing.open_case() as session:
        assert approve_as(session, staff_id=mailing.approvers[1], role=Role.COUNSEL) is CampaignStatus.APPROVED


@pytest.mark.parametrize("what", ["text", "window", "policy", "audience"])
def test_any_change_voids_the_approvals(mailing, what):
    mailing.add_members(3)
    campaign_id = mailing.plan()
    with mailing.open_case() as session:
        digest = campaigns.lock(session, campaign_id=campaign_id)
        for person, role in zip(mailing.approvers, campaigns.APPROVING, strict=True):
            campaigns.approve(session, campaign_id=campaign_id, staff_id=person, role=role, approval_sha256=digest)
    if what == "audience":
        mailing.add_members(1)
    else:
        changed = {
            "text": {"content": mailing.content["class_notice"] | {"sender_name": "Somebody Else"}},
            "window": {"send_not_after": NOW + datetime.timedelta(days=9)},
            "policy": {"policy": {"in_doubt": "hold"}},
        }[what]
        with mailing.open_case() as session:
            campaigns.change(session, campaign_id=campaign_id, **changed)
    with mailing.open_case() as session:
        if what != "audience":
            with pytest.raises(errors.CampaignRefused):
                campaigns.begin(session, campaign_id=campaign_id, now=NOW)
        assert campaigns.lock(session, campaign_id=campaign_id) != digest
        assert list(campaigns.approvals(session, campaign_id=campaign_id)) == []


def test_what_was_tampered_with_behind_our_back_is_not_sent(mailing):
    mailing.add_members(3)
    campaign_id = mailing.plan()
    with mailing.open_case() as session:
        digest = campaigns.lock(session, campaign_id=campaign_id)
        for person, role in zip(mailing.approvers, campaigns.APPROVING, strict=True):
            campaigns.approve(session, campaign_id=campaign_id, staff_id=person, role=role, approval_sha256=digest)
        session.execute(sa.text("update notices set address = 'eve@evil.example' where address like 'person1@%'"))
    with mailing.open_case() as session, pytest.raises(errors.CampaignRefused, match="not what was approved"):
        campaigns.begin(session, campaign_id=campaign_id, now=NOW)


@pytest.mark.parametrize(("hours", "said"), [(-48, "must not be sent before"), (240, "must not be sent after")])
def test_the_window_holds(mailing, hours, said):
    mailing.add_members(1)
    campaign_id = mailing.plan()
    with mailing.open_case() as session:
        digest = campaigns.lock(session, campaign_id=campaign_id)
        for person, role in zip(mailing.approvers, campaigns.APPROVING, strict=True):
            campaigns.approve(session, campaign_id=campaign_id, staff_id=person, role=role, approval_sha256=digest)
    with mailing.open_case() as session, pytest.raises(errors.CampaignRefused, match=said):
        campaigns.begin(session, campaign_id=campaign_id, now=NOW + datetime.timedelta(hours=hours))


def test_the_waterfall_adds_up(mailing):
    mailing.add_members(12)
    with mailing.open_case() as session:
        rows = session.execute(sa.text("select id from class_members order by id")).scalars().all()
        changes = ["email = null", "email = ' '", "email = 'not an address'", "email = 'a@b'", "email = 'PERSON9@mail2.example'"]
        for member, change in zip(rows, changes, strict=False):
            session.execute(sa.text(f"update class_members set {change} where id = :id"), {"id": member})
        session.execute(sa.text("insert into suppressions (address, scope, reason) values ('person6@mail6.example', 'all', 'x')"))
        session.execute(
            sa.text(
                "insert into exclusions (member_id, number, answers, signature, submission_key) values (:id, 'X', '{}', 'x', 'k')"
            ),
            {"id": rows[6]},
        )
        session.execute(sa.text("update class_members set merged_into_id = :a where id = :b"), {"a": rows[10], "b": rows[11]})
    campaign_id = mailing.plan()
    with mailing.open_case() as session:
        campaigns.lock(session, campaign_id=campaign_id)
        falls = campaigns.get(session, campaign_id=campaign_id).waterfall
    assert falls == {
        "class_size": 11,
        "taken_out": {"excluded": 1, "no_address": 2, "invalid": 2, "suppressed": 1, "duplicate_address": 1},
        "to_send": 4,
    }


def test_a_reminder_goes_to_those_who_have_not_claimed(mailing):
    mailing.add_members(6)
    first = mailing.plan()
    mailing.approve(first)
    mailing.send(first)
    with mailing.open_case() as session:
        notices = session.execute(sa.text("select id, member_id, address from notices order by id")).all()
        session.execute(
            sa.text("""insert into claims (number, status, submission_key, language, notice_member_id, submitted_at)
                values ('C1', 'submitted', 'k', 'en', :member, now())"""),
            {"member": notices[0].member_id},
        )
        assert suppressions.stop_reminders(session, notice_id=notices[1].id)
        assert suppressions.stop_reminders(session, notice_id=notices[1].id)
        event = delivery_events.CameBack("test", "1", DeliveryEventKind.COMPLAINT, NOW, notices[2].id)
        assert delivery_events.add_events(session, events=[event, event]) == 1
    reminder = mailing.plan("reminder", audience.Choice.NOT_CLAIMED)
    mailing.approve(reminder)
    with mailing.open_case() as session:
        falls = campaigns.get(session, campaign_id=reminder).waterfall
    assert falls == {"class_size": 6, "taken_out": {"not_chosen": 2, "already_claimed": 1}, "to_send": 3}
    assert mailing.send(reminder).outcomes == {"accepted": 3}
