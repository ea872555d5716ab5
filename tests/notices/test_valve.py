"""What the policy of a campaign holds back: waves, warm-up, quiet hours, the end of the window."""

from __future__ import annotations

import datetime
import math

import pytest
import sqlalchemy as sa

from casefile import campaigns, headway
from casefile.words import CampaignStatus, NoticeStatus
from notices.valve import Valve

NOON = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.UTC)


def valve(policy, *, begun=0, today=0, day=0, resumed=0) -> Valve:
    end = NOON + datetime.timedelta(days=3)
    return Valve(policy, end, to_send=10_000, begun=begun, begun_today=today, day=day, resumed_waves=resumed)


def test_without_a_policy_nothing_is_held_back():
    assert valve({}).room(NOON).count == math.inf


def test_the_window_ends():
    assert valve({}).room(NOON + datetime.timedelta(days=4)).count == 0


@pytest.mark.parametrize(
    ("begin", "end", "open_"),
    [("21:00", "08:00", True), ("10:00", "14:00", False), ("12:00", "12:01", False), ("11:00", "12:00", True)],
)
def test_quiet_hours(begin, end, open_):
    room = valve({"quiet_hours": {"from": begin, "to": end, "time_zone": "UTC"}}).room(NOON)
    assert (room.count > 0) is open_


def test_the_days_of_a_warm_up():
    policy = {"warm_up": [100, 200]}
    assert valve(policy, begun=40, today=40).room(NOON).count == 60
    assert valve(policy, begun=300, today=200, day=1).room(NOON).count == 0
    assert valve(policy, begun=300, today=0, day=2).room(NOON).count == math.inf


def test_waves():
    policy = {"waves": [0.001, 0.01]}
    one = valve(policy)
    assert one.room(NOON).count == 10
    one.took(10)
    assert one.room(NOON).count == 0
    assert one.room(NOON).pauses
    assert valve(policy, begun=10, resumed=1).room(NOON).count == 90
    assert valve(policy, begun=100, resumed=2).room(NOON).count == math.inf


def test_a_first_wave_pauses_and_somebody_resumes(mailing):
    campaign_id = mailing.ready(50, waves=[0.1])
    progress = mailing.send(campaign_id)
    assert "wave 1 of 5" in progress.stopped_because
    assert mailing.statuses(campaign_id) == {NoticeStatus.ACCEPTED: 5, NoticeStatus.PLANNED: 45}
    with mailing.open_case() as session:
        assert campaigns.get(session, campaign_id=campaign_id).status is CampaignStatus.PAUSED
        campaigns.begin(session, campaign_id=campaign_id, now=datetime.datetime.now(datetime.UTC))
    mailing.send(campaign_id)
    assert mailing.statuses(campaign_id) == {NoticeStatus.ACCEPTED: 50}


def test_a_warm_up_goes_on_the_next_day(mailing):
    campaign_id = mailing.ready(30, warm_up=[10, 20])
    assert "messages of day 1" in mailing.send(campaign_id).stopped_because
    assert mailing.send(campaign_id).handed_over == 0
    with mailing.open_case() as session:
        assert headway.of_campaign(session, campaign_id=campaign_id).begun_today == 10
        assert session.scalar(sa.text("select count(*) from attempts")) == 10
