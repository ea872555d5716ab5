"""The SES webhook: refused when not proved, not there for an unknown case, and recorded once."""

from __future__ import annotations

import base64
import datetime
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from fastapi.testclient import TestClient

from casefile import cases, database, keys, suppressions
from casefile.database import Engine
from casefile.settings import Settings
from casefile.tables.mail import Campaign, DeliveryEvent, Notice
from casefile.words import NoticeStatus
from intake_api.app import create_app
from notices import return_path
from notices.bounces import sns
from notices.campaign import case_keys

TOPIC = "arn:aws:sns:us-east-1:123456789012:redress"
ADDRESS = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123abcd.pem"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def client(settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The site with one known topic and a certificate of our own in Amazon's place."""
    monkeypatch.setattr(sns, "fetch_certificate", lambda _: certificate())
    with TestClient(create_app(settings.model_copy(update={"sns_topics": (TOPIC,)}), engine=engine)) as client:
        yield client


@pytest.fixture
def notice(engine: Engine, case_id: uuid.UUID) -> Notice:
    """An accepted notice, committed."""
    now = datetime.datetime.now(datetime.UTC)
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        campaign = Campaign(name="first", kind="class_notice", content={}, send_not_before=now, send_not_after=now)
        session.add(campaign)
        session.flush()
        notice = Notice(
            kind="class_notice",
            campaign_id=campaign.id,
            address="jane@x.example",
            language="en",
            status=NoticeStatus.ACCEPTED,
            attempts=1,
            accepted_at=now,
        )
        session.add(notice)
    return notice


def certificate() -> bytes:
    now = datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.example")])
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), x509.random_serial_number())
    day = datetime.timedelta(days=1)
    signed = builder.not_valid_before(now - day).not_valid_after(now + day).sign(KEY, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


def signed(message: dict[str, Any], **changes: str) -> bytes:
    fields = {
        "Type": "Notification",
        "MessageId": str(uuid.uuid4()),
        "TopicArn": TOPIC,
        "Message": json.dumps(message),
        "Timestamp": "2026-11-23T11:59:00.000Z",
        "SignatureVersion": "2",
        "SigningCertURL": ADDRESS,
    } | changes
    signature = KEY.sign(sns.string_to_sign(fields), padding.PKCS1v15(), hashes.SHA256())
    return json.dumps(fields | {"Signature": base64.b64encode(signature).decode()}).encode()


def bounce(settings: Settings, case_id: uuid.UUID, notice: Notice, diagnostic: str) -> dict[str, Any]:
    key = case_keys(keys.installation_key(settings), case_id=case_id).return_path
    source = return_path.make(key, notice_id=notice.id, attempt=1, domain="bounce.example")
    recipient = {"emailAddress": "jane@x.example", "diagnosticCode": diagnostic}
    return {
        "eventType": "Bounce",
        "mail": {"source": source},
        "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [recipient]},
    }


def slug_of(engine: Engine, case_id: uuid.UUID) -> str:
    with database.open_session(engine, actor="test") as session:
        return cases.get(session, case_id=case_id).slug


def test_a_bounce_is_recorded_once_and_suppresses(
    client: TestClient, settings: Settings, engine: Engine, case_id: uuid.UUID, notice: Notice
) -> None:
    body = signed(bounce(settings, case_id, notice, "smtp; 550 5.1.1 user unknown"))
    path = f"/hooks/ses/{slug_of(engine, case_id)}"
    assert [client.post(path, content=body).text for _ in range(2)] == ["recorded", "known already"]
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        event = session.scalars(sa.select(DeliveryEvent)).one()
        assert (event.source, event.occurred_at.isoformat()) == ("ses", "2026-11-23T11:59:00+00:00")
        assert session.get_one(Notice, notice.id).status is NoticeStatus.BOUNCED_HARD
        assert [one.address for one in suppressions.live(session)] == ["jane@x.example"]


def test_a_policy_refusal_suppresses_nobody(
    client: TestClient, settings: Settings, engine: Engine, case_id: uuid.UUID, notice: Notice
) -> None:
    body = signed(bounce(settings, case_id, notice, "smtp; 554 5.7.1 blocked using zen.spamhaus.org"))
    assert client.post(f"/hooks/ses/{slug_of(engine, case_id)}", content=body).status_code == 200
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        assert suppressions.live(session) == []


def test_what_is_not_proved_is_refused(client: TestClient, engine: Engine, case_id: uuid.UUID) -> None:
    path = f"/hooks/ses/{slug_of(engine, case_id)}"
    forged = signed({}).replace(b"Notification", b"Nonsense")
    for body in (b"", b"{}", signed({}, TopicArn="arn:other"), signed({}, SignatureVersion="1"), forged):
        assert client.post(path, content=body).status_code == 403


def test_other_messages_are_taken_without_effect(client: TestClient, engine: Engine, case_id: uuid.UUID) -> None:
    path = f"/hooks/ses/{slug_of(engine, case_id)}"
    assert client.post(path, content=signed({"eventType": "Open"})).text == "not about a delivery"
    confirmation = signed({}, Type="SubscriptionConfirmation", Token="t", SubscribeURL="https://sns.us-east-1.amazonaws.com/")
    assert client.post(path, content=confirmation).text == "noted"


def test_an_unknown_case_is_not_there(client: TestClient) -> None:
    body = signed({"eventType": "Bounce", "bounce": {}})
    assert client.post("/hooks/ses/no-such-case", content=body).status_code == 404
