"""From a returned message to the ledger: the right notice, once, and only a bad address is suppressed."""

from __future__ import annotations

import datetime
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from casefile import suppressions
from casefile.audience import SCOPE_ALL, SCOPE_REMINDERS
from casefile.database import Session
from casefile.tables.mail import Campaign, DeliveryEvent, Notice
from casefile.words import NoticeStatus
from notices import return_path
from notices.bounces import recording
from notices.bounces.reader import read
from notices.bounces.report import Kind, Recipient, Report, Severity

KEY = b"k" * 32
DATA = Path(__file__).parent / "data"


@pytest.fixture
def notice(session: Session) -> Notice:
    """A notice that was accepted at its first attempt."""
    now = datetime.datetime.now(datetime.UTC)
    campaign = Campaign(name="first", kind="class_notice", content={}, send_not_before=now, send_not_after=now)
    session.add(campaign)
    session.flush()
    notice = Notice(
        kind="class_notice",
        campaign_id=campaign.id,
        address="Jane@x.example",
        language="en",
        status=NoticeStatus.ACCEPTED,
        attempts=1,
        accepted_at=now,
    )
    session.add(notice)
    session.flush()
    return notice


def came_back(session: Session, notice: Notice | None, name: str, *, key: bytes = KEY) -> bool:
    """Record one of the fixtures as if it had come to the notice's return path."""
    raw = (DATA / f"{name}.eml").read_bytes()
    to = return_path.make(key, notice_id=notice.id, attempt=1, domain="bounce.example") if notice else "b-x@bounce.example"
    return recording.record_mail(session, key=KEY, raw=raw, envelope=[to], report=read(raw))


def suppressed(session: Session) -> list[tuple[str, str]]:
    return [(one.address, one.scope) for one in suppressions.live(session)]


def status(session: Session, notice: Notice) -> str:
    session.refresh(notice)
    return str(notice.status)


def test_a_bad_address_is_suppressed(session: Session, notice: Notice) -> None:
    assert came_back(session, notice, "dsn-unknown")
    assert status(session, notice) == NoticeStatus.BOUNCED_HARD
    assert suppressed(session) == [("jane@x.example", SCOPE_ALL)]


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("dsn-dmarc", NoticeStatus.BOUNCED_SOFT),
        ("dsn-blocklist-reported-as-5.0.0", NoticeStatus.BOUNCED_SOFT),
        ("dsn-expired", NoticeStatus.BOUNCED_SOFT),
        ("dsn-delayed", NoticeStatus.ACCEPTED),
        ("dsn-relayed", NoticeStatus.DELIVERED),
        ("other-vacation-left-company", NoticeStatus.ACCEPTED),
        ("arf-not-spam", NoticeStatus.ACCEPTED),
        ("other-parcel", NoticeStatus.ACCEPTED),
    ],
)
def test_nothing_else_suppresses(session: Session, notice: Notice, name: str, after: NoticeStatus) -> None:
    came_back(session, notice, name)
    assert status(session, notice) == after
    assert suppressed(session) == []


def test_a_complaint_stops_reminders_only(session: Session, notice: Notice) -> None:
    came_back(session, notice, "arf-abuse")
    assert suppressed(session) == [("jane@x.example", SCOPE_REMINDERS)]


def test_the_same_message_counts_once(session: Session, notice: Notice) -> None:
    assert [came_back(session, notice, "dsn-unknown") for _ in range(3)] == [True, False, False]
    assert session.scalar(sa.select(sa.func.count()).select_from(DeliveryEvent)) == 1


@pytest.mark.parametrize("signed", [True, False])
def test_a_forged_return_path_harms_nobody(session: Session, notice: Notice, signed: bool) -> None:
    came_back(session, notice if signed else None, "dsn-unknown", key=b"x" * 32)
    assert status(session, notice) == NoticeStatus.ACCEPTED
    assert suppressed(session) == []
    assert session.scalars(sa.select(DeliveryEvent.notice_id)).all() == [None]


def test_a_return_path_of_a_notice_that_is_not_ours_is_kept_apart(session: Session) -> None:
    to = return_path.make(KEY, notice_id=uuid.uuid4(), attempt=1, domain="bounce.example")
    raw = (DATA / "dsn-unknown.eml").read_bytes()
    assert recording.record_mail(session, key=KEY, raw=raw, envelope=[to], report=read(raw))
    assert suppressed(session) == []


def test_an_address_that_forwards_to_several_is_as_good_as_its_best(session: Session, notice: Notice) -> None:
    recipients = (Recipient(address="far@y.example", severity=Severity.HARD), Recipient(address="near@x.example"))
    to = return_path.make(KEY, notice_id=notice.id, attempt=1, domain="bounce.example")
    report = Report(kind=Kind.BOUNCE, recipients=recipients)
    recording.record(session, key=KEY, report=report, source="mail", event_id="1", came_to=[to])
    assert status(session, notice) == NoticeStatus.BOUNCED_SOFT
    assert suppressed(session) == []
