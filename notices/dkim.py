"""DKIM signatures (RFC 6376), RSA-2048 with SHA-256, over every header that mailbox providers look at."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from casefile.errors import SigningKeyFaulty

SIGNED = (
    "from", "to", "reply-to", "subject", "date", "message-id", "mime-version", "content-type", "auto-submitted", "feedback-id",
    "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
"""RFC 6376, section 5.4.1; List-Unsubscribe and its Post must be covered (RFC 8058, section 4)."""

FEWEST_BITS = 2048
"""RFC 8301, section 3.2."""

_BLANKS = re.compile(rb"[ \t]+")


class Signer:
    """Signs messages of one domain; about 0.3 ms each, nearly all of it the RSA operation."""

    def __init__(self, *, domain: str, selector: str, key: rsa.RSAPrivateKey) -> None:
        if key.key_size < FEWEST_BITS:
            raise SigningKeyFaulty(f"The DKIM key has {key.key_size} bits; providers ask for {FEWEST_BITS} or more.")
        self._key = key
        self._begin = f"v=1; a=rsa-sha256; c=relaxed/simple; d={domain}; s={selector}; "

    @classmethod
    def from_file(cls, path: Path, *, domain: str, selector: str) -> Signer:
        """Read a PEM key; raises `SigningKeyFaulty`."""
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError) as error:
            raise SigningKeyFaulty(f"The DKIM key {path} cannot be read: {error}") from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise SigningKeyFaulty(f"The DKIM key {path} is not an RSA key, and not every provider verifies others.")
        return cls(domain=domain, selector=selector, key=key)

    def sign(self, message: bytes) -> bytes:
        """Return the message with its DKIM-Signature on top; lines must end in CRLF."""
        head, _, body = message.partition(b"\r\n\r\n")
        relaxed = _relaxed(head)
        names = [name for name in SIGNED if name.encode() in relaxed]
        # From, Subject, To and Date are named twice, so that a second one added on the way breaks the signature.
        listed = [*names, "from", "subject", "to", "date"]
        body_hash = base64.b64encode(hashlib.sha256(_simple(body)).digest()).decode()
        value = f"{self._begin}h={':'.join(listed)};\r\n bh={body_hash};\r\n b="
        unsigned = b"dkim-signature:" + _BLANKS.sub(b" ", value.replace("\r\n", "").encode())
        octets = b"".join(relaxed[name.encode()] for name in names) + unsigned
        signature = base64.b64encode(self._key.sign(octets, padding.PKCS1v15(), hashes.SHA256())).decode()
        folded = "\r\n ".join(signature[start : start + 72] for start in range(0, len(signature), 72))
        return f"DKIM-Signature: {value}{folded}\r\n".encode() + message


def _relaxed(head: bytes) -> dict[bytes, bytes]:
    """Return each header in relaxed form by its name (RFC 6376, section 3.4.2); our own messages have each header once."""
    found = {}
    for field in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = field.partition(b":")
        key = name.strip().lower()
        found[key] = key + b":" + _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip() + b"\r\n"
    return found


def _simple(body: bytes) -> bytes:
    """Return the body with exactly one line end at its end (RFC 6376, section 3.4.3)."""
    return body.rstrip(b"\r\n") + b"\r\n"
