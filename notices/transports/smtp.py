"""One SMTP connection: pipelined envelope, the final dot alone, never a next message behind an unanswered dot."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from notices.transports.reply import Handover, Reply


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait, from RFC 5321, section 4.5.3.2."""

    connect: float = 60
    greeting: float = 300
    command: float = 300
    data: float = 120
    block: float = 180
    dot: float = 600


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server that takes our notices, and how we present ourselves."""

    host: str
    port: int
    helo: str = "localhost"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: str = "auto"
    """auto: STARTTLS if offered; always: STARTTLS or refuse; implicit: TLS from the first octet; never."""
    certificates: ssl.SSLContext | None = field(default=None, repr=False)
    timeouts: Timeouts = Timeouts()


class ConnectionEnded(Exception):
    """The connection broke, timed out or the server refused to talk; the message says what happened."""


class _Wire(asyncio.Protocol):
    """Octets in and out: replies become futures in order, writing waits when the peer is slow."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.ended: str = ""
        self._buffer = b""
        self._lines: list[str] = []
        self._early: deque[Reply] = deque()
        self._waiting: asyncio.Future[Reply] | None = None
        self._drained: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # a stream transport, by create_connection

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            self._take(line.rstrip(b"\r").decode("utf-8", "backslashreplace"))
        if len(self._buffer) > 65_536:
            self.end("the server sent a line without end")

    def _take(self, line: str) -> None:
        if not (line[:3].isascii() and line[:3].isdigit()):
            self.end("the server spoke something that is not SMTP")
            return
        self._lines.append(line[4:])
        if line[3:4] == "-":
            return
        reply = Reply(int(line[:3]), " ".join(self._lines).strip()[:1000])
        self._lines = []
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(reply)
        else:
            self._early.append(reply)

    def connection_lost(self, error: Exception | None) -> None:
        self.end(f"the connection was lost: {error}" if error else "the server closed the connection")

    def end(self, reason: str) -> None:
        self.ended = self.ended or reason
        self.transport.abort()
        for future in (self._waiting, self._drained):
            if future is not None and not future.done():
                future.set_exception(ConnectionEnded(self.ended))

    def pause_writing(self) -> None:
        self._drained = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    async def reply(self, seconds: float) -> Reply:
        """Return the next reply; raise `ConnectionEnded` when none comes in time."""
        if self._early:
            return self._early.popleft()
        if self.ended:
            raise ConnectionEnded(self.ended)
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        timer = loop.call_later(seconds, self.end, f"no reply within {seconds:g} seconds")
        try:
            return await self._waiting
        finally:
            timer.cancel()
            self._waiting = None

    async def drained(self, seconds: float) -> None:
        """Wait until what was written is on its way; raise `ConnectionEnded` when the peer takes nothing in time."""
        if self._drained is None:
            return
        timer = asyncio.get_running_loop().call_later(seconds, self.end, f"nothing was read for {seconds:g} seconds")
        try:
            await self._drained
        finally:
            timer.cancel()


