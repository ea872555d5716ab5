"""Nothing is lost and nothing is doubled unseen: senders killed, servers that misbehave, leases that run out."""

from __future__ import annotations

import datetime
import functools
import multiprocessing
import random
import signal
import time
from collections import Counter

import pytest
import sqlalchemy as sa

from casefile import campaigns, database, delivery_events, ledger
from casefile.words import AttemptOutcome, CampaignStatus, DeliveryEventKind, NoticeStatus

CONNECTIONS = 4


def start_sender(mailing, campaign_id, port: int) -> multiprocessing.process.BaseProcess:
    """Send in a process of its own, with database connections of its own."""
    sender = multiprocessing.get_context("fork").Process(target=send_apart, args=(mailing, campaign_id, port))
    sender.start()
    return sender


def send_apart(mailing, campaign_id, port: int) -> None:
    engine = database.engine_for(mailing.engine.url.render_as_string(hide_password=False))
    mailing.open_case = functools.partial(database.case_session, engine, case_id=mailing.case_id, actor="test")
    mailing.send(campaign_id, port, connections=CONNECTIONS, batch=40)


def wait_until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.002)


def doubted(mailing) -> set[str]:
    """Every notice that was ever written down as in doubt."""
    with mailing.open_case() as session:
        rows = session.scalars(sa.text("select notice_id from attempts where outcome = 'in_doubt'"))
        return {row.hex for row in rows}


def assert_nothing_lost(mailing, campaign_id, taken: Counter[str], count: int) -> None:
    assert mailing.statuses(campaign_id) == {NoticeStatus.ACCEPTED: count}
    assert len(taken) == count
    assert {notice for notice, times in taken.items() if times > 1} <= doubted(mailing)


def test_killed_ten_times(mailing, sink):
    count, rounds, chance = 600, 10, random.Random(7)
    campaign_id = mailing.ready(count, in_doubt_hours=0)
    catcher = sink("--delay", "0.01")
    for _ in range(rounds):
        before = catcher.taken().total()
        sender = start_sender(mailing, campaign_id, catcher.port)
        goal = min(count - 1, before + chance.randint(1, 50))
        wait_until(lambda goal=goal, sender=sender: catcher.taken().total() >= goal or not sender.is_alive())
        time.sleep(chance.random() * 0.01)  # not a condition: the kill must strike anywhere in a message's life
        sender.kill()
        sender.join(10)
    mailing.send(campaign_id, catcher.port)
    assert_nothing_lost(mailing, campaign_id, catcher.taken(), count)
    assert len(doubted(mailing)) <= rounds * CONNECTIONS
    assert list((mailing.folder / "journal").iterdir()) == []


@pytest.mark.parametrize(
    "misbehaviour",
    [
        ("--closing", "0.1"),
        ("--temporary", "0.2"),
        ("--drop-before-dot", "0.1"),
        ("--drop-after-dot", "0.05"),
        ("--hang", "0.02"),
        ("--closing", "0.05", "--temporary", "0.1", "--drop-before-dot", "0.05", "--drop-after-dot", "0.03"),
    ],
)
def test_a_server_that_misbehaves(mailing, sink, misbehaviour):
    campaign_id = mailing.ready(150, in_doubt_hours=0, retry_minutes=[0])
    catcher = sink(*misbehaviour)
    for _ in range(60):
        mailing.send(campaign_id, catcher.port)
        if set(mailing.statuses(campaign_id)) == {NoticeStatus.ACCEPTED}:
            break
    assert_nothing_lost(mailing, campaign_id, catcher.taken(), 150)


def test_a_refused_address_is_suppressed_and_a_policy_refusal_is_not(mailing, sink):
    for option, suppressed, reason in (("--unknown", 20, "hard"), ("--policy", 0, "policy")):
        with mailing.open_case() as session:
            session.execute(sa.text("update class_members set merged_into_id = id"))
        campaign_id = mailing.ready(20)
        mailing.send(campaign_id, sink(option, "1").port)
        assert mailing.statuses(campaign_id) == {NoticeStatus.REJECTED: 20}
        with mailing.open_case() as session:
            found = session.execute(
                sa.text("select reason, count(*) from notices where campaign_id = :id group by 1"), {"id": campaign_id}
            ).all()
            assert found == [(reason, 20)]
            count = session.scalar(sa.text("select count(*) from suppressions"))
            assert count == suppressed
            session.execute(sa.text("delete from suppressions"))


@pytest.mark.parametrize(("option", "said"), [("--unknown", "do not exist"), ("--policy", "because of us")])
def test_brakes_pause_the_campaign(mailing, sink, option, said):
    campaign_id = mailing.ready(2000)
    progress = mailing.send(campaign_id, sink(option, "0.5", "--delay", "0.01").port)
    assert said in progress.stopped_because
    found = mailing.statuses(campaign_id)
    assert found.get(NoticeStatus.READY, 0) + found.get(NoticeStatus.PLANNED, 0) > 0
    assert NoticeStatus.LEASED not in found


def test_complaints_pause_the_campaign(mailing, sink):
    campaign_id = mailing.ready(300)
    catcher = sink("--delay", "0.2")
    with mailing.open_case() as session:
        notices = session.scalars(sa.text("select id from notices order by id desc limit 3")).all()
        now = datetime.datetime.now(datetime.UTC)
        events = [
            delivery_events.CameBack("test", str(number), DeliveryEventKind.COMPLAINT, now, notice)
            for number, notice in enumerate(notices)
        ]
        delivery_events.add_events(session, events=events)
    progress = mailing.send(campaign_id, catcher.port)
    assert "complained about" in progress.stopped_because
    with mailing.open_case() as session:
        assert campaigns.get(session, campaign_id=campaign_id).status is CampaignStatus.PAUSED


