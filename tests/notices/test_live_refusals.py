"""A refusal while we deliver is judged by the command that it answers."""

from __future__ import annotations

import asyncio

import pytest

from notices.brakes import severity_of
from notices.transports.reply import Handover, Reply
from notices.transports.smtp import Connection, Server

NORMAL = {"EHLO": b"250", "MAIL": b"250 ok", "RCPT": b"250 ok", "DATA": b"354 go on", ".": b"250 taken", "RSET": b"250 ok"}


@pytest.mark.parametrize(
    ("command", "code", "text", "severity"),
    [
        ("RCPT", 550, "User unknown", "hard"),
        ("RCPT", 550, "5.2.1 <jane@x.example>... User Unknown", "hard"),
        ("RCPT", 550, "<jane@x.example>: Recipient address rejected: User unknown", "hard"),
        ("DATA", 550, "User unknown", "soft"),
        ("DATA", 550, "5.1.1 User unknown", "hard"),
        ("DATA", 554, "5.7.1 rejected as spam", "policy"),
        ("MAIL", 550, "User unknown", "soft"),
        ("", 550, "<jane@x.example>: Recipient address rejected: User unknown", "hard"),
        ("RCPT", 250, "2.1.5 ok", ""),
        ("RCPT", 450, "4.1.1 user unknown", ""),
    ],
)
def test_severity_of_a_refusal(command: str, code: int, text: str, severity: str) -> None:
    assert severity_of(Handover.of(Reply(code, text), command=command)) == severity


@pytest.mark.parametrize("features", [b"250-x.example\r\n250 PIPELINING", b"250 x.example"], ids=["pipelined", "one by one"])
@pytest.mark.parametrize(
    ("refusing", "command", "severity"), [("MAIL", "MAIL", "soft"), ("RCPT", "RCPT", "hard"), (".", "DATA", "soft")]
)
def test_the_client_tells_which_command_was_refused(features: bytes, refusing: str, command: str, severity: str) -> None:
    answers = {**NORMAL, "EHLO": features, refusing: b"550 user unknown"}
    handover = asyncio.run(_delivered(answers))
    assert (handover.command, severity_of(handover)) == (command, severity)


async def _delivered(answers: dict[str, bytes]) -> Handover:
    """Hand one message to a server that gives `answers`."""
    hung_up = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 x.example\r\n")
        in_message = False
        while line := await reader.readline():
            verb = line.strip().decode().partition(" ")[0] or "empty"
            if in_message and verb != ".":
                continue
            answer = answers.get(verb, b"250 ok")
            in_message = verb == "DATA" and answer.startswith(b"354")
            writer.write(answer + b"\r\n")
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        connection = Connection(Server(host="127.0.0.1", port=server.sockets[0].getsockname()[1], tls="never"))
        await connection.open()
        handover = await connection.deliver(
            "b@bounce.example", "jane@x.example", b"Subject: hello\r\n\r\nhello\r\n", lambda: None
        )
        await connection.close()
        await hung_up.wait()
    return handover
