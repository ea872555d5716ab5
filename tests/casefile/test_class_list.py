"""A class list keeps its member ids from run to run, accounts for every row, and can be saved twice."""

import datetime

import pyarrow as pa
import pytest
import sqlalchemy as sa

from casefile import bulk, class_list, codes, database
from casefile.tables.claims import MatchRun
from casefile.tables.people import ClassMember, Disclosure, MemberRow, SourceRow
from casefile.words import SourceKind
from tests.source_files import add_file

ANN = {"given_name": "Ann", "family_name": "Ruiz", "street": "1 Elm St", "postcode": "02134", "region": "MA"}
BOB = {"given_name": "Bob", "family_name": "Null", "street": "9 Oak Ave", "postcode": "80202", "region": "CO"}


def save(session, clusters):
    ids = [str(row) for row in clusters]
    return class_list.save(
        session,
        clusters=pa.table(
            {
                "source_row_id": pa.array(ids, pa.string()),
                "cluster": pa.array(list(clusters.values()), pa.string()),
                "household": pa.array([None] * len(ids), pa.string()),
            }
        ),
        joins=pa.table(
            {
                "source_row_id": pa.array(ids[:1], pa.string()),
                "probability": pa.array(["0.99"] * len(ids[:1]), pa.string()),
                "evidence": pa.array(['{"sentence": "same name"}'] * len(ids[:1]), pa.string()),
            }
        ),
        model={},
        counts={},
        started_at=datetime.datetime.now(datetime.UTC),
    )


@pytest.fixture
def in_case(engine, case_id):
    def run(action):
        with database.case_session(engine, case_id=case_id, actor="test") as session:
            return action(session)

    return run


def members(session):
    live = sa.select(ClassMember).where(ClassMember.merged_into_id.is_(None)).order_by(ClassMember.given_name)
    return {member.given_name: member for member in session.scalars(live)}


def test_the_best_row_speaks_for_the_member_and_the_order_log_gives_the_email(in_case):
    listed = in_case(lambda session: add_file(session, "a.csv", [ANN, {"given_name": "Ann", "family_name": "Ruiz"}, BOB]))
    ordered = in_case(
        lambda session: add_file(
            session,
            "o.csv",
            [{**ANN, "email": "ann@mail.example"}, {"email": "stranger@mail.example"}],
            SourceKind.CONTACT_SOURCE,
        )
    )
    clusters = dict(zip([*listed, *ordered], ["1", "1", "2", "1", "3"], strict=True))
    saved = in_case(lambda session: save(session, clusters))
    assert (saved.members, saved.new_members, saved.rows_joined, saved.rows_outside_class) == (2, 2, 4, 1)
    found = in_case(members)
    assert (found["Ann"].street, found["Ann"].email) == ("1 Elm St", "ann@mail.example")
    assert all(codes.tidy(member.notice_id) for member in found.values())
    assert in_case(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Disclosure))) == 3


def test_saving_the_same_again_changes_nothing(in_case):
    rows = in_case(lambda session: add_file(session, "a.csv", [ANN, BOB]))
    clusters = dict(zip(rows, ["1", "2"], strict=True))
    in_case(lambda session: save(session, clusters))
    before = in_case(lambda session: [(m.id, m.notice_id, m.updated_at) for m in members(session).values()])
    joined = in_case(lambda session: session.scalars(sa.select(MemberRow.joined_at)).all())
    again = in_case(lambda session: save(session, clusters))
    assert (again.new_members, again.merged_members) == (0, 0)
    assert in_case(lambda session: [(m.id, m.notice_id, m.updated_at) for m in members(session).values()]) == before
    assert in_case(lambda session: session.scalars(sa.select(MemberRow.joined_at)).all()) == joined


def test_a_supplement_joins_members_and_the_smaller_one_says_where_it_went(in_case):
    rows = in_case(lambda session: add_file(session, "a.csv", [ANN, ANN, {**BOB, "given_name": "Anne"}]))
    in_case(lambda session: save(session, dict(zip(rows, ["1", "1", "2"], strict=True))))
    before = in_case(members)
    more = in_case(lambda session: add_file(session, "b.csv", [ANN], SourceKind.SUPPLEMENT))
    saved = in_case(lambda session: save(session, dict(zip([*rows, *more], ["9"] * 4, strict=True))))
    assert (saved.members, saved.new_members, saved.merged_members) == (1, 0, 1)
    assert in_case(members)["Ann"].id == before["Ann"].id
    gone = in_case(lambda session: class_list.current(session, member_id=before["Anne"].id))
    assert gone.id == before["Ann"].id
    by_id = in_case(lambda session: class_list.by_notice_id(session, notice_id=before["Anne"].notice_id))
    assert by_id.id == before["Ann"].id


def test_a_split_member_stays_with_its_largest_part(in_case):
    rows = in_case(lambda session: add_file(session, "a.csv", [ANN, ANN, BOB]))
    in_case(lambda session: save(session, dict(zip(rows, ["1", "1", "1"], strict=True))))
    kept = in_case(members)["Ann"]
    saved = in_case(lambda session: save(session, dict(zip(rows, ["1", "1", "2"], strict=True))))
    found = in_case(members)
    assert saved.new_members == 1
    assert found["Ann"].id == kept.id
    assert found["Bob"].notice_id != kept.notice_id


def test_counts_and_the_empty_case(in_case):
    empty = in_case(class_list.counts)
    assert (empty.persons, empty.households, empty.by_region) == (0, 0, {})
    assert in_case(class_list.rows_to_consolidate).num_rows == 0
    rows = in_case(lambda session: add_file(session, "a.csv", [ANN, BOB, BOB]))
    in_case(lambda session: save(session, dict(zip(rows, ["1", "2", "2"], strict=True))))
    found = in_case(class_list.counts)
    assert (found.source_rows, found.rows_in_class, found.persons, found.by_region) == (3, 3, 2, {"CO": 1, "MA": 1})
    assert in_case(lambda session: session.scalar(sa.select(sa.func.count()).select_from(MatchRun))) == 1


def test_bulk_text_comes_back_as_it_went(in_case):
    people = [{"given_name": name} for name in ["", "Null", 'quote " and , comma', "line\nbreak", "\\N", "Ñandú 🛒", " x "]]
    in_case(lambda session: add_file(session, "a.csv", people))
    table = in_case(
        lambda session: bulk.read(session, sa.select(SourceRow.given_name, SourceRow.family_name).order_by(SourceRow.id))
    )
    assert table["given_name"].to_pylist() == [person["given_name"] for person in people]
    assert table["family_name"].null_count == len(people)
