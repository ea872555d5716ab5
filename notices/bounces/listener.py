"""The LMTP and SMTP inlet: a message is acknowledged only after it has been committed."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

Store = Callable[[bytes, Sequence[str]], object]
"""Write one message, sent to the given envelope recipients, and commit; raise when that failed. What it returns is its own."""

MAX_MESSAGE_BYTES = 33_554_432
MAX_RECIPIENTS = 100
"""RFC 5321, section 4.5.3.1.8: a server takes at least a hundred recipients."""

log = structlog.get_logger(__name__)


class Inbox:
    """What the listener answers; one for all connections."""

    def __init__(self, *, store: Store, is_ours: Callable[[str], bool], per_recipient: bool) -> None:
        self.store = store
        self.is_ours = is_ours
        self.per_recipient = per_recipient

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name for the hook
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take addresses of our own only, so that nobody can use the listener as a relay or a dump."""
        if not self.is_ours(address):
            return "550 5.1.1 No such address here"
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        """Store the message, then acknowledge it; whoever sent it keeps it and tries again when storing failed."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode("utf-8", "surrogateescape")
        try:
            await asyncio.to_thread(self.store, raw, tuple(envelope.rcpt_tos))
        except Exception as error:  # whatever failed, the message must stay with its sender
            log.error("returned mail was not recorded", error=type(error).__name__)
            return self._for_each(envelope, "451 4.3.0 Not recorded, try again later")
        return self._for_each(envelope, "250 2.0.0 Recorded")

    def _for_each(self, envelope: Envelope, reply: str) -> str:
        """LMTP answers once for each recipient (RFC 2033, section 4.2), SMTP once."""
        return "\r\n".join([reply] * (len(envelope.rcpt_tos) if self.per_recipient else 1))


async def listen(
    *, host: str, port: int, store: Store, is_ours: Callable[[str], bool], protocol: str = "lmtp", hostname: str = "localhost"
) -> asyncio.Server:
    """Listen for returned mail on `host`:`port` (0 picks a port) and return the running server.

    `protocol` is "lmtp", for a mail server of one's own in front of it, or "smtp". `store` runs in a thread and must commit
    before it returns; `is_ours` says which recipients are taken.
    """
    kind: Any = {"lmtp": LMTP, "smtp": SMTP}[protocol]
    inbox = Inbox(store=store, is_ours=is_ours, per_recipient=protocol == "lmtp")
    make = functools.partial(
        kind, inbox, hostname=hostname, ident="Redress", data_size_limit=MAX_MESSAGE_BYTES, timeout=300, enable_SMTPUTF8=True
    )
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: make(loop=loop), host, port)
