"""What the tests of notices share: the demonstration case, its templates and values of one member."""

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
from casefile.words import NoticeStatus
from notices import outbox
from notices.campaign import Printer, case_keys, content_of
from notices.orders import Orders, Progress
from notices.templates import NoticeTemplate, read_kind
from notices.transports.nowhere import Nowhere
from notices.transports.smtp import Connection, Server, Timeouts
from notices.values import case_values

ROOT = Path(__file__).parents[2]
CASE = ROOT / "cases" / "cartmanager"
SITE = "https://cartmanager-settlement.example"
KINDS = ("class_notice", "reminder", "claim_received", "deficiency", "decision", "payment", "correction")


class Quiet(dict):  # type: ignore[type-arg]
    """A mapping with a short face: hypothesis prints the arguments of every example."""

    def __repr__(self) -> str:
        return f"<{len(self)} items>"


@pytest.fixture(scope="session")
def demo_case():
    """The demonstration case's folder."""
    from casefile.case_file.read import read_case_folder

    return read_case_folder(CASE)


@pytest.fixture(scope="session")
def kinds(demo_case) -> dict[str, NoticeTemplate]:
    """Every notice kind of the demonstration case."""
    sender = {
        "sender_name": demo_case.mail.sender_name,
        "sender_address": demo_case.mail.sender_address,
        "reply_to": demo_case.mail.reply_to,
    }
    return Quiet((kind, read_kind(CASE / "notices" / kind, languages=demo_case.languages, sender=sender)) for kind in KINDS)


@pytest.fixture(scope="session")
def values(demo_case) -> dict[str, dict[str, str]]:
    """The case's values per language."""
    return Quiet((language, case_values(demo_case, language=language, site_url=SITE)) for language in demo_case.languages)


@pytest.fixture(scope="session")
def member() -> dict[str, str]:
    """The values of one member and one claim."""
    return {
        "first_name": "José",
        "full_name": "José Núñez-O'Brien",
        "shop_name": "Sunny Garden Supplies",
        "notice_id": "K7M 2QX 9RT",
        "pin": "482 913",
        "unsubscribe_url": f"{SITE}/unsubscribe/mfrggzdfmztwq2lk",
        "claim_number": "C7M 2QX 9RT",
        "submitted_on": "December 1, 2026",
        "cure_deadline": "January 15, 2027",
        "decision": "We approved it in part.",
        "decision_reasons": "- The second order is not in the records.",
        "contest_deadline": "February 1, 2027",
        "deficiency_list": "- There is no signature.\n- There is no address.",
        "payment_amount": "$12.00",
        "payment_method": "check",
        "correction_text": "The last day to object is March 8, 2027.",
    }


class Sink:
    """The loopback sink as a process of its own, and the ledger of what it took."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.path = folder / f"{uuid.uuid4().hex}.ledger"
        command = [sys.executable, "-m", "benchmarks.sink", "--ledger", str(self.path), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def taken(self) -> Counter[str]:
        """Notice -> how often it was taken."""
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


class Mailing:
    """A fresh case with two approvers, and the steps of a mailing in it."""

    def __init__(self, engine, case_id, content, folder: Path) -> None:
        self.engine, self.case_id, self.content, self.folder = engine, case_id, content, folder
        self.open_case = functools.partial(database.case_session, engine, case_id=case_id, actor="test")
        self.keys = case_keys(b"k" * 32, case_id=case_id)
        self.approvers = self._approvers()

    def _approvers(self) -> list[uuid.UUID]:
        """Add an administrator and counsel."""
        people = []
        for role in ("administrator", "counsel"):
            with database.open_session(self.engine, actor="test") as session:
                values = {"email": f"{uuid.uuid4().hex}@{role}.example", "name": role}
                statement = "insert into staff (email, name, password_hash) values (:email, :name, '') returning id"
                people.append(session.execute(sa.text(statement), values).scalar_one())
            with self.open_case() as session:
                statement = "insert into staff_roles (staff_id, role) values (:person, :role)"
                session.execute(sa.text(statement), {"person": people[-1], "role": role})
        return people

    def add_members(self, count: int) -> None:
        """Add members with an address each; one in five reads Spanish."""
        with self.open_case() as session:
            session.execute(
                sa.text("""
                insert into class_members (notice_id, full_name, given_name, email, merchant, language)
                select code, 'Person ' || n, 'Person', 'person' || n || '@mail' || n % 7 || '.example', 'Sunny Garden',
                    case when n % 5 = 0 then 'es' else 'en' end
                from unnest(cast(:ids as text[])) with ordinality as t(code, n)
                """),
                {"ids": codes.new_many(count)},
            )

    def plan(self, kind: str = "class_notice", choice: audience.Choice = audience.Choice.EVERYONE, **policy: object) -> uuid.UUID:
        """Plan a campaign whose window is open."""
        now = datetime.datetime.now(datetime.UTC)
        with self.open_case() as session:
            return campaigns.plan(
                session,
                name=f"{kind}-{uuid.uuid4().hex[:6]}",
                kind=kind,
                content=self.content[kind],
                choice=choice,
                send_not_before=now - datetime.timedelta(hours=1),
                send_not_after=now + datetime.timedelta(days=3),
                policy=policy,
            )

    def approve(self, campaign_id: uuid.UUID) -> None:
        """Lock, approve twice, and begin."""
        with self.open_case() as session:
            digest = campaigns.lock(session, campaign_id=campaign_id)
            for person, role in zip(self.approvers, campaigns.APPROVING, strict=True):
                campaigns.approve(session, campaign_id=campaign_id, staff_id=person, role=role, approval_sha256=digest)
            campaigns.begin(session, campaign_id=campaign_id, now=datetime.datetime.now(datetime.UTC))

    def ready(self, count: int, **policy: object) -> uuid.UUID:
        """Return a campaign to so many members that may be sent."""
        self.add_members(count)
        campaign_id = self.plan(**policy)
        self.approve(campaign_id)
        return campaign_id

    def send(self, campaign_id: uuid.UUID, port: int | None = None, **options: object) -> Progress:
        """Send as one sender, nowhere without a port."""
        timeouts = Timeouts(connect=5, greeting=5, command=5, data=5, block=5, dot=1)
        server = Server("127.0.0.1", port or 0, tls="never", timeouts=timeouts)
        orders = Orders(
            case_id=self.case_id,
            campaign_id=campaign_id,
            open_case=self.open_case,
            transport=Nowhere if port is None else functools.partial(Connection, server),
            journal_folder=self.folder / "journal",
            **{"connections": 4, "batch": 50, **options},
        )
        return outbox.send(orders, lambda content: Printer(content, self.keys))

    def statuses(self, campaign_id: uuid.UUID) -> dict[NoticeStatus, int]:
        """Count notices by status."""
        with self.open_case() as session:
            return campaigns.counts(session, campaign_id=campaign_id)


@pytest.fixture
def mailing(engine, case_id, kinds, demo_case, tmp_path) -> Mailing:
    """A case in which something can be sent."""
    content = {kind: content_of(template, demo_case, site_url=SITE) for kind, template in kinds.items()}
    return Mailing(engine, case_id, content, tmp_path)
