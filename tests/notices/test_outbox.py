"""From plan to proof of sending: approvals, the sender, its crashes, and servers that misbehave."""

from __future__ import annotations

import datetime
import functools
import subprocess
import sys
import uuid
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from casefile import audience, campaigns, codes, database
from casefile.words import CampaignStatus, NoticeStatus, Role
from notices import outbox
from notices.campaign import Printer, case_keys, content_of
from notices.transports.nowhere import Nowhere
from notices.transports.smtp import Connection, Server, Timeouts

ROOT = Path(__file__).parents[2]
NOW = datetime.datetime.now(datetime.UTC)
KEY = b"k" * 32


class Sink:
    """The loopback sink as a process of its own, and the ledger of what it took."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.path = folder / f"{uuid.uuid4().hex}.ledger"
        command = [sys.executable, str(ROOT / "benchmarks" / "sink.py"), "--ledger", str(self.path), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def taken(self) -> Counter[str]:
        """Message-ID -> how often it was taken."""
        return Counter(line.split(" ")[0].strip("<>").split("@")[0] for line in self.path.read_text().splitlines())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def sink(tmp_path):
    """Start sinks that stop with the test."""
    sinks: list[Sink] = []

    def start(*options: str) -> Sink:
        sinks.append(Sink(tmp_path, *options))
        return sinks[-1]

    yield start
    for one in sinks:
        one.stop()


@pytest.fixture
def open_case(engine, case_id):
    return functools.partial(database.case_session, engine, case_id=case_id, actor="test")


@pytest.fixture
def approvers(engine, case_id):
    """An administrator and counsel of the case."""
    with database.open_session(engine, actor="test") as session:
        people = session.execute(
            sa.text("insert into staff (email, name, password_hash) values (:a, 'A', ''), (:b, 'B', '') returning id"),
            {"a": f"{uuid.uuid4().hex}@admin.example", "b": f"{uuid.uuid4().hex}@counsel.example"},
        ).scalars().all()  # fmt: skip
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        for person, role in zip(people, ("administrator", "counsel"), strict=True):
            session.execute(
                sa.text("insert into staff_roles (staff_id, role) values (:person, :role)"), {"person": person, "role": role}
            )
    return people


def add_members(open_case, count: int, **columns: str) -> None:
    ids = codes.new_many(count)
    with open_case() as session:
        session.execute(
            sa.text("""
            insert into class_members (notice_id, full_name, given_name, email, merchant, language)
            select code, 'Person ' || n, 'Person', 'person' || n || '@mail' || n % 7 || '.example', 'Sunny Garden',
                case when n % 5 = 0 then 'es' else 'en' end
            from unnest(cast(:ids as text[])) with ordinality as t(code, n)
            """),
            {"ids": ids},
        )


@pytest.fixture
def content(kinds, demo_case):
    return {
        kind: content_of(template, demo_case, site_url="https://cartmanager-settlement.example")
        for kind, template in kinds.items()
    }


def plan(open_case, content, kind="class_notice", choice=audience.Choice.EVERYONE, **policy) -> uuid.UUID:
    with open_case() as session:
        return campaigns.plan(
            session,
            name=f"{kind}-{uuid.uuid4().hex[:6]}",
            kind=kind,
            content=content[kind],
            choice=choice,
            send_not_before=NOW - datetime.timedelta(hours=1),
            send_not_after=NOW + datetime.timedelta(days=3),
            policy=policy,
        )


def approve(open_case, campaign_id, approvers) -> None:
    with open_case() as session:
        digest = campaigns.lock(session, campaign_id=campaign_id)
        campaigns.approve(
            session, campaign_id=campaign_id, staff_id=approvers[0], role=Role.ADMINISTRATOR, approval_sha256=digest
        )
        campaigns.approve(session, campaign_id=campaign_id, staff_id=approvers[1], role=Role.COUNSEL, approval_sha256=digest)
        campaigns.begin(session, campaign_id=campaign_id, now=NOW)


def orders(open_case, case_id, campaign_id, tmp_path, port=None, **options) -> outbox.Orders:
    timeouts = Timeouts(connect=5, greeting=5, command=5, data=5, block=5, dot=1)
    transport = (
        Nowhere if port is None else functools.partial(Connection, Server("127.0.0.1", port, tls="never", timeouts=timeouts))
    )
    return outbox.Orders(
        case_id=case_id,
        campaign_id=campaign_id,
        open_case=open_case,
        transport=transport,
        journal_folder=tmp_path / "journal",
        connections=options.pop("connections", 4),
        batch=options.pop("batch", 50),
        **options,
    )


def send(given: outbox.Orders) -> outbox.Progress:
    return outbox.send(given, lambda content: Printer(content, case_keys(KEY, case_id=given.case_id)))


def statuses(open_case, campaign_id) -> dict[NoticeStatus, int]:
    with open_case() as session:
        return campaigns.counts(session, campaign_id=campaign_id)


def test_plan_approve_send(open_case, case_id, approvers, content, sink, tmp_path):
    add_members(open_case, 120)
    campaign_id = plan(open_case, content)
    approve(open_case, campaign_id, approvers)
    catcher = sink()
    progress = send(orders(open_case, case_id, campaign_id, tmp_path, catcher.port))
    assert progress.outcomes == {"accepted": 120}
    assert statuses(open_case, campaign_id) == {NoticeStatus.ACCEPTED: 120}
    assert len(catcher.taken()) == 120
    assert set(catcher.taken().values()) == {1}
    assert list((tmp_path / "journal").iterdir()) == []
    with open_case() as session:
        assert campaigns.get(session, campaign_id=campaign_id).status is CampaignStatus.SETTLED
        attempt = session.execute(sa.text("select * from attempts limit 1")).mappings().one()
        assert (attempt["outcome"], attempt["code"], attempt["enhanced"], attempt["number"]) == ("accepted", 250, "2.0.0", 1)


def test_a_dry_run_goes_the_same_way(open_case, case_id, approvers, content, tmp_path):
    add_members(open_case, 30)
    campaign_id = plan(open_case, content)
    approve(open_case, campaign_id, approvers)
    assert send(orders(open_case, case_id, campaign_id, tmp_path)).outcomes == {"accepted": 30}
