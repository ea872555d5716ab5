"""Our signatures verify with somebody else's code, and cover what providers look at."""

from __future__ import annotations

import base64
import re

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from casefile.errors import SigningKeyFaulty
from notices.dkim import Signer

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
)
SIGNER = Signer(domain="site.example", selector="s1", key=KEY)


def verifies(message: bytes) -> bool:
    return bool(dkim.verify(message, dnsfunc=lambda *_args, **_named: b"v=DKIM1; k=rsa; p=" + PUBLIC))


def message(subject: str, body: str) -> bytes:
    head = f"From: A <a@site.example>\r\nTo: b@mail.example\r\nSubject: {subject}\r\nDate: Mon, 23 Nov 2026 15:00:00 +0000\r\n"
    unsubscribe = "List-Unsubscribe: <https://site.example/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    return f"{head}{unsubscribe}\r\n{body}".encode()


@settings(max_examples=30, deadline=None)
@given(
    subject=st.text(alphabet="ab \t", max_size=40),
    lines=st.lists(st.text(alphabet="ab .=\t", max_size=20), max_size=6),
)
def test_another_implementation_verifies(subject, lines):
    signed = SIGNER.sign(message(f"x{subject}", "\r\n".join(lines) + "\r\n"))
    assert verifies(signed)
    assert not verifies(signed.replace(b"To: b@", b"To: c@"))
    assert not verifies(signed + b"more")


def test_a_second_from_breaks_the_signature():
    signed = SIGNER.sign(message("x", "y\r\n"))
    assert not verifies(b"From: eve@evil.example\r\n" + signed)


def test_the_unsubscribe_headers_are_covered():
    signed = SIGNER.sign(message("x", "y\r\n"))
    covered = re.search(rb"h=([^;]*);", signed)
    assert covered is not None
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"from", b"subject"} <= set(covered[1].split(b":"))


def test_a_whole_notice_verifies(kinds, values, member):
    import datetime

    from notices.render import Envelope
    from notices.skeleton import Press

    letter = Envelope("b@mail.example", "José", "<1@site.example>", "r@b.example", datetime.datetime.now(datetime.UTC))
    head, body = Press(kinds["class_notice"], values).message("es", member, letter)
    assert verifies(SIGNER.sign(head + body))


def test_bad_keys_are_refused(tmp_path):
    with pytest.raises(SigningKeyFaulty, match="1024 bits"):
        Signer(domain="a.example", selector="s", key=rsa.generate_private_key(public_exponent=65537, key_size=1024))
    path = tmp_path / "key.pem"
    with pytest.raises(SigningKeyFaulty, match="cannot be read"):
        Signer.from_file(path, domain="a.example", selector="s")
    curve = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(
        curve.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    with pytest.raises(SigningKeyFaulty, match="not an RSA key"):
        Signer.from_file(path, domain="a.example", selector="s")
