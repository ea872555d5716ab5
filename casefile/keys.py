"""The installation's secret key and what is derived from it: each case's key, a member's PIN, and link tokens."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import uuid
from functools import lru_cache
from pathlib import Path

from casefile.settings import Settings

PIN_DIGITS = 6
"""A million PINs; guessing is bounded by the rate limit per notice ID and per network, and the notice ID is not guessable."""


def installation_key(settings: Settings) -> bytes:
    """Return the key from the settings, or the one made once in the data directory (back it up beside the database)."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    return _kept_key(settings.data_directory / "secret.key")


def _kept_key(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(draft, path)  # whoever comes second keeps the first one's key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()


def case_key(installation: bytes, *, case_id: uuid.UUID, purpose: str) -> bytes:
    """Return the 32-byte key of a case for one purpose (HMAC-SHA256, RFC 2104, as a key derivation)."""
    return hmac.digest(installation, f"{case_id}/{purpose}".encode(), "sha256")


@lru_cache(maxsize=64)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")


def mac(key: bytes, octets: bytes) -> bytes:
    """Return HMAC-SHA256 (RFC 2104) from a keyed copy: 4 microseconds where `hmac.digest` takes 20, since it never lets go of
    the interpreter; a million notices carry three each.
    """
    keyed = _keyed(key).copy()
    keyed.update(octets)
    return keyed.digest()


def pin(key: bytes, *, member_id: uuid.UUID, counter: int) -> str:
    """Return a member's PIN: six digits derived from the case's key, the member and the counter, stored nowhere.

    The same in every re-mail; raising the counter renews it. The digits are the HMAC's first 8 bytes modulo a million
    (bias below 1e-13).
    """
    digest = mac(key, member_id.bytes + counter.to_bytes(4, "big"))
    return str(int.from_bytes(digest[:8], "big") % 10**PIN_DIGITS).zfill(PIN_DIGITS)


def pin_agrees(key: bytes, *, member_id: uuid.UUID, counter: int, given: str) -> bool:
    """Return whether what somebody typed is the member's PIN; takes the same time for every wrong answer."""
    digits = "".join(letter for letter in given if letter.isdigit())
    return hmac.compare_digest(pin(key, member_id=member_id, counter=counter), digits)


def token_sha256(token: str) -> bytes:
    """Return what we keep of a cookie's or link's opaque token: its SHA-256, never the token."""
    return hashlib.sha256(token.encode()).digest()