class Connection:
    """A session with the server, used again for many messages."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.sent = 0
        self._wire: _Wire
        self._features: dict[str, str] = {}

    async def open(self) -> None:
        """Connect, greet, secure and sign in; raise `ConnectionEnded` with the reason."""
        loop = asyncio.get_running_loop()
        context = self._context() if self.server.tls == "implicit" else None
        try:
            async with asyncio.timeout(self.server.timeouts.connect):
                _, self._wire = await loop.create_connection(_Wire, self.server.host, self.server.port, ssl=context)
        except (OSError, TimeoutError) as error:
            raise ConnectionEnded(f"no connection to {self.server.host}:{self.server.port}: {error}") from error
        self._expect(await self._wire.reply(self.server.timeouts.greeting), 220)
        await self._greet()
        if self.server.tls in {"auto", "always"}:
            await self._secure()
        if self.server.user:
            await self._sign_in()

    async def deliver(self, sender: str, recipient: str, octets: bytes, before_dot: Callable[[], None]) -> Handover:
        """Hand one message over; `before_dot` is called right before the final dot, the point of no return."""
        dotted = False
        try:
            refused = await self._envelope(sender, recipient, len(octets))
            if refused is not None:
                return refused
            self._write(stuffed(octets))
            await self._wire.drained(self.server.timeouts.block)
            before_dot()
            dotted = True
            self._write(b".\r\n")
            answer = await self._wire.reply(self.server.timeouts.dot)
        except ConnectionEnded as ended:
            return Handover.broken(str(ended), after_dot=dotted)
        self.sent += 1
        return Handover.of(answer, command="DATA")

    async def close(self) -> None:
        """Say goodbye and hang up."""
        wire = getattr(self, "_wire", None)
        if wire is None or wire.ended:
            return
        try:
            self._write(b"QUIT\r\n")
            await wire.reply(2)
        except ConnectionEnded:
            pass
        wire.end("closed")

    async def _envelope(self, sender: str, recipient: str, size: int) -> Handover | None:
        """Send MAIL, RCPT and DATA; return how it ended unless the server asks for the message (RFC 2920)."""
        limit = f" SIZE={size}" if "SIZE" in self._features else ""
        commands = [f"MAIL FROM:<{sender}>{limit}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode(), b"DATA\r\n"]
        if "PIPELINING" in self._features:
            self._write(b"".join(commands))
            replies = [await self._wire.reply(self.server.timeouts.command) for _ in commands]
        else:
            replies = await self._one_by_one(commands)
        refused = next((number for number, reply in enumerate(replies[:2]) if reply.outcome != "accepted"), 2)
        go = len(replies) == 3 and replies[2].code == 354
        if refused == 2 and go:
            return None
        return await self._abandon(replies[refused], command=("MAIL", "RCPT", "DATA")[refused], waiting_for_data=go)

    async def _one_by_one(self, commands: list[bytes]) -> list[Reply]:
        replies = []
        for command in commands:
            self._write(command)
            replies.append(await self._wire.reply(self.server.timeouts.command))
            if replies[-1].code >= 400:
                break
        return replies

    async def _abandon(self, reply: Reply, *, command: str, waiting_for_data: bool) -> Handover:
        """End a refused transaction so that the connection is fit for the next; an empty message went to nobody."""
        if reply.code == 421:
            self._wire.end("the server asked to try later")
            return Handover.of(reply, command=command)
        self._write(b".\r\n" if waiting_for_data else b"RSET\r\n")
        try:
            await self._wire.reply(self.server.timeouts.command)
        except ConnectionEnded:
            return Handover.of(reply, usable=False, command=command)
        return Handover.of(reply, command=command)

    async def _greet(self) -> None:
        reply = await self._command(f"EHLO {self.server.helo}")
        self._expect(reply, 250)
        words = reply.text.upper().split(" ")
        known = ("PIPELINING", "STARTTLS", "SIZE", "AUTH", "8BITMIME")
        self._features = {word: word for word in words if word in known}

    async def _secure(self) -> None:
        if "STARTTLS" not in self._features:
            if self.server.tls == "always":
                raise ConnectionEnded(f"{self.server.host} does not offer STARTTLS, and the settings ask for TLS always")
            return
        self._expect(await self._command("STARTTLS"), 220)
        try:
            transport = await asyncio.get_running_loop().start_tls(
                self._wire.transport, self._wire, self._context(), server_hostname=self.server.host
            )
        except (OSError, ssl.SSLError) as error:
            raise ConnectionEnded(f"TLS with {self.server.host} failed: {error}") from error
        if transport is None:
            raise ConnectionEnded(f"{self.server.host} hung up during TLS")
        self._wire.transport = transport
        await self._greet()

    async def _sign_in(self) -> None:
        plain = base64.b64encode(f"\0{self.server.user}\0{self.server.password or ''}".encode()).decode()
        reply = await self._command(f"AUTH PLAIN {plain}")
        if reply.code != 235:
            raise ConnectionEnded(f"{self.server.host} refused our sign-in: {reply.code} {reply.text}")

    async def _command(self, line: str) -> Reply:
        self._write(f"{line}\r\n".encode())
        return await self._wire.reply(self.server.timeouts.command)

    def _expect(self, reply: Reply, code: int) -> None:
        if reply.code != code:
            self._wire.end(f"{self.server.host} answered {reply.code} {reply.text}")
            raise ConnectionEnded(self._wire.ended)

    def _write(self, octets: bytes) -> None:
        if self._wire.ended:
            raise ConnectionEnded(self._wire.ended)
        self._wire.transport.write(octets)

    def _context(self) -> ssl.SSLContext:
        if self.server.certificates is not None:
            return self.server.certificates
        context = ssl.create_default_context()
        if self.server.tls == "auto":  # opportunistic: better a certificate that nobody checked than no encryption (RFC 7435)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def stuffed(octets: bytes) -> bytes:
    """Return a message ready for DATA, without the final dot: lines that start with a dot get another (RFC 5321, 4.5.2)."""
    octets = octets.replace(b"\r\n.", b"\r\n..") if b"\r\n." in octets else octets
    octets = b"." + octets if octets.startswith(b".") else octets
    return octets if octets.endswith(b"\r\n") else octets + b"\r\n"
