"""The SMTP client against servers that speak TLS, ask for a sign-in, lack pipelining, or break the rules."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from casefile.words import AttemptOutcome
from notices.transports.smtp import Connection, ConnectionEnded, Server, Timeouts, stuffed

MESSAGE = b"Subject: x\r\n\r\n.hidden dot\r\nend\r\n"
QUICK = Timeouts(connect=2, greeting=2, command=2, data=2, block=2, dot=0.3)


class Script:
    """A server that answers by a script and remembers what it was told."""

    def __init__(self, answers: dict[str, str], *, greeting: str = "220 hi", context: ssl.SSLContext | None = None) -> None:
        self.answers = {"EHLO": "250-me\r\n250-PIPELINING\r\n250 SIZE 1000000", "DATA": "354 go", ".": "250 2.0.0 ok"} | answers
        self.greeting, self.context = greeting, context
        self.lines: list[str] = []
        self.ended = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await self._converse(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()
        self.ended.set()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{self.greeting}\r\n".encode())
        in_data = False
        while line := (await reader.readline()).decode():
            self.lines.append(line.rstrip("\r\n"))
            verb = line.strip() if in_data else line.split(" ")[0].split(":")[0].strip().upper()
            if in_data and verb != ".":
                continue
            answer = self.answers.get(verb, "250 ok")
            in_data = verb == "DATA" and answer.startswith("354")
            if answer == "hang up":
                return
            if answer != "silence":
                writer.write(f"{answer}\r\n".encode())
            if verb == "STARTTLS" and self.context is not None:
                await writer.drain()
                await writer.start_tls(self.context)


def talk(script: Script, *, implicit: bool = False, messages: int = 1, **settings):
    """Deliver messages to a scripted server and return how they ended."""

    async def run():
        server = await asyncio.start_server(script, "127.0.0.1", 0, ssl=script.context if implicit else None)
        port = server.sockets[0].getsockname()[1]
        connection = Connection(Server("127.0.0.1", port, timeouts=QUICK, **{"tls": "never", **settings}))
        dots = 0

        def before_dot() -> None:
            nonlocal dots
            dots += 1

        try:
            await connection.open()
            found = [await connection.deliver("a@b.example", "c@d.example", MESSAGE, before_dot) for _ in range(messages)]
        finally:
            await connection.close()
            await asyncio.wait_for(script.ended.wait(), 5)
            server.close()
            await server.wait_closed()
        return found, dots

    return asyncio.run(run())


def test_messages_one_after_the_other_on_one_connection():
    script = Script({})
    found, dots = talk(script, messages=3)
    assert [one.outcome for one in found] == [AttemptOutcome.ACCEPTED] * 3
    assert dots == 3
    assert script.lines.count("..hidden dot") == 3
    assert script.lines[0] == "EHLO localhost"
    assert script.lines[-1] == "QUIT"


def test_without_pipelining_each_command_waits():
    found, _ = talk(Script({"EHLO": "250 me", "RCPT": "550 5.1.1 nobody"}))
    assert (found[0].outcome, found[0].code, found[0].enhanced) == (AttemptOutcome.REJECTED, 550, "5.1.1")


def test_a_refused_recipient_whose_server_wants_data_anyway_gets_an_empty_message():
    script = Script({"RCPT": "550 5.1.1 nobody", ".": "554 no valid recipients"})
    found, dots = talk(script, messages=2)
    assert [one.code for one in found] == [550, 550]
    assert dots == 0
    assert "end" not in script.lines


@pytest.mark.parametrize(
    ("answers", "outcome", "dots", "usable"),
    [
        ({"MAIL": "421 4.3.2 closing"}, AttemptOutcome.DEFERRED, 0, False),
        ({"RCPT": "450 4.2.1 busy", "DATA": "503 no"}, AttemptOutcome.DEFERRED, 0, True),
        ({"DATA": "hang up"}, AttemptOutcome.DEFERRED, 0, False),
        ({".": "hang up"}, AttemptOutcome.IN_DOUBT, 1, False),
        ({".": "silence"}, AttemptOutcome.IN_DOUBT, 1, False),
        ({".": "451 4.3.0 later"}, AttemptOutcome.DEFERRED, 1, True),
        ({".": "554 5.7.1 spam"}, AttemptOutcome.REJECTED, 1, True),
        ({".": "421 4.7.0 slow down"}, AttemptOutcome.DEFERRED, 1, False),
        ({".": "250-one\r\n250 two"}, AttemptOutcome.ACCEPTED, 1, True),
        ({".": "nonsense"}, AttemptOutcome.IN_DOUBT, 1, False),
    ],
)
def test_how_it_ends(answers, outcome, dots, usable):
    found, counted = talk(Script(answers))
    assert (found[0].outcome, counted, found[0].usable) == (outcome, dots, usable)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (Script({}, greeting="554 go away"), "554 go away"),
        (Script({}, greeting="SSH-2.0-x"), "not SMTP"),
        (Script({"EHLO": "500 what"}), "500 what"),
        (Script({"EHLO": "hang up"}), "closed the connection"),
    ],
)
def test_a_server_that_does_not_talk(script, said):
    with pytest.raises(ConnectionEnded, match=said):
        talk(script)


def test_nobody_listens():
    with pytest.raises(ConnectionEnded, match="no connection to"):
        asyncio.run(Connection(Server("127.0.0.1", 1, timeouts=QUICK)).open())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> ssl.SSLContext:
    """A server context with a certificate that nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


OFFERS_TLS = {"EHLO": "250-me\r\n250-STARTTLS\r\n250 PIPELINING", "STARTTLS": "220 go"}


def test_starttls_is_taken_when_it_is_offered(certificate):
    script = Script(OFFERS_TLS, context=certificate)
    found, _ = talk(script, tls="auto")
    assert found[0].outcome is AttemptOutcome.ACCEPTED
    assert [line.split(" ")[0] for line in script.lines[:4]] == ["EHLO", "STARTTLS", "EHLO", "MAIL"]


def test_always_refuses_a_server_without_tls_and_a_false_certificate(certificate):
    with pytest.raises(ConnectionEnded, match="does not offer STARTTLS"):
        talk(Script({}), tls="always")
    with pytest.raises(ConnectionEnded, match="TLS with"):
        talk(Script(OFFERS_TLS, context=certificate), tls="always")


def test_sign_in():
    script = Script({"AUTH": "235 welcome"})
    assert talk(script, user="me", password="secret")[0][0].outcome is AttemptOutcome.ACCEPTED
    assert "AUTH PLAIN AG1lAHNlY3JldA==" in script.lines
    with pytest.raises(ConnectionEnded, match="refused our sign-in"):
        talk(Script({"AUTH": "535 no"}), user="me", password="wrong")
    assert "secret" not in repr(Server("h", 25, user="me", password="secret"))


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"", b".a", b"a."]), max_size=8))
def test_dots_are_stuffed_and_unstuffed(lines):
    octets = b"\r\n".join(lines)
    sent = stuffed(octets)
    assert sent.endswith(b"\r\n")
    assert all(line != b"." for line in sent.split(b"\r\n")[:-1])
    undone = b"\r\n".join(line.removeprefix(b".") for line in sent.split(b"\r\n"))
    assert undone.removesuffix(b"\r\n") == octets.removesuffix(b"\r\n")
