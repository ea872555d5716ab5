"""Opening a case folder loads it once, brings over changes, audits them and never mixes two cases up."""

from __future__ import annotations

import dataclasses
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from casefile import audit, cases, database, errors
from casefile.case_file.read import read_case_folder
from casefile.case_folder import CaseFolder, Merchant
from casefile.tables.cases import Merchant as MerchantRow
from casefile.tables.people import ClassMember, Disclosure, SourceFile, SourceRow
from casefile.words import RowOutcome, SourceKind

DEMO = Path(__file__).parents[2] / "cases" / "cartmanager"


@pytest.fixture
def folder() -> CaseFolder:
    """The demonstration case under a name of this test's own, with three merchants."""
    case = read_case_folder(DEMO)
    return dataclasses.replace(case, slug=f"cart-{uuid.uuid4().hex[:8]}", merchants=case.merchants[:3])


def opened(engine: sa.Engine, folder: CaseFolder) -> cases.OpenedCase:
    with database.open_session(engine, actor="cli:test") as session:
        return cases.open_folder(session, folder=folder)


def disclose(session: database.Session, *, merchant: MerchantRow) -> None:
    """Let one member's purchase at this merchant be disclosed."""
    counts = {"rows_in": 1, "rows_accepted": 1, "rows_warned": 0, "rows_rejected": 0}
    file = SourceFile(
        sha256=uuid.uuid4().hex, size_bytes=1, original_name="list.csv", kind=SourceKind.DISCLOSURE_LIST, encoding="utf-8",
        dialect={}, columns=[], mapping={}, **counts,
    )  # fmt: skip
    member = ClassMember(notice_id=uuid.uuid4().hex[:9])
    session.add_all([file, member])
    session.flush()
    row = SourceRow(source_file_id=file.id, row_number=2, raw=b"x", outcome=RowOutcome.ACCEPTED)
    session.add(row)
    session.flush()
    session.add(
        Disclosure(member_id=member.id, source_row_id=row.id, source_file_id=file.id, merchant_id=merchant.id, marketer="")
    )


def test_open_twice_is_open_once(engine: sa.Engine, folder: CaseFolder) -> None:
    first, second = opened(engine, folder), opened(engine, folder)
    assert first.is_new
    assert first.merchants_added == 3
    assert (second.id, second.is_new, second.changed, second.merchants_added) == (first.id, False, (), 0)
    with database.case_session(engine, case_id=first.id, actor="test") as session:
        assert [entry.action for entry in audit.entries(session)] == ["case.opened"]
        assert audit.verify(session).faults == ()
        assert [merchant.name for merchant in cases.merchants(session)] == sorted(each.name for each in folder.merchants)


def test_two_commands_at_once_open_one_case(engine: sa.Engine, folder: CaseFolder) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: opened(engine, folder), range(4)))
    assert sorted(result.is_new for result in results) == [False, False, False, True]
    assert len({result.id for result in results}) == 1
    with database.case_session(engine, case_id=results[0].id, actor="test") as session:
        assert len(cases.merchants(session)) == 3
        assert [entry.action for entry in audit.entries(session)] == ["case.opened"]


def test_the_folder_comes_back_as_it_was_read(engine: sa.Engine, folder: CaseFolder) -> None:
    opened(engine, folder)
    with database.open_session(engine, actor="test") as session:
        assert cases.folder_of(cases.by_slug(session, slug=folder.slug)) == dataclasses.replace(folder, merchants=())
        assert folder.slug in [case.slug for case in cases.every(session)]


def test_a_changed_date_is_brought_over_and_audited(engine: sa.Engine, folder: CaseFolder) -> None:
    first = opened(engine, folder)
    later = dataclasses.replace(folder.dates, claim_deadline=date(2027, 6, 10))
    second = opened(engine, dataclasses.replace(folder, dates=later, sha256="other"))
    assert second.changed == ("dates.claim_deadline",)
    with database.case_session(engine, case_id=first.id, actor="test") as session:
        entry = audit.entries(session)[0]
        assert (entry.action, entry.before) == ("case.changed", {"dates.claim_deadline": "2027-05-10"})
        assert entry.after is not None
        assert entry.after["dates.claim_deadline"] == "2027-06-10"
        assert cases.folder_of(cases.get(session, case_id=first.id)).dates == later


def test_merchants_come_change_and_go_but_never_under_a_disclosure(engine: sa.Engine, folder: CaseFolder) -> None:
    first = opened(engine, folder)
    named, dropped, changed = folder.merchants
    with database.case_session(engine, case_id=first.id, actor="test") as session:
        disclose(session, merchant=next(each for each in cases.merchants(session) if each.name == named.name))
    new = Merchant(name="A New Shop", domain="a-new-shop.example", aliases=())
    kept = dataclasses.replace(changed, aliases=("Another Name",))
    second = opened(engine, dataclasses.replace(folder, merchants=(kept, new), sha256="other"))
    assert (second.merchants_added, second.merchants_changed, second.merchants_removed, second.merchants_kept) == (1, 1, 1, 1)
    with database.case_session(engine, case_id=first.id, actor="test") as session:
        names = {merchant.name: merchant.aliases for merchant in cases.merchants(session)}
        assert names == {named.name: list(named.aliases), changed.name: ["Another Name"], "A New Shop": []}
        assert dropped.name not in names


def test_another_case_under_the_same_slug_is_refused_and_changes_nothing(engine: sa.Engine, folder: CaseFolder) -> None:
    opened(engine, folder)
    other = dataclasses.replace(folder, caption="Roe v. Others (synthetic)", docket_number="1:26-cv-1", merchants=())
    with pytest.raises(errors.CaseSlugTaken, match="belongs to another case already"):
        opened(engine, other)
    with database.open_session(engine, actor="test") as session:
        assert cases.by_slug(session, slug=folder.slug).caption == folder.caption


def test_merchants_of_one_case_are_not_seen_in_another(engine: sa.Engine, folder: CaseFolder, session: database.Session) -> None:
    opened(engine, folder)
    assert cases.merchants(session) == []


def test_facts_of_another_version_say_what_to_do(session: database.Session, case_id: uuid.UUID) -> None:
    with pytest.raises(errors.CaseOutdated, match="Open it again: redress case open"):
        cases.folder_of(cases.get(session, case_id=case_id))


def test_an_unknown_case_names_those_that_there_are(engine: sa.Engine, folder: CaseFolder) -> None:
    opened(engine, folder)
    with database.open_session(engine, actor="test") as session:
        with pytest.raises(errors.NotFound, match='There is no case "nowhere"'):
            cases.by_slug(session, slug="nowhere")
        with pytest.raises(errors.NotFound):
            cases.get(session, case_id=uuid.uuid4())
