"""Sending as the settings say: which server, which signature, which connections; the one door for commands, flows and pages."""

from __future__ import annotations

import functools
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from casefile import campaigns, database, keys
from casefile.settings import Settings
from notices.campaign import CaseKeys, Printer, case_keys
from notices.dkim import Signer
from notices.orders import Orders, Progress, Transport
from notices.outbox import send
from notices.recovery import OpenCase
from notices.transports.maildir import Maildir
from notices.transports.nowhere import Nowhere
from notices.transports.ses import Account
from notices.transports.smtp import Connection, Server


@dataclass(frozen=True, slots=True)
class Desk:
    """An installation, one of its cases, and who acts."""

    settings: Settings
    engine: database.Engine
    case_id: uuid.UUID
    actor: str

    @property
    def open_case(self) -> OpenCase:
        """Opens one transaction in the case."""
        return functools.partial(database.case_session, self.engine, case_id=self.case_id, actor=self.actor)

    @property
    def keys(self) -> CaseKeys:
        """The case's keys that notices need."""
        return case_keys(keys.installation_key(self.settings), case_id=self.case_id)


def send_campaign(
    desk: Desk,
    *,
    campaign_id: uuid.UUID,
    maildir: Path | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    patience_seconds: float | None = None,
    wait_for_retries: bool = False,
) -> Progress:
    """Send what is due of a campaign that may be sent (`casefile.campaigns.begin`), and return what was done.

    Ends when nothing is due, when the campaign is paused, or when a brake pauses it. It may run again at any time, after any
    crash and beside other senders: nothing is lost, and what may have gone twice is listed as in doubt.
    """
    with desk.open_case() as session:
        campaign = campaigns.get(session, campaign_id=campaign_id)
        sender, is_rehearsal = campaign.content["sender_address"], bool(campaign.policy.get(campaigns.REHEARSAL))
    orders = Orders(
        case_id=desk.case_id,
        campaign_id=campaign_id,
        open_case=desk.open_case,
        transport=_transport(desk.settings, nowhere=is_rehearsal, maildir=maildir),
        journal_folder=desk.settings.journal_directory,
        connections=desk.settings.smtp_connections,
        sign=_sign(desk.settings, domain=sender.partition("@")[2]),
        on_progress=on_progress,
        patience_seconds=patience_seconds,
        wait_for_retries=wait_for_retries,
    )
    case_keys_ = desk.keys
    return send(orders, lambda content: Printer(content, case_keys_))


def server_of(settings: Settings) -> Server:
    """Return the mail server that the settings name."""
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    return Server(
        settings.smtp_host,
        settings.smtp_port,
        helo=socket.getfqdn(),
        user=settings.smtp_user,
        password=password,
        tls=settings.smtp_tls,
    )


def _transport(settings: Settings, *, nowhere: bool, maildir: Path | None) -> Callable[[], Transport]:
    if nowhere:
        return Nowhere
    if maildir is not None:
        return functools.partial(Maildir, maildir)
    if settings.mail_transport == "ses":
        return Account(
            region=settings.ses_region, configuration_set=settings.ses_configuration_set, connections=settings.smtp_connections
        ).transport
    return functools.partial(Connection, server_of(settings))


def _sign(settings: Settings, *, domain: str) -> Callable[[bytes], bytes] | None:
    if settings.dkim_key_file is None or settings.mail_transport == "ses":
        return None  # Amazon SES writes Date and Message-ID anew, which would break our signature, and signs by itself
    return Signer.from_file(settings.dkim_key_file, domain=domain, selector=settings.dkim_selector).sign
