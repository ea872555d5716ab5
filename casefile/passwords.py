"""Passwords and one-time codes of staff: how they are hashed, which are refused, and how a code is used only once."""

from __future__ import annotations

import threading
import time

import argon2
import pyotp

from casefile import errors

LEAST_CHARACTERS = 15
"""NIST SP 800-63B-4, section 3.1.1.2: a password that is the only factor has at least 15 characters, and no other rule."""

MOST_CHARACTERS = 256
"""Beyond what a password manager makes; bounds the work of hashing."""

CODE_SECONDS = 30
"""RFC 6238, section 5.2: the recommended time step."""

_HASHER = argon2.PasswordHasher()  # argon2id with the parameters of RFC 9106, section 4, second choice (64 MiB, 3 passes)
_AT_ONCE = threading.Semaphore(2)  # a hash takes 0.1 s and 64 MiB: sign-ins in a burst wait instead of filling the memory
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$cmVkcmVzcy1ub2JvZHkhIQ$f6Rk5WmNu5+cxlDDXJDu0ulMyhyZGzJ3QmOQOiGCqp4"


def hashed(password: str, *, names: tuple[str, ...] = ()) -> str:
    """Return what is kept of a password. Raises `StaffRefused` for one that is too short, too long or the person's own name."""
    if len(password) < LEAST_CHARACTERS:
        raise errors.StaffRefused(f"The password needs at least {LEAST_CHARACTERS} characters; a few words in a row are fine.")
    if len(password) > MOST_CHARACTERS:
        raise errors.StaffRefused(f"The password may have at most {MOST_CHARACTERS} characters.")
    if password.casefold() in {name.casefold() for name in names}:
        raise errors.StaffRefused("The password must not be the person's own name or address.")
    with _AT_ONCE:
        return _HASHER.hash(password)


def agrees(kept: str | None, given: str) -> bool:
    """Return whether a password is the kept one; without a kept one it takes as long and is False."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _NOBODY, given[:MOST_CHARACTERS]) and kept is not None
        except argon2.exceptions.VerifyMismatchError:
            return False


def new_secret() -> str:
    """Return a new secret for an authenticator app (160 bits, RFC 4226, section 4)."""
    return pyotp.random_base32()


def enrolment_address(secret: str, *, email: str) -> str:
    """Return the otpauth address that an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Redress")


def code_step(secret: str, *, given: str, last_step: int | None, at_seconds: float | None = None) -> int | None:
    """Return the time step of a right code that was not used before, else None (RFC 6238, section 5.2: one step of drift)."""
    now = int(time.time() if at_seconds is None else at_seconds) // CODE_SECONDS
    digits = "".join(letter for letter in given if letter.isdigit())
    maker = pyotp.TOTP(secret)
    for step in (now, now - 1, now + 1):
        if pyotp.utils.strings_equal(maker.at(step * CODE_SECONDS), digits) and (last_step is None or step > last_step):
            return step
    return None
