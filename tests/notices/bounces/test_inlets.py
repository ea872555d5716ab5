"""The listener and the IMAP poll: nothing is acknowledged before it is stored, and nothing is lost when storing fails."""

from __future__ import annotations

import asyncio
import smtplib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from notices.bounces import imap
from notices.bounces.listener import listen

MESSAGE = b"From: MAILER-DAEMON@x.example\r\nSubject: failure\r\n\r\n..dots\r\nbody\r\n"


class Kept:
    """A store that keeps what it is given, or fails when told to."""

    def __init__(self) -> None:
        self.messages: list[tuple[bytes, tuple[str, ...]]] = []
        self.fails = False

    def __call__(self, raw: bytes, recipients: Sequence[str]) -> None:
        if self.fails:
            raise ConnectionError("the database is away")
        self.messages.append((raw, tuple(recipients)))


@contextmanager
def running(store: Kept, protocol: str) -> Iterator[int]:
    """Run the listener in a thread of its own and yield its port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        listen(host="127.0.0.1", port=0, store=store, is_ours=lambda one: one.endswith("@bounce.example"), protocol=protocol)
    )
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def converse(port: int, *lines: bytes) -> list[bytes]:
    """Send lines one at a time and return the last reply line to each."""
    import socket

    replies = []
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection, connection.makefile("rwb") as stream:
        stream.readline()
        for line in lines:
            stream.write(line + b"\r\n")
            stream.flush()
            reply = stream.readline()
            while reply[3:4] == b"-":
                reply = stream.readline()
            replies.append(reply.strip())
        stream.write(b"QUIT\r\n")
        stream.flush()
        replies.extend(line.strip() for line in stream.readlines())
    return replies


def test_smtp_acknowledges_what_was_stored() -> None:
    store = Kept()
    with running(store, "smtp") as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        assert client.sendmail("", ["b-1@bounce.example"], MESSAGE) == {}
    assert store.messages == [(MESSAGE, ("b-1@bounce.example",))]


def test_what_cannot_be_stored_stays_with_its_sender() -> None:
    store = Kept()
    store.fails = True
    with running(store, "smtp") as port, smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            client.sendmail("", ["b-1@bounce.example"], MESSAGE)
        store.fails = False
        client.sendmail("", ["b-1@bounce.example"], MESSAGE)
    assert len(store.messages) == 1


def test_other_addresses_are_not_taken() -> None:
    store = Kept()
    with (
        running(store, "smtp") as port,
        smtplib.SMTP("127.0.0.1", port, timeout=10) as client,
        pytest.raises(smtplib.SMTPRecipientsRefused),
    ):
        client.sendmail("", ["someone@elsewhere.example"], MESSAGE)
    assert store.messages == []


def test_lmtp_answers_for_each_recipient() -> None:
    store = Kept()
    with running(store, "lmtp") as port:
        replies = converse(
            port,
            b"LHLO x",
            b"MAIL FROM:<>",
            b"RCPT TO:<a@bounce.example>",
            b"RCPT TO:<b@bounce.example>",
            b"DATA",
            MESSAGE + b".",
        )
    assert [reply[:3] for reply in replies] == [b"250", b"250", b"250", b"250", b"354", b"250", b"250", b"221"]
    assert store.messages[0][1] == ("a@bounce.example", "b@bounce.example")


class FakeClient:
    """The one call of imaplib that the poll makes itself."""

    def __init__(self, box: FakeBox) -> None:
        self.box = box

    def uid(self, command: str, uid: str, what: str) -> tuple[str, list[Any]]:
        assert (command, what) == ("FETCH", "(BODY.PEEK[])")
        raw = self.box.messages.get(uid)
        return "OK", [None] if raw is None else [(b"1 (UID 1 BODY[] {9}", raw), b")"]


class FakeBox:
    """A folder with unseen messages."""

    def __init__(self, messages: dict[str, bytes]) -> None:
        self.messages = messages
        self.seen: list[str] = []
        self.moved: list[str] = []
        self.client = FakeClient(self)

    def uids(self, _criteria: object) -> list[str]:
        return [uid for uid in ("1", "2", "3") if uid not in self.seen]

    def flag(self, uids: list[str], _flags: list[str], value: bool) -> None:
        assert value
        self.seen.extend(uids)

    def move(self, uids: list[str], _folder: str) -> None:
        self.moved.extend(uids)


def test_imap_marks_only_what_was_stored() -> None:
    box: Any = FakeBox({"1": b"one", "3": b"three"})
    store = Kept()
    assert imap.poll(box, store=store, done_folder="Recorded") == 2
    assert ([raw for raw, _ in store.messages], box.seen, box.moved) == ([b"one", b"three"], ["1", "3"], ["1", "3"])


def test_imap_keeps_what_could_not_be_stored() -> None:
    box: Any = FakeBox({"1": b"one"})
    store = Kept()
    store.fails = True
    with pytest.raises(ConnectionError):
        imap.poll(box, store=store)
    assert box.seen == []
