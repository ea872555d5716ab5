"""A case as its folder describes it, people in every role, and claims beside candidates, for the console's tests."""

from __future__ import annotations

import dataclasses
import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import argon2
import pyarrow as pa
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from casefile import cases, codes, database, matches, staff
from casefile.case_file import read
from casefile.tables.claims import Claim, ClaimVersion
from casefile.tables.people import ClassMember
from casefile.tables.staff import Staff
from casefile.words import Role
from intake_api.app import create_app

FOLDER = Path(__file__).parents[3] / "cases" / "cartmanager"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def app(settings, engine):
    return create_app(settings, engine=engine)


@pytest.fixture(scope="session")
def folder():
    found = read.read_case_folder(FOLDER)
    return dataclasses.replace(found, merchants=found.merchants[:3])


@pytest.fixture(scope="session")
def password_hash():
    """A hash that costs little: what a password costs is tested elsewhere."""
    return argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def case(engine, folder, password_hash):
    """A fresh case with one person in each role, and one without any."""
    slug = f"case-{uuid.uuid4().hex[:10]}"
    with database.open_session(engine, actor="test") as session:
        opened = cases.open_folder(session, folder=dataclasses.replace(folder, slug=slug))
        people = {}
        for name in (*(role.value for role in Role), "stranger", "bob"):
            person = Staff(email=f"{name}@{slug}.example", name=name.title(), password_hash=password_hash)
            session.add(person)
            session.flush()
            people[name] = person.id
            if name != "stranger":
                staff.grant(session, staff_id=person.id, role=Role.REVIEWER if name == "bob" else Role(name))
    return SimpleNamespace(id=opened.id, slug=slug, people=people, url=f"/console/{slug}/", engine=engine)


class Browser:
    """Somebody signed in, who follows forms as a browser does: with the token that the page carries."""

    def __init__(self, app, case, name):
        self.client = TestClient(app, base_url="http://testserver", follow_redirects=False)
        self.case = case
        if name:
            given = {"email": f"{name}@{case.slug}.example", "password": PASSWORD}
            assert self.client.post("/console/sign-in", data=given).status_code == 303

    def get(self, path="", **options):
        return self.client.get(self.case.url + path, **options)

    def post(self, path, page=None, **fields):
        shown = self.client.get(self.case.url + (path if page is None else page)).text
        return self.send(path, shown, **fields)

    def send(self, path, shown, **fields):
        token = shown.split('name="form_token" value="')[1].split('"')[0]
        return self.client.post(self.case.url + path, data={"form_token": token, **fields})


@pytest.fixture
def browse(app, case):
    """Return the browser of the person with a name, such as the role; None is nobody, each time anew."""
    opened = {}

    def browser(name="reviewer"):
        if name is None:
            return Browser(app, case, None)
        if name not in opened:
            opened[name] = Browser(app, case, name)
        return opened[name]

    return browser


@pytest.fixture
def inside(case):
    """Open a transaction in the case."""
    return lambda: database.case_session(case.engine, case_id=case.id, actor="test")


def answers(given_name, family_name, **more):
    now = {"given_name": given_name, "family_name": family_name, "street": "12 Oak St", "city": "Provo", "region": "UT"}
    return {"now": now | more, "at_purchase": [], "merchants": [{"id": "1", "name": "Blue Kettle Teas"}], "other_shop": ""}


def evidence(level, weight):
    """A same family name, and a suffix at some level."""
    fields = [
        ("given", "William", "William", "exact", "same given name", 6.0),
        ("family", "Castellanos", "Castellanos", "exact", "same family name", 9.0),
        ("suffix", "Jr", "Sr", level, "different generation suffixes", weight),
    ]
    names = ("field", "left", "right", "level", "sentence", "weight")
    return {
        "fields": [dict(zip(names, values, strict=True)) for values in fields],
        "contradictions": ["different generation suffixes"] if weight < 0 else [],
        "sentence": "prior -10 bits, fields +25 bits: probability 0.9731",
    }


@pytest.fixture
def reviewed(inside):
    """A claim in review beside two candidates, and a second claim that nobody fits."""
    with inside() as session:
        members = [
            ClassMember(
                notice_id=codes.new(),
                given_name="William",
                family_name="Castellanos",
                suffix=suffix,
                street="12 Oak St",
                city="Provo",
            )
            for suffix in ("Sr", "Jr")
        ]
        at = datetime.now(UTC) - timedelta(days=3)
        claims = [
            Claim(
                number=codes.new(), status="submitted", language="en", submission_key=uuid.uuid4().hex,
                submitted_at=at + timedelta(hours=hour), updated_at=at,
            )
            for hour in (0, 1)
        ]  # fmt: skip
        session.add_all([*members, *claims])
        session.flush()
        said = (answers("William", "Castellanos", suffix="Jr"), answers("Nadia", "Nobody"))
        for claim, says in zip(claims, said, strict=True):
            session.add(
                ClaimVersion(
                    claim_id=claim.id, number=1, answers=says, language="en", form_version="1",
                    attestation_text="I declare", signature="W", signed_at=at,
                )
            )  # fmt: skip
        session.flush()
        ids = [claim.id for claim in claims]
        run(session, ids[0], [member.id for member in members])
        return SimpleNamespace(
            claim=ids[0], number=claims[0].number, other=ids[1], senior=members[0].id, junior=members[1].id, member=members[0]
        )


def run(session, claim, members, *, level="different"):
    rows = [
        {
            "claim_id": str(claim), "member_id": str(member), "rank": rank, "weight": 14.9 - rank, "probability": 0.9731 / rank,
            "household_probability": 0.01, "band": "review", "evidence": json.dumps(evidence(level, -8.0 if rank == 1 else 4.0)),
        }
        for rank, member in enumerate(members, start=1)
    ]  # fmt: skip
    return matches.save_run(
        session, kind="claims", model={}, thresholds={}, counts={}, started_at=datetime.now(UTC) + timedelta(seconds=1),
        candidates=pa.Table.from_pylist(rows),
    )  # fmt: skip


@pytest.fixture
def rerun(inside, reviewed):
    """Run the matcher again for the reviewed claim."""

    def again(level="different"):
        with inside() as session:
            run(session, reviewed.claim, [reviewed.senior, reviewed.junior], level=level)

    return again


@pytest.fixture
def status(inside):
    """Return a claim's status and member."""

    def read_status(claim_id):
        with inside() as session:
            return session.execute(sa.select(Claim.status, Claim.member_id).where(Claim.id == claim_id)).one()

    return read_status
