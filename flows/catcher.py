"""The local mail catcher of the demonstration: takes mail by SMTP, shows an inbox on the loopback, bounces on request.

python -m flows.catcher --smtp-port 2525 --http-port 8025 --dir inbox --bounce gone@mail.example
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import email
import html
import json
import re
import signal
import time
import uuid
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flows.smtp_sink import SinkSession

HOST = "127.0.0.1"
PAGE_SIZE = 100
_NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")

STYLE = (
    "body{font:16px/1.5 Arial,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1b1b1b}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #ccc}"
    "iframe{width:100%;height:70vh;border:1px solid #767676}pre{white-space:pre-wrap;overflow-wrap:anywhere}"
)


class Inbox:
    """Messages as files, newest last by name; nothing is kept in memory."""

    def __init__(self, folder: Path, *, bounce: frozenset[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.bounce = bounce

    def refuses(self, recipient: str) -> bool:
        """Return whether a recipient shall bounce: its whole address, or its domain as `@domain`."""
        address = recipient.lower()
        return address in self.bounce or f"@{address.rpartition('@')[2]}" in self.bounce

    def keep(self, sender: str, recipients: list[str], octets: bytes) -> str:
        """Keep one message with its envelope and return its name."""
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
        envelope = "".join(f"X-Envelope-To: {address}\r\n" for address in recipients)
        draft = self.folder / f".{name}"
        draft.write_bytes(f"X-Envelope-From: {sender}\r\n{envelope}".encode() + octets)
        draft.rename(self.folder / f"{name}.eml")
        return name

    def names(self) -> list[str]:
        """Return all names, the newest first."""
        return sorted((path.stem for path in self.folder.glob("*.eml")), reverse=True)

    def read(self, name: str) -> bytes | None:
        """Return one message, or None when there is none of that name."""
        path = self.folder / f"{name}.eml"
        return path.read_bytes() if _NAME.fullmatch(name) and path.exists() else None


class Receiver(SinkSession):
    """One connection to the catcher."""

    def __init__(self, inbox: Inbox) -> None:
        super().__init__()
        self.inbox = inbox

    def on_recipient(self, address: str) -> bytes:
        """Refuse who shall bounce, take everybody else."""
        return b"550 5.1.1 there is no such mailbox\r\n" if self.inbox.refuses(address) else b"250 2.1.5 ok\r\n"

    def on_message(self, octets: bytes) -> bytes:
        """Keep the message, then say so."""
        return f"250 2.0.0 kept as {self.inbox.keep(self.sender, self.recipients, octets)}\r\n".encode()


class Pages:
    """The inbox in a browser: a list, each message as text, page and source; `/messages.json` for programs."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one GET and hang up."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            request = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n", 1)[0].decode("latin-1").split(" ")
            status, kind, body = await asyncio.to_thread(self.page, request[1] if len(request) > 1 else "/")
            head = (
                f"HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
                "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; img-src data:\r\n"
                "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await writer.drain()
        writer.close()

    def page(self, target: str) -> tuple[str, str, bytes]:
        """Return status, type and body for an address."""
        path = unquote(urlsplit(target).path).strip("/")
        if path == "":
            return "200 OK", "text/html", self._list(urlsplit(target).query).encode()
        if path == "messages.json":
            return "200 OK", "application/json", json.dumps([self._row(name) for name in self.inbox.names()]).encode()
        name, _, view = path.partition("/")
        octets = self.inbox.read(name)
        if octets is None:
            return "404 Not Found", "text/plain", b"There is no such message."
        message = email.message_from_bytes(octets, policy=default)
        if view == "source":
            return "200 OK", "text/plain", octets
        if view in {"text", "html"}:
            subtype = "plain" if view == "text" else "html"
            return "200 OK", f"text/{subtype}", _part(message, subtype).encode()
        return "200 OK", "text/html", self._message(name, message).encode()

    def _row(self, name: str) -> dict[str, str]:
        octets = self.inbox.read(name) or b""
        message = email.message_from_bytes(octets.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", policy=default)
        return {"name": name, **{key: str(message[key] or "") for key in ("From", "To", "Subject", "Date", "X-Envelope-To")}}

    def _list(self, query: str) -> str:
        names = self.inbox.names()
        number = re.fullmatch(r"page=([0-9]{1,6})", query)
        page = int(number[1]) if number else 1
        rows = "".join(
            f"<tr><td>{html.escape(row['Date'])}</td><td>{html.escape(row['To'])}</td>"
            f'<td><a href="/{name}">{html.escape(row["Subject"]) or "(no subject)"}</a></td></tr>'
            for name in names[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
            if (row := self._row(name))
        )
        earlier = f'<p><a href="/?page={page + 1}">Earlier messages</a></p>' if len(names) > page * PAGE_SIZE else ""
        empty = "" if names else "<p>No message has come yet.</p>"
        return _page(
            f"Inbox: {len(names):,} messages",
            f"{empty}<table><tr><th>Date</th><th>To</th><th>Subject</th></tr>{rows}</table>{earlier}",
        )

    def _message(self, name: str, message: EmailMessage) -> str:
        heads = "".join(
            f"<tr><th>{key}</th><td>{html.escape(str(message[key]))}</td></tr>"
            for key in ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "X-Envelope-From")
            if message[key]
        )
        views = f'<p><a href="/">Inbox</a> · <a href="/{name}/text">Text</a> · <a href="/{name}/source">Source</a></p>'
        return _page(
            str(message["Subject"] or "(no subject)"),
            f'{views}<table>{heads}</table><iframe sandbox title="Message" src="/{name}/html"></iframe>',
        )


def _page(title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style><h1>{html.escape(title)}</h1>{body}</html>"
    )


def _part(message: EmailMessage, subtype: str) -> str:
    found = message.get_body((subtype,))
    return str(found.get_content()) if found is not None else ""


async def serve(*, smtp_port: int, http_port: int, folder: Path, bounce: frozenset[str]) -> None:
    """Take mail and show it until a signal comes; prints one line with both ports when ready."""
    inbox = Inbox(folder, bounce=bounce)
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(lambda: Receiver(inbox), HOST, smtp_port)
    pages = await asyncio.start_server(Pages(inbox).answer, HOST, http_port, limit=65_536)
    ports = [server.sockets[0].getsockname()[1] for server in (smtp, pages)]
    print(json.dumps({"smtp_port": ports[0], "http_port": ports[1]}), flush=True)  # noqa: T201  # whoever started us reads it
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()
    smtp.close()
    pages.close()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="python -m flows.catcher", description="A local mail catcher with an inbox page.")
    parser.add_argument("--smtp-port", type=int, default=0, help="0: any free port")
    parser.add_argument("--http-port", type=int, default=0, help="0: any free port")
    parser.add_argument("--dir", type=Path, required=True, help="folder of the messages")
    parser.add_argument("--bounce", action="append", default=[], help="address, or @domain, that is refused; repeatable")
    parser.add_argument("--bounce-file", type=Path, help="file with one such address a line")
    options = parser.parse_args()
    listed = options.bounce_file.read_text(encoding="utf-8").split() if options.bounce_file else []
    bounce = frozenset(address.lower() for address in [*options.bounce, *listed])
    asyncio.run(serve(smtp_port=options.smtp_port, http_port=options.http_port, folder=options.dir, bounce=bounce))


if __name__ == "__main__":
    main()
