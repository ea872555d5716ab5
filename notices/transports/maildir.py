"""The development way: each message becomes a file of a maildir."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path

from notices.transports.reply import Handover, Reply


class Maildir:
    """Writes each message to `tmp` and moves it to `new`, so that a reader never sees half of one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sent = 0

    async def open(self) -> None:
        """Create the three folders."""
        for name in ("tmp", "new", "cur"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    async def deliver(self, sender: str, recipient: str, octets: bytes, before_dot: Callable[[], None]) -> Handover:
        """Write one message with its envelope on top."""
        name = f"{uuid.uuid4().hex}.eml"
        before_dot()
        envelope = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode()
        (self.folder / "tmp" / name).write_bytes(envelope + octets)
        os.replace(self.folder / "tmp" / name, self.folder / "new" / name)
        self.sent += 1
        return Handover.of(Reply(250, f"2.0.0 kept as {name}"))

    async def close(self) -> None:
        """Nothing to close."""
