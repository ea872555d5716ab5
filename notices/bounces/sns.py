"""Amazon SNS envelopes: nothing is believed before its signature, its certificate's host and its topic are."""

from __future__ import annotations

import base64
import binascii
import datetime
import functools
import json
import re
from collections.abc import Callable, Collection
from typing import Any

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from casefile.errors import RedressError

# Amazon SNS Developer Guide, "Verifying the signatures of Amazon SNS messages".
CERTIFICATE_ADDRESS = re.compile(
    r"https://sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?/SimpleNotificationService-[0-9a-f]{1,80}\.pem", re.ASCII
)
SIGNED_FIELDS = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
OPTIONAL_FIELDS = ("Subject",)
MAX_ENVELOPE_BYTES = 300_000
"""SNS carries at most 256 kB."""


class EnvelopeRefused(RedressError):
    """An SNS message that is not proved to come from a known topic."""


def verified(
    body: bytes, *, topics: Collection[str], certificate: Callable[[str], bytes], now: datetime.datetime
) -> dict[str, str]:
    """Return the fields of an SNS message whose signature holds.

    `topics` are the TopicArns that we subscribed to, `certificate` fetches the PEM of an address (called only for an address
    of Amazon's). Raises `EnvelopeRefused` for anything else: another topic, SignatureVersion 1 (SHA-1), a strange
    certificate host, a certificate out of its time, a signature that does not fit.
    """
    envelope = _fields(body)
    if envelope.get("TopicArn") not in topics:
        raise EnvelopeRefused("The message is from a topic that is not ours.")
    if envelope.get("SignatureVersion") != "2":
        raise EnvelopeRefused("The message is not signed with signature version 2 (SHA-256).")
    address = envelope.get("SigningCertURL", "")
    if not CERTIFICATE_ADDRESS.fullmatch(address):
        raise EnvelopeRefused("The signing certificate is not at an address of Amazon SNS.")
    _check(envelope, certificate(address), now)
    return envelope


def event_in(envelope: dict[str, str]) -> dict[str, Any]:
    """Return the SES event that a verified notification carries, or an empty one when it carries something else."""
    try:
        event = json.loads(envelope.get("Message", ""))
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


@functools.lru_cache(maxsize=16)
def fetch_certificate(address: str) -> bytes:
    """Fetch a signing certificate over HTTPS, without following redirects, and keep it; raises `EnvelopeRefused`."""
    try:
        answer = httpx.get(address, follow_redirects=False, timeout=10)
    except httpx.HTTPError as error:
        raise EnvelopeRefused("The signing certificate could not be fetched.") from error
    if answer.status_code != 200:
        raise EnvelopeRefused("The signing certificate could not be fetched.")
    return answer.content


def string_to_sign(envelope: dict[str, str]) -> bytes:
    """Return what Amazon signed: name and value of the type's fields, each on a line, by name."""
    names = SIGNED_FIELDS[envelope["Type"]]
    return "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope).encode()


def _fields(body: bytes) -> dict[str, str]:
    if len(body) > MAX_ENVELOPE_BYTES:
        raise EnvelopeRefused("The message is larger than SNS sends.")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise EnvelopeRefused("The message is no JSON.") from error
    if not isinstance(found, dict):
        raise EnvelopeRefused("The message is no SNS message.")
    envelope = {name: value for name, value in found.items() if isinstance(value, str)}
    wanted = SIGNED_FIELDS.get(envelope.get("Type", ""), ("Type",))
    if any(name not in envelope for name in wanted if name not in OPTIONAL_FIELDS):
        raise EnvelopeRefused("The message is no SNS message.")
    return envelope


def _check(envelope: dict[str, str], pem: bytes, now: datetime.datetime) -> None:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        signature = base64.b64decode(envelope.get("Signature", ""), validate=True)
    except (ValueError, binascii.Error) as error:
        raise EnvelopeRefused("The signature or its certificate cannot be read.") from error
    key = certificate.public_key()
    if not (certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc) or not isinstance(key, rsa.RSAPublicKey):
        raise EnvelopeRefused("The signing certificate does not hold today.")
    try:
        key.verify(signature, string_to_sign(envelope), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise EnvelopeRefused("The signature does not fit the message.") from error
