"""`redress bounces record` and the listener behind `listen`: a message counts once, whichever way it comes."""

from __future__ import annotations

import asyncio
import os
import signal
import smtplib
import threading
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from casefile import cases, database
from casefile.settings import Settings
from casefile.tables.mail import DeliveryEvent
from flows.cli import bounces, opening
from flows.cli.main import build

DATA = Path(__file__).parents[1] / "notices" / "bounces" / "data"


@pytest.fixture
def slug(monkeypatch: pytest.MonkeyPatch, settings: Settings, engine: sa.Engine, case_id: uuid.UUID) -> str:
    """The short name of the test's case, which the commands can open."""
    monkeypatch.setattr(opening, "installation", lambda: (settings, engine))
    with database.open_session(engine, actor="test") as session:
        return cases.get(session, case_id=case_id).slug


def events(engine: sa.Engine, case_id: uuid.UUID) -> int:
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        return session.scalars(sa.select(sa.func.count()).select_from(DeliveryEvent)).one()


def test_recording_twice_records_once(slug: str, engine: sa.Engine, case_id: uuid.UUID) -> None:
    words = ["bounces", "record", "--case", slug, str(DATA / "dsn-unknown.eml"), str(DATA / "other-parcel.eml")]
    first, second = (CliRunner().invoke(build(), words).output for _ in range(2))
    assert first == "2 messages read, 1 recorded, 1 known already or no report\n"
    assert second == "2 messages read, 0 recorded, 2 known already or no report\n"
    assert events(engine, case_id) == 1


def test_listening_acknowledges_what_is_committed(
    slug: str, engine: sa.Engine, case_id: uuid.UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = (DATA / "dsn-unknown.eml").read_bytes()
    seen: list[int] = []
    ended = threading.Event()

    def deliver() -> None:
        try:
            while "on 127.0.0.1:" not in (said := said_so_far()) and not ended.is_set():
                pass
            with smtplib.SMTP("127.0.0.1", int(said.rsplit(":", 1)[1]), timeout=10) as client:
                client.sendmail("", ["b-1@bounce.example"], raw)
                seen.append(events(engine, case_id))
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    lines: list[str] = []

    def said_so_far() -> str:
        lines.append(capsys.readouterr().out)
        return "".join(lines).strip()

    client = threading.Thread(target=deliver, daemon=True)
    client.start()
    try:
        asyncio.run(
            bounces._listen(
                bounces._store(opening.case(slug)), domain="bounce.example", host="127.0.0.1", port=0, protocol="smtp"
            )
        )
    finally:
        ended.set()
    client.join(10)
    assert seen == [1]
