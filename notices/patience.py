"""Patience with the database: what a sender must write is written when the database is back, and the lanes wait for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from casefile.errors import DatabaseUnavailable

Result = TypeVar("Result")

REST_SECONDS = (0.2, 0.5, 1, 2, 5, 10)
LONGEST_SECONDS = 3600.0
"""After an hour a sender gives up; its journal and leases keep what it knows."""


async def in_thread(work: Callable[[], Result]) -> Result:
    """Run a transaction in a thread, again and again while the database is away; it must be fit to run twice."""
    return await asyncio.to_thread(patiently, work)


def patiently(work: Callable[[], Result]) -> Result:
    """Run a transaction, again and again while the database is away; it must be fit to run twice."""
    started, tries = time.monotonic(), 0
    while True:
        try:
            return work()
        except DatabaseUnavailable:
            if time.monotonic() - started > LONGEST_SECONDS:
                raise
            time.sleep(REST_SECONDS[min(tries, len(REST_SECONDS) - 1)])
            tries += 1
