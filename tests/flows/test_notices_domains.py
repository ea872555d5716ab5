"""`redress notices domains` shows the receiving systems of a class, also of an empty one."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from casefile import mail_domains
from casefile.words import MxAnswer
from flows.cli import notices, notices_domains
from flows.cli.opening import Opened


@pytest.fixture
def run(settings, engine, case_id, monkeypatch):
    """Run the command in the fresh case."""
    opened = Opened(settings, engine, case_id, "any")
    monkeypatch.setattr(notices_domains, "case", lambda name: opened)
    return lambda: CliRunner().invoke(notices.app, ["domains", "--case", "any"], catch_exceptions=False)


def test_an_empty_class_is_said_so(run):
    assert run().output == "No class member has an e-mail address yet.\n"


def test_systems_and_counts(run, make_member, session):
    for number, domain in enumerate(["gmail.com", "GMAIL.com", "shop.us", "nomail.us", "never.us"]):
        make_member(full_name=f"Person {number}", email=f"p{number}@{domain}")
    make_member(full_name="No Mail")
    found = [
        mail_domains.Received("shop.us", MxAnswer.MX, "aspmx.l.google.com", "google"),
        mail_domains.Received("nomail.us", MxAnswer.NULL_MX, "", "default"),
    ]
    mail_domains.keep(session, found=found)
    session.commit()
    output = run().output
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines() if line.startswith("│")]
    assert [row[:4] for row in rows] == [["google", "3", "2", "1"], ["default", "2", "2", "1"]]
    assert "nomail.us: takes no mail (null MX)" in output
