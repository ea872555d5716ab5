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

GREETING = b"220 sink.example ESMTP\r\n"
HELLO = b"250-sink.example\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250 8BITMIME\r\n"
TAKEN = b"250 2.0.0 taken\r\n"
MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.IGNORECASE | re.MULTILINE)


class Behaviour:
    """How often the sink does what, as shares of messages; one seed, one behaviour."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.random = random.Random(options.seed)
        self.folder: Path | None = options.keep
        self.ledger = os.open(options.ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def happens(self, name: str) -> bool:
        """Draw whether something happens to this message."""
        share = getattr(self.options, name)
        return bool(share) and self.random.random() < share


class Session(asyncio.Protocol):
    """One connection; octets in, replies out, as many commands at once as come."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.buffer = bytearray()
        self.in_data = False
        self.recipient = b""
        self.sender = b""
        self.scanned = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while not self.transport.is_closing() and (self._message() if self.in_data else self._command()):
            pass

    def _command(self) -> bool:
        end = self.buffer.find(b"\n")
        if end < 0:
            return False
        line = bytes(self.buffer[:end]).rstrip(b"\r")
        del self.buffer[: end + 1]
        self.transport.write(self._answer(line))
        return True

    def _answer(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb in {b"EHLO", b"HELO"}:
            return HELLO
        if verb == b"MAIL":
            self.sender, self.recipient = line[10:].split(b">")[0].lstrip(b"<"), b""
            if self.behaviour.happens("closing"):
                self.transport.write(b"421 4.3.2 closing, try later\r\n")
                self.transport.close()
                return b""
            return b"250 2.1.0 ok\r\n"
        if verb == b"RCPT":
            return self._recipient(line)
        if verb == b"DATA":
            self.in_data, self.scanned = bool(self.recipient), 0
            return b"354 go ahead\r\n" if self.in_data else b"554 5.5.1 no valid recipients\r\n"
        if verb == b"QUIT":
            self.transport.write(b"221 2.0.0 bye\r\n")
            self.transport.close()
            return b""
        return b"250 2.0.0 ok\r\n"

    def _recipient(self, line: bytes) -> bytes:
        if self.behaviour.happens("temporary"):
            return b"451 4.2.0 mailbox busy\r\n"
        if self.behaviour.happens("unknown"):
            return b"550 5.1.1 no such user\r\n"
        if self.behaviour.happens("policy"):
            return b"550 5.7.1 message blocked by policy\r\n"
        self.recipient = line[8:].split(b">")[0].lstrip(b"<")
        return b"250 2.1.5 ok\r\n"

    def _message(self) -> bool:
        if self.scanned == 0 and self.behaviour.happens("drop_before_dot"):
            self.transport.abort()
            return False
        start = max(0, self.scanned - 4)
        end = self.buffer.find(b"\r\n.\r\n", start)
        if end < 0:
            self.scanned = max(1, len(self.buffer))
            return False
        message = bytes(self.buffer[: end + 2])
        del self.buffer[: end + 5]
        self.in_data = False
        self._take(message)
        return True

    def _take(self, message: bytes) -> None:
        behaviour = self.behaviour
        if behaviour.happens("hang"):
            return
        found = MESSAGE_ID.search(message, 0, 4096)
        os.write(behaviour.ledger, (found[1] if found else b"?") + b" " + self.recipient + b"\n")
        if behaviour.folder is not None:
            name = (found[1] if found else os.urandom(8).hex().encode()).strip(b"<>").decode()
            (behaviour.folder / f"{name}.eml").write_bytes(message.replace(b"\r\n..", b"\r\n."))
        if behaviour.happens("drop_after_dot"):
            self.transport.abort()
        elif behaviour.options.delay:
            asyncio.get_running_loop().call_later(behaviour.options.delay, self._reply)
        else:
            self._reply()

    def _reply(self) -> None:
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
    parser = argparse.ArgumentParser(description=__doc__)
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
