"""The receiving half of SMTP, as fast as asyncio goes: for the mail catcher and for load tests on the loopback."""

from __future__ import annotations

import asyncio

GREETING = b"220 sink.example ESMTP\r\n"
HELLO = b"250-sink.example\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250 8BITMIME\r\n"
OK = b"250 2.0.0 ok\r\n"


class SinkSession(asyncio.Protocol):
    """One connection: octets in, replies out; a subclass says what becomes of senders, recipients and messages."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.sender = ""
        self.recipients: list[str] = []
        self._buffer = bytearray()
        self._in_data = False
        self._scanned = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport = transport  # type: ignore[assignment]  # a stream transport, by create_server
        self.transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        """Take as many commands and messages as have come."""
        self._buffer += data
        while not self.transport.is_closing() and (self._message() if self._in_data else self._command()):
            pass

    def on_recipient(self, address: str) -> bytes:
        """Return the reply to RCPT; 250 takes the recipient."""
        raise NotImplementedError

    def on_message(self, octets: bytes) -> bytes:
        """Take a message and return the reply to its final dot; empty if there is none (yet)."""
        raise NotImplementedError

    def on_sender(self) -> bytes:
        """Return the reply to MAIL."""
        return b"250 2.1.0 ok\r\n"

    def on_data(self) -> None:
        """The first octets of a message are here."""

    def _command(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            return False
        line = self._buffer[:end].rstrip(b"\r").decode("utf-8", "backslashreplace")
        del self._buffer[: end + 1]
        self.transport.write(self._answer(line))
        return True

    def _answer(self, line: str) -> bytes:
        verb = line[:4].upper()
        if verb in {"EHLO", "HELO"}:
            return HELLO
        if verb == "MAIL":
            self.sender, self.recipients = _path(line), []
            return self.on_sender()
        if verb == "RCPT":
            reply = self.on_recipient(_path(line))
            if reply.startswith(b"250"):
                self.recipients.append(_path(line))
            return reply
        if verb == "DATA":
            self._in_data, self._scanned = bool(self.recipients), 0
            return b"354 go ahead\r\n" if self._in_data else b"554 5.5.1 no valid recipients\r\n"
        if verb == "QUIT":
            self.transport.write(b"221 2.0.0 bye\r\n")
            self.transport.close()
            return b""
        return OK

    def _message(self) -> bool:
        if self._scanned == 0:
            self.on_data()
            if self.transport.is_closing():
                return False
        end = self._buffer.find(b"\r\n.\r\n", max(0, self._scanned - 4))
        if end < 0:
            self._scanned = max(1, len(self._buffer))
            return False
        octets = bytes(self._buffer[: end + 2])
        del self._buffer[: end + 5]
        self._in_data = False
        octets = octets[1:] if octets.startswith(b"..") else octets
        self.transport.write(self.on_message(octets.replace(b"\r\n..", b"\r\n.") if b"\r\n.." in octets else octets))
        return True


def _path(line: str) -> str:
    """Return the address of MAIL FROM:<address> or RCPT TO:<address>."""
    return line.partition(":")[2].strip().partition(">")[0].lstrip("<")
