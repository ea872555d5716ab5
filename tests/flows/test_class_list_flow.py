"""From source rows to members by the real matcher, twice, with the evidence for each join."""

import uuid

from casefile import class_list, database
from casefile.words import SourceKind
from flows import class_list as flow
from tests.source_files import add_file

ADDRESS = {"street": "12 Maple Street", "city": "Denver", "region": "CO", "postcode": "80202"}
LISTED = [
    {"given_name": "Katherine", "family_name": "Okafor", "phone": "303-555-0111", **ADDRESS},
    {"given_name": "Kate", "family_name": "Okafor", "phone": "(303) 555-0111", **ADDRESS, "street": "12 Maple St."},
    {"given_name": "Samuel", "family_name": "Okafor", "phone": "303-555-0111", **ADDRESS},
    {"full_name": "Null, Maria", "street": "PO Box 7", "city": "Boston", "region": "MA", "postcode": "02134"},
]
ORDERED = [{"given_name": "Katherine", "family_name": "Okafor", "email": "kate@mail.example", **ADDRESS}]


GIVEN = ["Ada", "Bo", "Cleo", "Dina", "Egon", "Fay", "Gus", "Hal", "Ines", "Jo", "Kim", "Lou", "Mo", "Ned", "Olga", "Pia"]
FAMILY = ["Abbott", "Brandt", "Castro", "Duarte", "Eriksen", "Fontaine", "Grady", "Huang", "Ibsen", "Jansen", "Kovac", "Lund"]
OTHERS = [
    {
        "given_name": given,
        "family_name": family,
        "phone": f"617-555-{100 + number % 100:04}" if number % 3 else None,
        "street": f"{number * 7 + 1} {family} Road",
        "city": "Boston",
        "region": "MA",
        "postcode": f"021{number % 40:02}",
    }
    for number, (given, family) in enumerate((given, family) for given in GIVEN for family in FAMILY)
]
"""A population, so that the matcher knows how rare a name is."""


def in_case(engine, case_id, action):
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        return action(session)


def test_an_empty_case_has_no_members(engine, case_id):
    assert flow.build(engine, case_id=case_id, actor="test") == {"source_rows": 0, "members": 0}


def test_rows_become_people_and_stay_the_same_people(engine, case_id):
    listed = in_case(engine, case_id, lambda session: add_file(session, "list.csv", LISTED + OTHERS))
    in_case(engine, case_id, lambda session: add_file(session, "orders.csv", ORDERED, SourceKind.CONTACT_SOURCE))
    first = flow.build(engine, case_id=case_id, actor="test")
    assert (first["source_rows"], first["members"]) == (5 + len(OTHERS), 3 + len(OTHERS))
    counts = in_case(engine, case_id, class_list.counts)
    assert (counts.persons, counts.households, counts.with_email) == (3 + len(OTHERS), 2 + len(OTHERS), 1)
    again = flow.build(engine, case_id=case_id, actor="test")
    assert (again["members"], again["new_members"], again["merged_members"]) == (3 + len(OTHERS), 0, 0)
    members = in_case(engine, case_id, class_list.members).to_pylist()
    kate = next(row["member_id"] for row in members if row["given_name"] == "Kate")
    joins = in_case(engine, case_id, lambda session: class_list.rows_of(session, member_id=uuid.UUID(kate)))
    assert {row.SourceRow.id for row in joins} >= set(listed[:2])
    assert all(row.MemberRow.evidence["fields"] for row in joins)
