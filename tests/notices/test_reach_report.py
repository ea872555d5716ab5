"""The report, its annex and its figures say the same, add up, and have a word for everything."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import hashlib
import json
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile import cases, codes, database
from casefile.member_results import Result
from casefile.tables.mail import Campaign, Notice
from casefile.tables.people import ClassMember
from casefile.words import CampaignStatus, DeliveryEventKind, NoticeStatus
from notices import proof, reach
from notices.sending import Desk

NOW = datetime.datetime(2026, 11, 20, 18, tzinfo=datetime.UTC)


@pytest.fixture
def desk(engine, settings, demo_case):
    """A case of this test's own."""
    folder = dataclasses.replace(demo_case, slug=f"reach-{codes.new().lower()}", merchants=demo_case.merchants[:2])
    with database.open_session(engine, actor="test") as session:
        opened = cases.open_folder(session, folder=folder)
    return Desk(settings, engine, opened.id, "test")


def add(desk, statuses, *, name="first", **columns):
    """Add a mailing with one member for each status."""
    with desk.open_case() as session:
        campaign = Campaign(
            name=name, kind="class_notice", status=CampaignStatus.SETTLED, content={}, approval_sha256="ab" * 32,
            send_not_before=NOW, send_not_after=NOW, waterfall={"class_size": len(statuses)},
        )  # fmt: skip
        members = [ClassMember(notice_id=codes.new(), **columns) for _ in statuses]
        session.add_all([campaign, *members])
        session.flush()
        for member, status in zip(members, statuses, strict=True):
            is_sent = status is not NoticeStatus.EXCLUDED
            session.add(
                Notice(
                    kind="class_notice", campaign_id=campaign.id, member_id=member.id, language="en", status=status,
                    reason="" if is_sent else "no_address", attempts=int(is_sent), accepted_at=NOW if is_sent else None,
                )
            )  # fmt: skip


MIXED = [NoticeStatus.ACCEPTED] * 3 + [NoticeStatus.BOUNCED_HARD, NoticeStatus.BOUNCED_SOFT, NoticeStatus.EXCLUDED]


def test_paper_annex_and_figures_are_of_one_moment(desk, tmp_path):
    add(desk, MIXED, region="Utah")
    written = reach.write(desk, folder=tmp_path)
    said = json.loads(written.data.read_text())
    annex = written.annex.read_bytes()
    with written.annex.open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert written.paper.read_bytes().startswith(b"%PDF")
    assert said["class_size"] == len(lines) == said["annex"]["rows"] == 6
    assert said["annex"]["sha256"] == hashlib.sha256(annex).hexdigest()
    assert sum(count for _, count in said["waterfall"]) == 6
    assert dict(said["waterfall"]) == Counter(reach.LABELS[line["result"]] for line in lines)
    assert (said["reached"], said["faults"]) == (3, [])
    assert said["by_state"] == [["UT", 6, 3, 2, 1]]
    assert sum(count for _, count in said["postal"]) == 6 - 3
    assert said["mailings"][0]["first"] == "November 20, 2026, 11:00 AM MST"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reach-annex.csv", "reach.json", "reach.pdf"]


def test_a_report_with_a_gap_says_so(desk, tmp_path):
    add(desk, MIXED)
    with desk.open_case() as session:
        session.query(Campaign).one().waterfall = {"class_size": 7}
    assert reach.write(desk, folder=tmp_path).found.faults() == ['"first" has 6 notices for an audience of 7.']


def test_an_empty_case_has_a_report(desk, tmp_path):
    found = reach.write(desk, folder=tmp_path).found
    assert (found.class_size, found.share, found.share_with_post, found.faults()) == (0, 0.0, 0.0, [])


def test_names_of_staff_are_words_on_the_paper(desk, tmp_path):
    add(desk, MIXED, name='#panic("x") $ *a* <b> "\\ ' + "very long name " * 30)
    assert reach.write(desk, folder=tmp_path).paper.stat().st_size > 1000


def test_there_is_a_word_for_everything():
    assert set(reach.LABELS) == set(Result)
    assert set(reach.EVENTS) == {kind.value for kind in DeliveryEventKind}
    assert set(proof.STATUSES) == set(NoticeStatus)


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_shares_are_rounded_as_people_do(part, whole):
    exact = (Decimal(100 * part) / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert reach.percent(part, whole) == f"{exact} %"


def test_a_share_of_nothing_is_a_dash():
    assert reach.percent(0, 0) == "–"
