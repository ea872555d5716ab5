"""Single mails: a receipt or a letter to one person because of one event, recorded and sent like every other notice."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from casefile import single_mails
from casefile.case_folder import CaseFolder
from casefile.database import Session
from casefile.errors import AddressRefused
from notices.campaign import content_of, template_of_folder
from notices.fields import MAILBOX
from notices.orders import Progress
from notices.sending import Desk, send_campaign
from notices.values import site_address

PATIENCE_SECONDS = 20.0
"""A page's background task gives up after this; the mail stays in the ledger for the next sender."""


def queue(
    session: Session,
    *,
    case: CaseFolder,
    public_url: str,
    kind: str,
    dedupe_key: str,
    address: str,
    language: str,
    values: Mapping[str, str],
    member_id: uuid.UUID | None = None,
    claim_id: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """Put a single mail into the ledger, in the transaction of the event that it tells of; send it after the commit.

    `values` are the member's and claim's fields (`notices.fields`), `dedupe_key` says which event it is, such as
    `claim_received/<claim id>/<version>`: the same key again sends nothing. Raises `AddressRefused` and `TemplateFaults`.
    """
    if not MAILBOX.fullmatch(address.strip()):
        raise AddressRefused("This is not an e-mail address to which a message can be sent.")
    content = _content(case, kind, public_url)
    return single_mails.queue(
        session,
        campaign_id=single_mails.campaign_of(session, kind=kind, content=content),
        kind=kind,
        dedupe_key=dedupe_key,
        address=address.strip(),
        language=language if language in content["languages"] else content["languages"][0],
        fields=dict(values),
        member_id=member_id,
        claim_id=claim_id,
    )


def send_waiting(desk: Desk, *, patience_seconds: float | None = PATIENCE_SECONDS) -> list[Progress]:
    """Send every single mail that is due; run it after a commit, and from time to time for what could not be sent then."""
    with desk.open_case() as session:
        waiting = single_mails.campaigns_with_mail(session)
    return [send_campaign(desk, campaign_id=found, patience_seconds=patience_seconds) for found in waiting]


def _content(case: CaseFolder, kind: str, public_url: str) -> dict[str, Any]:
    return _content_at(case.notices_path / kind, _age(case.notices_path / kind), _Held(case), public_url)


class _Held:
    """A case in a cache's key: equal when its folder's hash is."""

    def __init__(self, case: CaseFolder) -> None:
        self.case = case

    def __hash__(self) -> int:
        return hash(self.case.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.case.sha256 == self.case.sha256


@functools.lru_cache(maxsize=64)
def _content_at(folder: Path, _age: float, held: _Held, public_url: str) -> dict[str, Any]:
    """Read and parse a kind's folder once, and again when one of its files has changed."""
    template = template_of_folder(held.case, folder.name)
    return content_of(template, held.case, site_url=site_address(public_url, held.case.slug))


def _age(folder: Path) -> float:
    return max((path.stat().st_mtime for path in folder.rglob("*") if path.is_file()), default=0.0)
