"""A fast SMTP sink for loopback tests: keeps a ledger of what it took, and misbehaves on request.

python benchmarks/sink.py --port 2525 --ledger taken.txt --drop-after-dot 0.01
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
from pathlib import Path

import uvloop

from flows.smtp_sink import SinkSession

TAKEN = b"250 2.0.0 taken\r\n"
MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.IGNORECASE | re.MULTILINE)


class Behaviour:
    """How often the sink does what, as shares of messages; one seed, one behaviour."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.random = random.Random(options.seed)
        self.ledger = os.open(options.ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def happens(self, name: str) -> bool:
        """Draw whether something happens to this message."""
        share = getattr(self.options, name)
        return bool(share) and self.random.random() < share


class Session(SinkSession):
    """A connection that does what its behaviour draws."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__()
        self.behaviour = behaviour

    def on_sender(self) -> bytes:
        """Take the sender, or close the shop."""
        if self.behaviour.happens("closing"):
            self.transport.write(b"421 4.3.2 closing, try later\r\n")
            self.transport.close()
            return b""
        return super().on_sender()

    def on_recipient(self, address: str) -> bytes:  # noqa: ARG002  # the draw decides, not the address
        """Take the recipient, or refuse it for one of three reasons."""
        if self.behaviour.happens("temporary"):
            return b"451 4.2.0 mailbox busy\r\n"
        if self.behaviour.happens("unknown"):
            return b"550 5.1.1 no such user\r\n"
        if self.behaviour.happens("policy"):
            return b"550 5.7.1 message blocked by policy\r\n"
        return b"250 2.1.5 ok\r\n"

    def on_data(self) -> None:
        """Go on, or hang up in the middle."""
        if self.behaviour.happens("drop_before_dot"):
            self.transport.abort()

    def on_message(self, octets: bytes) -> bytes:
        """Note the message, then answer, answer late, hang up, or never answer."""
        behaviour = self.behaviour
        if behaviour.happens("hang"):
            return b""
        found = MESSAGE_ID.search(octets, 0, 4096)
        os.write(behaviour.ledger, (found[1] if found else b"?") + b" " + self.recipients[0].encode() + b"\n")
        if behaviour.options.keep is not None:
            name = (found[1] if found else os.urandom(8).hex().encode()).strip(b"<>").decode()
            (behaviour.options.keep / f"{name}.eml").write_bytes(octets)
        if behaviour.happens("drop_after_dot"):
            self.transport.abort()
            return b""
        if behaviour.options.delay:
            asyncio.get_running_loop().call_later(behaviour.options.delay, self._late)
            return b""
        return TAKEN

    def _late(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(TAKEN)


async def serve(options: argparse.Namespace) -> None:
    """Listen until a signal; print the port when ready."""
    behaviour = Behaviour(options)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(behaviour), "127.0.0.1", options.port, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ledger", type=Path, required=True, help="one line per message taken: Message-ID and recipient")
    parser.add_argument("--keep", type=Path, help="folder in which every message is kept")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0, help="seconds before the reply to the final dot")
    for name in ("closing", "temporary", "unknown", "policy", "drop-before-dot", "drop-after-dot", "hang"):
        parser.add_argument(f"--{name}", type=float, default=0, help="share of messages")
    uvloop.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
