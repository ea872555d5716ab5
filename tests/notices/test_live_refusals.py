"""A refusal while we deliver is judged by the command that it answers."""

from __future__ import annotations

import pytest

from notices.brakes import severity_of
from notices.transports.reply import Handover, Reply


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
