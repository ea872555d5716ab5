"""Every member of the class has one result, whatever happened in how many mailings, and the sums say so."""

from __future__ import annotations

import csv
import datetime
import uuid

import pytest

from casefile import class_reach, database, member_results
from casefile.member_results import Result
from casefile.tables.mail import Attempt, Campaign, DeliveryEvent, Notice
from casefile.tables.people import ClassMember
from casefile.words import AttemptOutcome, CampaignStatus, DeliveryEventKind, NoticeStatus

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
S = NoticeStatus


@pytest.fixture
def mailing(session):
    """Make a campaign."""

    def make(name, kind="class_notice", status=CampaignStatus.SETTLED, **policy):
        campaign = Campaign(
            name=name, kind=kind, status=status, content={"text": name}, send_not_before=NOW, send_not_after=NOW, policy=policy
        )
        session.add(campaign)
        session.flush()
        return campaign.id

    return make


@pytest.fixture
def notice(session):
    """Make a notice to a member as it ended."""

    def make(campaign_id, member_id, status, reason="", attempts=None, **columns):
        tried = attempts if attempts is not None else int(status not in {S.EXCLUDED, S.PLANNED, S.CANCELLED})
        values = {"kind": "class_notice", "language": "en", "provider_group": "google", "attempts": tried} | columns
        made = Notice(campaign_id=campaign_id, member_id=member_id, status=status, reason=reason, **values)
        session.add(made)
        session.flush()
        return made.id

    return make


@pytest.fixture
def gather(session, tmp_path):
    """Read the report and its annex, which must say the same."""

    def read():
        session.flush()
        found = class_reach.gather(session)
        rows, _ = member_results.write_annex(session, path=tmp_path / "annex.csv")
        assert rows == found.class_size
        assert member_results.read_annex(tmp_path / "annex.csv") == found.results
        return found

    return read


ENDINGS = [
    ([(S.ACCEPTED, "")], Result.ACCEPTED),
    ([(S.DELIVERED, "")], Result.ACCEPTED),
    ([(S.BOUNCED_HARD, "")], Result.BAD_ADDRESS),
    ([(S.REJECTED, "hard")], Result.BAD_ADDRESS),
    ([(S.REJECTED, "policy")], Result.REFUSED),
    ([(S.REJECTED, "soft")], Result.RETURNED),
    ([(S.BOUNCED_SOFT, "")], Result.RETURNED),
    ([(S.EXPIRED, "")], Result.EXPIRED),
    ([(S.IN_DOUBT, "")], Result.IN_DOUBT),
    ([(S.DEFERRED, "")], Result.WAITING),
    ([(S.PLANNED, "")], Result.WAITING),
    ([(S.CANCELLED, "left the class since")], Result.CANCELLED),
    ([(S.EXCLUDED, "no_address")], Result.NO_ADDRESS),
    ([(S.EXCLUDED, "duplicate_address")], Result.DUPLICATE_ADDRESS),
    ([(S.EXCLUDED, "not_chosen")], Result.NO_MAILING),
    ([], Result.NO_MAILING),
    ([(S.BOUNCED_SOFT, ""), (S.ACCEPTED, "")], Result.ACCEPTED),
    ([(S.BOUNCED_SOFT, ""), (S.BOUNCED_HARD, "")], Result.BAD_ADDRESS),
    ([(S.BOUNCED_HARD, ""), (S.EXCLUDED, "suppressed")], Result.BAD_ADDRESS),
    ([(S.ACCEPTED, ""), (S.EXCLUDED, "not_chosen")], Result.ACCEPTED),
    ([(S.BOUNCED_SOFT, ""), (S.PLANNED, "")], Result.WAITING),
    ([(S.EXCLUDED, "no_address"), (S.EXCLUDED, "not_chosen")], Result.NO_ADDRESS),
]
"""What the first and the second mailing came to for one member, and what it makes of the member."""


def test_one_result_for_each_member(mailing, notice, make_member, gather):
    mailings = [mailing("first"), mailing("again")]
    for endings, _ in ENDINGS:
        member_id = make_member()
        for campaign_id, (status, reason) in zip(mailings, endings, strict=False):
            notice(campaign_id, member_id, status, reason)
    found = gather()
    expected: dict[str, int] = {}
    for _, result in ENDINGS:
        expected[result] = expected.get(result, 0) + 1
    assert found.results == expected
    assert found.class_size == len(ENDINGS) == sum(found.results.values())
    assert found.accepted_by_mailing == {"first": 3, "again": 1}
    assert found.faults() == [
        '"first" is settled, but some of its notices are not in a final state.',
        '"again" is settled, but some of its notices are not in a final state.',
    ]


