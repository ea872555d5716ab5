"""The proof sheet: what the edge recipients of a frozen audience will read, written as files for the people who approve."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from pathlib import Path

from casefile import campaigns, edge_recipients
from casefile.ledger import Leased
from notices.campaign import Printer
from notices.sending import Desk


def write(desk: Desk, *, campaign_id: uuid.UUID, folder: Path) -> list[str]:
    """Write one message per edge recipient as .eml and .html into `folder`; return a line for each.

    Edge recipients: the longest name, a name with accents, no name, no shop, the longest shop, and one per language.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with desk.open_case() as session:
        campaign = campaigns.get(session, campaign_id=campaign_id)
        edges = edge_recipients.find(session, campaign_id=campaign_id)
        printer = Printer(campaign.content, desk.keys)
    return [line for name, notice in edges for line in _write_one(printer, name, notice, folder)]


def _write_one(printer: Printer, name: str, notice: Leased, folder: Path) -> Iterator[str]:
    printed = printer.print(notice, sent_at=datetime.datetime.now(datetime.UTC))
    stem = f"{name.replace(' ', '-')}-{notice.language}"
    (folder / f"{stem}.eml").write_bytes(printed.octets)
    (folder / f"{stem}.html").write_text(page_of(printed.octets), encoding="utf-8")
    yield f"{stem}: {folder / stem}.html and .eml, {len(printed.octets):,} octets"


def page_of(octets: bytes) -> str:
    """Return the HTML part of a printed message."""
    import email
    from email.policy import default

    body = email.message_from_bytes(octets, policy=default).get_body(("html",))
    return str(body.get_content()) if body is not None else ""
