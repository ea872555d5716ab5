"""The papers about notice: who may take them, and that they come out whole."""

from __future__ import annotations

import csv
import io
import tempfile
import uuid
from pathlib import Path

import pytest

from casefile import codes
from casefile.tables.people import ClassMember


@pytest.fixture
def member_id(inside):
    """A member to whom nothing was sent."""
    with inside() as session:
        member = ClassMember(notice_id=codes.new(), full_name="Ann Sample")
        session.add(member)
        session.flush()
        return member.id


@pytest.mark.parametrize("path", ["reach/report.pdf", "members/{}/proof.pdf"])
def test_papers_come_as_files(browse, member_id, path):
    answer = browse("auditor").get(path.format(member_id))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["cache-control"] == "no-store"


def test_the_annex_has_every_member_and_nothing_stays_behind(browse, member_id):
    before = set(Path(tempfile.gettempdir()).glob("redress-reach-*"))
    answer = browse("counsel").get("reach/annex.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["result"] for row in rows] == ["no_mailing"]
    assert set(Path(tempfile.gettempdir()).glob("redress-reach-*")) <= before


def test_an_unknown_member_has_no_proof(browse):
    assert browse("counsel").get(f"members/{uuid.uuid4()}/proof.pdf").status_code == 404


@pytest.mark.parametrize("path", ["reach/report.pdf", "reach/annex.csv", "members/{}/proof.pdf"])
def test_strangers_get_nothing(browse, member_id, path):
    assert browse("stranger").get(path.format(member_id)).status_code == 403
    assert browse(None).get(path.format(member_id)).status_code == 303


def test_the_pages_lead_to_the_papers(browse):
    page = browse("counsel").get("reach").text
    assert "reach/report.pdf" in page
    assert "reach/annex.csv" in page
