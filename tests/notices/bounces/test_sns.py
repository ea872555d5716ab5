"""SNS envelopes: only what Amazon signed for a topic of ours is believed."""

from __future__ import annotations

import base64
import datetime
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from notices.bounces import sns
from notices.bounces.sns import EnvelopeRefused

TOPIC = "arn:aws:sns:us-east-1:123456789012:redress"
ADDRESS = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123abcd.pem"
NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY, *, until: datetime.datetime | None = None) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.example")])
    until = until or NOW + datetime.timedelta(days=30)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = builder.not_valid_before(NOW - datetime.timedelta(days=90)).not_valid_after(until).sign(key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


def envelope(**changes: str) -> dict[str, str]:
    fields = {
        "Type": "Notification",
        "MessageId": "m-1",
        "TopicArn": TOPIC,
        "Message": json.dumps({"eventType": "Bounce"}),
        "Timestamp": "2026-11-23T11:59:00.000Z",
        "SignatureVersion": "2",
        "SigningCertURL": ADDRESS,
    } | changes
    signature = KEY.sign(sns.string_to_sign(fields), padding.PKCS1v15(), hashes.SHA256())
    return fields | {"Signature": base64.b64encode(signature).decode()}


def check(fields: dict[str, str], pem: bytes | None = None) -> dict[str, str]:
    found = certificate() if pem is None else pem
    return sns.verified(json.dumps(fields).encode(), topics={TOPIC}, certificate=lambda _: found, now=NOW)


def test_what_was_signed_is_believed() -> None:
    fields = check(envelope(Subject="x"))
    assert sns.event_in(fields) == {"eventType": "Bounce"}


def test_a_confirmation_is_verified_with_its_own_fields() -> None:
    fields = envelope(Type="SubscriptionConfirmation", Token="t", SubscribeURL="https://sns.us-east-1.amazonaws.com/?x")
    assert check(fields)["Token"] == "t"


@pytest.mark.parametrize("name", ["Message", "MessageId", "Timestamp", "Subject", "Signature"])
def test_a_changed_field_is_refused(name: str) -> None:
    fields = envelope(Subject="x")
    fields[name] = base64.b64encode(b"other").decode()
    with pytest.raises(EnvelopeRefused):
        check(fields)


@pytest.mark.parametrize(
    "address",
    [
        "http://sns.us-east-1.amazonaws.com/SimpleNotificationService-0a.pem",
        "https://sns.us-east-1.amazonaws.com.evil.example/SimpleNotificationService-0a.pem",
        "https://evil.example/sns.us-east-1.amazonaws.com/SimpleNotificationService-0a.pem",
        "https://sns.us-east-1.amazonaws.com@evil.example/SimpleNotificationService-0a.pem",
        "https://sns.us-east-1.amazonaws.com/../evil/SimpleNotificationService-0a.pem",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0a.pem?x=1",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0a.pem\n",
        "https://s3.us-east-1.amazonaws.com/SimpleNotificationService-0a.pem",
        "",
    ],
)
def test_a_strange_certificate_address_is_not_even_fetched(address: str) -> None:
    def never(_: str) -> bytes:
        raise AssertionError("fetched")

    body = json.dumps(envelope(SigningCertURL=address)).encode()
    with pytest.raises(EnvelopeRefused, match="not at an address of Amazon"):
        sns.verified(body, topics={TOPIC}, certificate=never, now=NOW)


def test_other_topics_and_old_signatures_are_refused() -> None:
    with pytest.raises(EnvelopeRefused, match="topic"):
        check(envelope(TopicArn=TOPIC + "x"))
    with pytest.raises(EnvelopeRefused, match="version 2"):
        check(envelope(SignatureVersion="1"))


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        certificate(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        certificate(ec.generate_private_key(ec.SECP256R1())),
        certificate(until=NOW - datetime.timedelta(days=1)),
    ],
    ids=["empty", "broken", "another key", "not RSA", "out of date"],
)
def test_a_certificate_that_does_not_prove_it_is_refused(pem: bytes) -> None:
    with pytest.raises(EnvelopeRefused):
        check(envelope(), pem)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b"[" * 200_000, b'{"Type":"Notification"}', b"x" * 300_001])
def test_what_is_no_envelope_is_refused(body: bytes) -> None:
    with pytest.raises(EnvelopeRefused):
        sns.verified(body, topics={TOPIC}, certificate=lambda _: certificate(), now=NOW)
