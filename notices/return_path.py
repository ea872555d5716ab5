"""Return paths that say which attempt came back (VERP), and unsubscribe tokens: derived, signed, nothing to store or guess."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass

from casefile import keys

_MARK_BYTES = 8
"""64 bits of HMAC-SHA256 in a return path, so that a forged bounce suppresses nobody; the local part stays under 64 octets."""

_TOKEN_BYTES = 12
"""96 bits in an unsubscribe link: hard to forge, as RFC 8058, section 3.1 asks."""


@dataclass(frozen=True, slots=True)
class Returned:
    """Which attempt a return path belongs to."""

    notice_id: uuid.UUID
    attempt: int


def make(key: bytes, *, notice_id: uuid.UUID, attempt: int, domain: str) -> str:
    """Return the envelope sender of one attempt, such as `b-01a2...-1-9f3c...@bounce.example` (53 octets before the @)."""
    body = f"b-{notice_id.hex}-{attempt}"
    return f"{body}-{_mark(key, body)}@{domain}"


def read(key: bytes, address: str) -> Returned | None:
    """Return the attempt that an address belongs to, or None if it is not one of ours; upper case does not matter."""
    body, _, mark = address.strip().strip("<>").partition("@")[0].lower().rpartition("-")
    parts = body.split("-")
    if len(parts) != 3 or parts[0] != "b" or not parts[2].isdecimal() or not parts[2].isascii():
        return None
    if not hmac.compare_digest(_mark(key, body).encode(), mark.encode()):
        return None
    return Returned(uuid.UUID(hex=parts[1]), int(parts[2]))


def unsubscribe_token(key: bytes, *, notice_id: uuid.UUID) -> str:
    """Return the opaque token of a notice's unsubscribe link."""
    return (notice_id.bytes + keys.mac(key, notice_id.bytes)[:_TOKEN_BYTES]).hex()


def read_unsubscribe_token(key: bytes, token: str) -> uuid.UUID | None:
    """Return the notice whose unsubscribe link carries the token, or None if we never made it."""
    try:
        octets = bytes.fromhex(token)
    except ValueError:
        return None
    if len(octets) != 16 + _TOKEN_BYTES:
        return None
    mark = keys.mac(key, octets[:16])[:_TOKEN_BYTES]
    return uuid.UUID(bytes=octets[:16]) if hmac.compare_digest(mark, octets[16:]) else None


def _mark(key: bytes, body: str) -> str:
    return keys.mac(key, body.encode())[:_MARK_BYTES].hex()
