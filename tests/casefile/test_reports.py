"""The counts of a report are of one moment and add up, or the report says what does not."""

import dataclasses

from casefile import database, reports
from casefile.tables.people import ClassMember


def test_an_empty_case_adds_up(session):
    found = reports.status(session)
    assert (found.rows_in, found.members, found.claims, found.reach, found.faults()) == (0, 0, 0, 0.0, [])


def test_a_sum_that_does_not_add_up_is_said(session):
    found = dataclasses.replace(reports.status(session), claims=3)
    assert found.faults() == ["claims by status: 3 in all, but 0 by kind", "claims by band: 3 in all, but 0 by kind"]


def test_members_are_counted_once(engine, case_id):
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        session.add_all([ClassMember(notice_id="a"), ClassMember(notice_id="b")])
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        assert reports.status(session).members == 2
        assert reports.as_json(reports.status(session))["reach"] == 0.0
