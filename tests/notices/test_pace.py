"""The pace learns from replies: wider after good ones, narrower or at rest after bad ones, and a restart does not forget."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from casefile import paces
from casefile.words import NoticeStatus
from notices.pace import Limits, Pace
from notices.transports.reply import Handover, Reply

GOOD = Handover.of(Reply(250, "2.0.0 ok"))


def exchange(group, *handovers) -> None:
    for handover in handovers:
        group.in_flight += 1
        group.ends(handover)
        group.in_flight -= 1


def test_the_window_grows_by_one_per_window_of_good_replies():
    group = Pace(connections=16).group("google")
    group.window = 2.0
    exchange(group, *[GOOD] * 2)
    assert 2.8 < group.window < 3.1
    exchange(group, *[GOOD] * 200)
    assert group.window == 5


@pytest.mark.parametrize("reply", [Reply(421, "4.7.0 slow down"), Reply(450, "4.7.1 greylisted"), Reply(421, "closing")])
def test_the_window_is_halved_on_congestion(reply):
    group = Pace(connections=16).group("default")
    group.window = 8.0
    exchange(group, Handover.of(reply))
    assert group.window == 4


def test_a_busy_mailbox_is_no_congestion():
    group = Pace(connections=16).group("default")
    group.window = 8.0
    exchange(group, Handover.of(Reply(451, "4.2.0 mailbox busy")))
    assert group.window == 8


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("[TSS04] Messages temporarily deferred due to user complaints", 120),
        ("4.7.28 unusual rate limited due to IP reputation", 90),
        ("RL0000 over the limit", 120),
        ("4.7.0 too many connections", 5),
    ],
)
def test_reputation_replies_rest(text, minutes):
    pace = Pace(connections=16)
    group = pace.group("yahoo")
    exchange(group, Handover.of(Reply(421, text)))
    assert group.rests_until - time.time() == pytest.approx(minutes * 60, abs=5)
    assert group.window == 1
    assert group.waits(time.monotonic()) > 0
    assert "yahoo rests until" in pace.resting()


def test_refusals_in_a_row_mean_a_dead_system():
    group = Pace(connections=16).group("comcast")
    group.window = 1.0
    exchange(group, *[Handover.of(Reply(421, "no"))] * 3)
    assert group.rests_until > time.time() + 200


def test_no_more_than_the_rate():
    group = Pace({"slow": Limits(5, 50, messages_per_second=10)}, connections=5).group("slow")
    now = group.filled_at
    assert group.waits(now) == 0
    group.starts()
    group.in_flight = 0
    assert 0 < group.waits(now) <= 0.1
    assert group.waits(now + 0.11) == 0


def test_a_new_sender_begins_where_the_last_one_ended():
    pace = Pace(connections=16)
    group = pace.group("google")
    group.window = 3.0
    group.rest(1000, "deferred")
    again = Pace(connections=16, known=pace.state()).group("google")
    assert again.rests_until == group.rests_until
    assert again.why == "deferred"
    assert Pace(connections=16, known={"default": {"window": 999}}).group("default").window <= 16


def test_a_resting_system_is_left_alone_and_the_others_go_on(mailing, sink):
    mailing.add_members(20)
    campaign_id = mailing.plan()
    mailing.approve(campaign_id)
    with mailing.open_case() as session:
        session.execute(sa.text("update notices set provider_group = 'yahoo' where address like '%mail3%'"))
        paces.write(session, states={"yahoo": {"window": 1, "rests_until": time.time() + 600, "why": "complaints"}})
    progress = mailing.send(campaign_id, sink().port)
    assert "yahoo rests until" in progress.stopped_because
    found = mailing.statuses(campaign_id)
    assert found[NoticeStatus.PLANNED] == 3
    assert found[NoticeStatus.ACCEPTED] == 17
    with mailing.open_case() as session:
        paces.write(session, states={"yahoo": {"window": 1, "rests_until": 0, "why": ""}})
    mailing.send(campaign_id, sink().port)
    assert mailing.statuses(campaign_id) == {NoticeStatus.ACCEPTED: 20}
