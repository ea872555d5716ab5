"""The case's merchants: finding the shop that somebody remembers, by trade name, web address or another name."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from rapidfuzz import fuzz, process, utils
from sqlalchemy.orm import Session

from casefile.tables.cases import Merchant

MOST_FOUND = 15
"""Shops that a search shows: about two screens of a phone."""

SHORTEST_PART = 4
"""Letters from which a misspelt part of a name says something; shorter ones are in every name."""

CLOSE = 75
"""Least likeness (0-100) at which a misspelt name is still offered; below it the list fills with strangers."""


@dataclass(frozen=True, slots=True)
class Found:
    """A shop that fits what was typed, and the other name under which it was found, if it was one."""

    id: uuid.UUID
    name: str
    domain: str | None
    found_as: str | None


def by_ids(session: Session, *, ids: Sequence[uuid.UUID]) -> list[Merchant]:
    """Return the merchants of these ids that belong to the case, by name."""
    return list(session.scalars(sa.select(Merchant).where(Merchant.id.in_(ids)).order_by(Merchant.name)))


def search(session: Session, *, words: str, limit: int = MOST_FOUND) -> list[Found]:
    """Return the shops that fit what somebody typed, the likest first; spelling, case and `www.` do not matter.

    Reads the case's whole list: a few milliseconds per thousand shops.
    """
    wanted = _plain(words)
    if not wanted:
        return []
    names: list[tuple[Merchant, str]] = []
    for merchant in session.scalars(sa.select(Merchant).order_by(Merchant.name)):
        names += [(merchant, name) for name in (merchant.name, merchant.domain or "", *merchant.aliases) if name]
    scored = process.extract(wanted, [_plain(name) for _, name in names], scorer=_likeness, score_cutoff=CLOSE, limit=limit * 6)
    best: dict[uuid.UUID, Found] = {}
    for _, _, place in scored:
        merchant, name = names[place]
        other = name if name not in (merchant.name, merchant.domain) else None
        best.setdefault(merchant.id, Found(id=merchant.id, name=merchant.name, domain=merchant.domain, found_as=other))
    return list(best.values())[:limit]


def _plain(text: str) -> str:
    plain = utils.default_process(text.lower().removeprefix("https://").removeprefix("http://").removeprefix("www."))
    return " ".join(plain.split())


def _likeness(wanted: str, name: str, *, score_cutoff: float | None = None) -> float:
    """Rank whole names above parts of names, and parts above misspellings."""
    if wanted == name:
        return 100.0
    if name.startswith(wanted):
        return 99.0
    if len(wanted) > 1 and wanted in name:
        return 98.0
    if all(word in name for word in wanted.split()):
        return 97.0
    whole = fuzz.token_sort_ratio(wanted, name, score_cutoff=score_cutoff or 0)
    part = 0.95 * fuzz.partial_ratio(wanted, name) if len(wanted) >= SHORTEST_PART else 0.0
    return max(whole, part)
