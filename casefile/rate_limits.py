"""How often something may be tried: counted in the database, so that every process of the site counts together."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from casefile.tables.claims import RateBucket


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries per key within a window of fixed places on the clock."""

    name: str
    most: int
    window_seconds: int


PIN_PER_NOTICE = (Limit("pin-hour", 10, 3600), Limit("pin-day", 20, 86_400))
"""Of a million PINs, 20 tries a day for half a year find 0.4 %: far less than a stolen letter."""

NOTICE_PER_NETWORK = (Limit("notice-network", 60, 3600),)
"""Notice IDs and PINs tried from one network; a library or a family stays far below."""

START_PER_NETWORK = (Limit("start-network", 600, 3600),)
"""Forms begun from one network: each keeps a row for a day."""

SUBMIT_PER_NETWORK = (Limit("submit-network", 120, 3600),)
"""Claims and exclusion requests filed from one network."""

STATUS_PER_NETWORK = (Limit("status-network", 60, 3600),)
"""Claim numbers looked up from one network."""


def spend(session: Session, *, limits: tuple[Limit, ...], key: str | None, secret: bytes) -> bool:
    """Count one try of `key` and return whether every limit still allows it; without a key nothing is counted.

    The key is stored as an HMAC: neither notice IDs nor network addresses stand in the table. Tries of one key wait for
    each other until the transaction ends, so that a hundred guesses at once are a hundred tries.
    """
    if key is None:
        return True
    counts = [(_count(session, limit=limit, key=key, secret=secret), limit.most) for limit in limits]
    return all(count <= most for count, most in counts)


def _count(session: Session, *, limit: Limit, key: str, secret: bytes) -> int:
    hashed = hmac.digest(secret, f"{limit.name}/{key}".encode(), "sha256").hex()
    seconds = sa.func.floor(sa.extract("epoch", sa.func.now()) / limit.window_seconds) * limit.window_seconds
    start = sa.func.to_timestamp(seconds)
    session.execute(sa.delete(RateBucket).where(RateBucket.key == hashed, RateBucket.window_start < start))
    statement = postgresql.insert(RateBucket).values(key=hashed, window_start=start)
    counted = statement.on_conflict_do_update(
        index_elements=["case_id", "key", "window_start"], set_={"tries": RateBucket.tries + 1}
    ).returning(RateBucket.tries)
    return int(session.execute(counted).scalar_one())
