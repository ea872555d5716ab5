"""The receipt by mail: it arrives once, and a mail server that is down costs nothing but time."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from fastapi.testclient import TestClient

from casefile import cases, database
from casefile.settings import Settings
from casefile.tables.claims import Claim
from casefile.tables.mail import Notice
from intake_api.app import create_app
from intake_api.claimant import receipts
from notices.sending import Desk

from .conftest import Visitor


class Letterbox:
    """Takes every mail and keeps it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # aiosmtpd names it so
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        return "250 taken"


@pytest.fixture
def letterbox() -> Iterator[tuple[Letterbox, int]]:
    box = Letterbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller.port
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def site_with_mail(settings: Settings, engine: database.Engine, port: int) -> tuple[Settings, Any]:
    changed = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "never"})
    return changed, create_app(changed, engine=engine)


def test_the_receipt_arrives_once_in_the_language_of_the_claim(
    letterbox: tuple[Letterbox, int], settings: Settings, engine: database.Engine, site_case: cases.OpenedCase
) -> None:
    box, port = letterbox
    _, app = site_with_mail(settings, engine, port)
    with TestClient(app, client=("203.0.113.20", 5)) as client:
        visitor = Visitor(client, site_case.slug, "es")
        visitor.answer_all()
        first = visitor.sign()
        client.post(str(first.request.url), content=first.request.content, headers=first.request.headers, follow_redirects=False)
        number = visitor.receipt_number()
    (mail,) = box.mails
    assert "<dana@example.com>" in mail["To"]
    text = mail.get_body(("plain",))
    assert text is not None
    assert number in text.get_content().replace(" ", "")
    assert "reclam" in text.get_content()


def test_a_mail_server_that_is_down_loses_neither_claim_nor_receipt(
    letterbox: tuple[Letterbox, int],
    settings: Settings,
    engine: database.Engine,
    site_case: cases.OpenedCase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receipts, "PATIENCE_SECONDS", 0.5)
    box, port = letterbox
    _, app = site_with_mail(settings, engine, free_port())
    with TestClient(app, client=("203.0.113.21", 5)) as client:
        visitor = Visitor(client, site_case.slug)
        visitor.answer_all()
        assert visitor.sign().status_code == 303
        assert visitor.receipt_number()
    assert box.mails == []
    with database.case_session(engine, case_id=site_case.id, actor="test") as session:
        assert session.scalar(sa.select(sa.func.count(Claim.id))) == 1
        session.execute(sa.update(Notice).values(next_at=sa.func.now()))
    working, _ = site_with_mail(settings, engine, port)
    receipts.send(Desk(working, engine, site_case.id, actor="test"))
    assert ["<dana@example.com>" in mail["To"] for mail in box.mails] == [True]
