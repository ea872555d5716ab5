"""Everybody whom e-mail does not reach is in exactly one postal file, or is counted with the reason why not."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io

import pytest
import sqlalchemy as sa

from casefile import cases, codes, database, errors, exclusions, keys, notice_ids, postal
from casefile.tables.mail import Campaign, Notice
from casefile.tables.people import ClassMember
from casefile.words import CampaignStatus, NoticeStatus
from notices import postal as papers
from notices.sending import Desk

NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)
HOME = {"street": "12 Sample Street", "unit": "Apt 3", "city": "Provo", "region": "UT", "postcode": "01234"}


@pytest.fixture
def desk(engine, settings, demo_case):
    """A case of this test's own, as the demonstration's folder describes it."""
    folder = dataclasses.replace(demo_case, slug=f"postal-{codes.new().lower()}", merchants=demo_case.merchants[:2])
    with database.open_session(engine, actor="test") as session:
        opened = cases.open_folder(session, folder=folder)
    return Desk(settings, engine, opened.id, "test")


@pytest.fixture
def add(desk):
    """Add a member with the result of the first mailing, and return the notice ID."""
    with desk.open_case() as session:
        campaign = Campaign(
            name="first", kind="class_notice", status=CampaignStatus.SETTLED, content={}, send_not_before=NOW, send_not_after=NOW
        )
        session.add(campaign)
        session.flush()
        campaign_id = campaign.id

    def make(status=NoticeStatus.EXCLUDED, reason="no_address", **columns):
        with desk.open_case() as session:
            member = ClassMember(notice_id=codes.new(), **(HOME | {"full_name": "Ann Sample"} | columns))
            session.add(member)
            session.flush()
            if status is not None:
                session.add(
                    Notice(
                        kind="class_notice", campaign_id=campaign_id, member_id=member.id, language="en", status=status,
                        reason=reason, attempts=int(status is not NoticeStatus.EXCLUDED),
                    )
                )  # fmt: skip
            return member.notice_id

    return make


def rows_of(written) -> list[dict[str, str]]:
    path = next(path for path in reversed(written.paths) if path.suffix == ".csv")
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_who_is_wanted_and_that_it_adds_up(desk, add, tmp_path):
    inside = [
        add(),
        add(NoticeStatus.BOUNCED_HARD),
        add(NoticeStatus.REJECTED, "hard"),
        add(NoticeStatus.EXCLUDED, "duplicate_address"),
        add(None),
    ]
    for status in (NoticeStatus.ACCEPTED, NoticeStatus.BOUNCED_SOFT, NoticeStatus.IN_DOUBT, NoticeStatus.DEFERRED):
        add(status)
    add(None, email="ann@x.example")
    add(street=" ")
    add(city=None, postcode=None)
    left = add()
    with desk.open_case() as session:
        member = notice_ids.find(session, notice_id=left)
        exclusions.request(
            session, submission_key="k", member_id=member.id, answers={}, signature="A", received_at=NOW, deadline_at=NOW
        )
    written = papers.write(desk, folder=tmp_path)
    found = written.listing
    assert found.counts == {"in_file": 5, "no_postal_address": 2, "excluded": 1}
    assert found.wanted == 8
    assert {row["notice_id"] for row in rows_of(written)} == {codes.spaced(code) for code in inside}
    assert papers.write(desk, folder=tmp_path, with_undelivered=True).listing.counts["in_file"] == 1


def test_again_lists_nobody_twice_and_writes_the_same_octets(desk, add, tmp_path):
    add()
    first = papers.write(desk, folder=tmp_path)
    before = first.paths[0].read_bytes()
    second = papers.write(desk, folder=tmp_path)
    assert second.listing.file is None
    assert second.listing.counts == {"listed": 1}
    assert [path.name for path in second.paths] == ["postal-0001.csv", "postal-0001-counts.txt"]
    assert second.paths[0].read_bytes() == before
    add()
    third = papers.write(desk, folder=tmp_path / "elsewhere")
    assert third.listing.counts == {"in_file": 1, "listed": 1}
    assert (tmp_path / "elsewhere" / "postal-0001.csv").read_bytes() == before


@pytest.mark.parametrize(
    "value",
    ['=HYPERLINK("http://x.example")', "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "=-+@=1", 'a"b,c\r\nd', "\x01=1"],
)
def test_no_cell_runs_in_a_spreadsheet(desk, add, tmp_path, value):
    add(full_name=value, street=value, city=value, region=value, merchant=value)
    row = rows_of(papers.write(desk, folder=tmp_path))[0]
    for cell in row.values():
        assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"}
        assert "\n" not in cell
        assert "\r" not in cell


def test_the_codes_on_paper_open_the_claim_form(desk, add, tmp_path):
    notice_id = add(postcode="01234")
    row = rows_of(papers.write(desk, folder=tmp_path))[0]
    key = notice_ids.pin_key(desk.settings, case_id=desk.case_id)
    with desk.open_case() as session:
        assert notice_ids.open_with_pin(session, key=key, notice_id=codes.tidy(row["notice_id"]), pin=row["pin"]) is not None
    assert codes.tidy(row["notice_id"]) == notice_id
    assert row["zip"] == "01234"
    assert len(row["pin"].replace(" ", "")) == keys.PIN_DIGITS


def test_a_letter_that_came_back_goes_again_only_to_another_address(desk, add, tmp_path):
    notice_id = add()
    papers.write(desk, folder=tmp_path)
    back = tmp_path / "back.csv"
    back.write_text(f"notice_id,reason\n{codes.spaced(notice_id).lower()},moved\nK7M 2QX 9RT,\nnot-a-code,x\n")
    read = papers.record_returned(desk, path=back)
    assert (read.lines, read.recorded, len(read.faults)) == (3, 1, 2)
    assert papers.record_returned(desk, path=back).recorded == 1
    assert papers.write(desk, folder=tmp_path).listing.counts == {"suppressed": 1}
    with desk.open_case() as session:
        notice_ids.find(session, notice_id=notice_id).street = "99 New Street"
    again = papers.write(desk, folder=tmp_path)
    assert again.listing.counts == {"in_file": 1}
    assert rows_of(again)[0]["street"] == "99 New Street"


def test_a_list_without_notice_ids_is_refused(desk, tmp_path):
    (tmp_path / "back.csv").write_text("name\nAnn\n")
    with pytest.raises(errors.ListRefused, match="notice_id"):
        papers.record_returned(desk, path=tmp_path / "back.csv")
    with pytest.raises(errors.ListRefused, match="cannot be read"):
        papers.record_returned(desk, path=tmp_path / "none.csv")


def test_an_empty_class_has_no_file(desk, tmp_path):
    written = papers.write(desk, folder=tmp_path)
    assert (written.listing.wanted, written.listing.file, written.paths) == (0, None, ())


def test_the_trail_says_what_was_handed_over(desk, add, tmp_path):
    add()
    written = papers.write(desk, folder=tmp_path)
    with desk.open_case() as session:
        entry = session.execute(sa.text("select after from audit_entries where action = 'postal.listed'")).scalar_one()
        assert entry["sha256"] == postal.files(session)[0].sha256
    assert entry["counts"]["wanted"] == 1
    assert entry["sha256"] in written.paths[1].read_text()


def test_postcards_of_a_file_and_the_proofs(desk, add, tmp_path):
    add(language="es", full_name="José Núñez-O'Brien", merchant="# *Shop* | <b>&")
    add(language="fr")
    papers.write(desk, folder=tmp_path)
    paths = papers.postcards(desk, folder=tmp_path, number=1)
    assert [path.name for path in paths] == ["postcards-0001-en-0001.pdf", "postcards-0001-es-0001.pdf"]
    proofs = papers.proofs(desk, folder=tmp_path / "proofs", kind="class_notice")
    assert [path.name for path in proofs] == ["long-form-en.pdf", "postcard-en.pdf", "long-form-es.pdf", "postcard-es.pdf"]
    assert all(path.read_bytes().startswith(b"%PDF") for path in paths + proofs)
    with pytest.raises(errors.NotFound):
        papers.postcards(desk, folder=tmp_path, number=9)
