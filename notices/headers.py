"""Header fields as octets: encoded words (RFC 2047), folded lines (RFC 5322), never a control character from a value."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from notices.fields import MAILBOX

FOLD_AT = 76
"""Lines are folded at 76 octets; the hard limit is 998 (RFC 5322, section 2.1.1)."""

_WORD_OCTETS = 42
"""Octets of text in one encoded word: 56 base64 characters and the frame of 12 stay under 75 (RFC 2047, section 2)."""

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


@lru_cache(maxsize=64)
def text(name: str, value: str) -> bytes:
    """Return a whole header field with free text, ending in CRLF; `value` must have passed `fields.for_header`."""
    if value.isascii() and all(len(word) < FOLD_AT for word in value.split(" ")):
        return _folded(f"{name}: {value}")
    return f"{name}:".encode() + b"".join(b"\r\n " + word for word in encoded_words(value)).replace(b"\r\n ", b" ", 1) + b"\r\n"


def mailbox(name: str, display: str, address: str) -> bytes:
    """Return a whole header field with one mailbox, ending in CRLF; `display` must have passed `fields.for_header`.

    Raises `ValueError` for anything that is not exactly one address.
    """
    if not MAILBOX.fullmatch(address):
        raise ValueError("not an e-mail address that can be written into a header")
    if not display:
        return f"{name}: {address}\r\n".encode()
    return f"{name}: ".encode() + phrase(display) + b"\r\n <" + address.encode() + b">\r\n"


def phrase(display: str) -> bytes:
    """Return a display name as atoms, as a quoted string, or as encoded words when it is not ASCII or very long."""
    if not display.isascii() or len(display) > FOLD_AT - 6:
        return b"\r\n ".join(encoded_words(display))
    if _ATOMS.fullmatch(display):
        return display.encode()
    return b'"' + display.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'


def encoded_words(value: str) -> list[bytes]:
    """Return a value as base64 encoded words, none of which splits a character (RFC 2047, section 5)."""
    words, start, size = [], 0, 0
    for position, letter in enumerate(value):
        width = len(letter.encode())
        if size + width > _WORD_OCTETS:
            words.append(value[start:position])
            start, size = position, 0
        size += width
    words.append(value[start:])
    return [b"=?utf-8?b?" + base64.b64encode(word.encode()) + b"?=" for word in words]


def date(at: datetime) -> str:
    """Return a Date header's value, such as `Mon, 23 Nov 2026 15:00:00 +0000`."""
    return _date(at.astimezone(UTC).replace(microsecond=0))


@lru_cache(maxsize=4)
def _date(at: datetime) -> str:
    return format_datetime(at)


def _folded(line: str) -> bytes:
    rows, row = [], ""
    for word in line.split(" "):
        if row and len(row) + 1 + len(word) > FOLD_AT and row.strip() and not row.endswith(":"):
            rows.append(row)
            row = ""
        row = f"{row} {word}" if row or rows else word
    rows.append(row)
    return "\r\n".join(rows).encode() + b"\r\n"