def test_a_server_that_is_down_costs_no_attempt(mailing, sink):
    campaign_id = mailing.ready(10)
    progress = mailing.send(campaign_id, 1, patience_seconds=0.5)
    assert "no connection" in progress.stopped_because
    assert mailing.statuses(campaign_id) == {NoticeStatus.READY: 10}
    mailing.send(campaign_id, sink().port)
    assert mailing.statuses(campaign_id) == {NoticeStatus.ACCEPTED: 10}


def test_a_zombie_cannot_write_what_its_successor_took_over(mailing):
    """A sender whose lease ended learns late that its message was taken: that is evidence, and changes no attempt."""
    campaign_id = mailing.ready(2)
    with mailing.open_case() as session:
        held = ledger.claim(
            session,
            campaign_id=campaign_id,
            provider_group="default",
            worker="zombie",
            count=1,
            lease_seconds=-1,
            is_reminder=False,
        )
    with mailing.open_case() as session:
        assert ledger.expire_leases(session, campaign_id=campaign_id) == 1
    assert mailing.statuses(campaign_id) == {NoticeStatus.IN_DOUBT: 1, NoticeStatus.PLANNED: 1}
    late = ended(held[0], AttemptOutcome.ACCEPTED)
    with mailing.open_case() as session:
        assert ledger.record(session, worker="zombie", ended=[late]) == 0
        assert ledger.record(session, worker="zombie", ended=[late]) == 0
    assert mailing.statuses(campaign_id) == {NoticeStatus.ACCEPTED: 1, NoticeStatus.PLANNED: 1}
    with mailing.open_case() as session:
        assert session.scalar(sa.text("select outcome from attempts")) == "in_doubt"
        assert ledger.release(session, worker="zombie", notice_ids=[held[0].id]) == 0


def lease(session, campaign_id, **wanted) -> list[ledger.Leased]:
    return ledger.claim(session, campaign_id=campaign_id, provider_group="default", is_reminder=False, **wanted)


def ended(held: ledger.Leased, outcome: AttemptOutcome) -> ledger.Ended:
    now = datetime.datetime.now(datetime.UTC)
    return ledger.Ended(held.id, held.attempt, now, now, outcome, 250, "2.0.0", "ok", None, now)


def test_two_senders_never_share_a_notice(mailing):
    campaign_id = mailing.ready(40)
    taken: list[str] = []
    with mailing.open_case() as one, mailing.open_case() as two:
        for session, worker in ((one, "one"), (two, "two")):
            found = ledger.claim(
                session,
                campaign_id=campaign_id,
                provider_group="default",
                worker=worker,
                count=25,
                lease_seconds=60,
                is_reminder=False,
            )
            taken += [str(each.id) for each in found]
    assert len(taken) == len(set(taken)) == 40


def test_pausing_stops_a_sender_and_resuming_finishes(mailing, sink):
    campaign_id = mailing.ready(300)
    catcher = sink("--delay", "0.05")
    sender = start_sender(mailing, campaign_id, catcher.port)
    wait_until(lambda: catcher.taken().total() > 5)
    with mailing.open_case() as session:
        campaigns.pause(session, campaign_id=campaign_id, reason="counsel asked")
    sender.join(20)
    assert sender.exitcode == 0
    found = mailing.statuses(campaign_id)
    assert NoticeStatus.LEASED not in found
    assert found[NoticeStatus.ACCEPTED] < 300
    with mailing.open_case() as session:
        campaigns.begin(session, campaign_id=campaign_id, now=datetime.datetime.now(datetime.UTC))
    mailing.send(campaign_id, catcher.port)
    assert_nothing_lost(mailing, campaign_id, catcher.taken(), 300)
    assert set(catcher.taken().values()) == {1}


def test_the_database_goes_away_and_comes_back(mailing, sink, owner_engine):
    """Every connection is cut again and again while a sender works: it goes on by itself, and nothing is lost or doubled."""
    campaign_id = mailing.ready(400)
    catcher = sink("--delay", "0.005")
    cut = sa.text("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename <> ''")
    sender = start_sender(mailing, campaign_id, catcher.port)
    for goal in (20, 120, 220, 320):
        wait_until(lambda goal=goal: catcher.taken().total() >= goal or not sender.is_alive())
        with owner_engine.connect() as connection:
            connection.execute(cut)
    sender.join(60)
    assert sender.exitcode == 0
    mailing.engine.dispose()
    assert_nothing_lost(mailing, campaign_id, catcher.taken(), 400)
    assert set(catcher.taken().values()) == {1}
    with mailing.open_case() as session:
        assert session.scalar(sa.text("select count(*) from delivery_events")) == 0


def test_an_interrupted_sender_ends_what_is_under_way(mailing, sink):
    campaign_id = mailing.ready(300)
    catcher = sink("--delay", "0.05")
    sender = start_sender(mailing, campaign_id, catcher.port)
    wait_until(lambda: catcher.taken().total() > 5)
    sender.terminate()
    sender.join(20)
    assert sender.exitcode == 0
    found = mailing.statuses(campaign_id)
    assert set(found) <= {NoticeStatus.ACCEPTED, NoticeStatus.READY, NoticeStatus.PLANNED}
    assert found[NoticeStatus.ACCEPTED] == catcher.taken().total() < 300
    assert list((mailing.folder / "journal").iterdir()) == []


def test_a_sender_gives_ctrl_c_back(mailing):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    mailing.send(mailing.ready(1))
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