def test_a_settled_mailing_adds_up_to_its_audience(session, mailing, notice, make_member, gather):
    campaign_id = mailing("first")
    notice(campaign_id, make_member(), S.ACCEPTED)
    session.get(Campaign, campaign_id).waterfall = {"class_size": 1}
    assert gather().faults() == []
    session.get(Campaign, campaign_id).waterfall = {"class_size": 2}
    assert gather().faults() == ['"first" has 1 notices for an audience of 2.']


def test_dry_runs_reminders_and_receipts_reach_nobody(mailing, notice, make_member, gather):
    for name, kind, policy in (
        ("dry", "class_notice", {"rehearsal": True}),
        ("reminder", "reminder", {}),
        ("receipt", "claim_received", {"standing": True}),
    ):
        notice(mailing(name, kind, **policy), make_member(), S.ACCEPTED, kind=kind)
    found = gather()
    assert found.results == {Result.NO_MAILING: 3}
    assert [one.name for one in found.mailings] == ["reminder"]


def test_a_merged_member_counts_once_as_who_lives_on(session, mailing, notice, make_member, gather):
    campaign_id = mailing("first")
    last = make_member(region="Utah")
    middle = make_member(merged_into_id=last)
    first = make_member(merged_into_id=middle)
    notice(campaign_id, first, S.ACCEPTED)
    notice(campaign_id, last, S.EXCLUDED, "no_address")
    found = gather()
    assert (found.class_size, found.results) == (1, {Result.ACCEPTED: 1})


def test_spellings_of_a_state_are_one_state(mailing, notice, make_member, gather):
    campaign_id = mailing("first")
    for region in ("UT", "Utah", " utah ", "Calif.", None):
        notice(campaign_id, make_member(region=region), S.ACCEPTED)
    assert gather().by_state == {"": {"accepted": 1}, "CA": {"accepted": 1}, "UT": {"accepted": 3}}


def test_how_doubt_ended(session, mailing, notice, make_member, gather):
    campaign_id = mailing("first", status=CampaignStatus.SENDING)
    ids = [notice(campaign_id, make_member(), status) for status in (S.IN_DOUBT, S.ACCEPTED, S.ACCEPTED, S.EXPIRED)]
    for notice_id in ids:
        session.add(Attempt(notice_id=notice_id, number=1, worker="w", started_at=NOW, outcome=AttemptOutcome.IN_DOUBT))
    session.add(DeliveryEvent(source="d", source_event_id="1", notice_id=ids[1], kind=DeliveryEventKind.RESEND, occurred_at=NOW))
    found = gather()
    assert found.doubts == {
        "still in doubt": 1,
        "sent again with the same Message-ID": 1,
        "shown to have been accepted": 1,
        "left as it was by decision": 1,
    }
    assert found.events == {"resend": 1}
    assert found.faults() == ['"first" is sending, not settled: its figures may still change.']


def test_the_annex_runs_nothing_in_a_spreadsheet(mailing, notice, make_member, gather, tmp_path):
    campaign_id = mailing('=HYPERLINK("http://x.example")')
    notice(campaign_id, make_member(region="=1+1\nX"), S.ACCEPTED)
    gather()
    with (tmp_path / "annex.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    assert row["mailing"].startswith("'=")
    assert row["state"] == "'=1+1 X"


def test_one_case_does_not_see_another(engine, case_id, mailing, notice, make_member, gather):
    notice(mailing("first"), make_member(), S.ACCEPTED)
    gather()
    with class_reach.open_snapshot(engine, case_id=uuid.uuid4(), actor="test") as snapshot:
        assert class_reach.gather(snapshot).class_size == 0


def test_a_snapshot_does_not_move(engine, case_id):
    def add() -> None:
        with database.case_session(engine, case_id=case_id, actor="test") as beside:
            beside.add(ClassMember(notice_id=uuid.uuid4().hex[:9]))

    add()
    with class_reach.open_snapshot(engine, case_id=case_id, actor="test") as snapshot:
        assert class_reach.gather(snapshot).class_size == 1
        add()
        assert class_reach.gather(snapshot).class_size == 1
