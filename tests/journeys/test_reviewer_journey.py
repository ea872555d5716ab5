"""A reviewer's day in a browser: sign in, decide blind, meet a colleague, take back, and find nothing that axe objects to."""

from __future__ import annotations

import dataclasses
import os
import shutil
import socket
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe

from casefile import cases, codes, database, staff
from casefile.case_file import read
from casefile.tables.claims import Claim, ClaimVersion
from casefile.tables.people import SourceFile, SourceRow
from casefile.words import Role
from flows import claim_matching, class_list
from intake_api.app import create_app

FOLDER = Path(__file__).parents[2] / "cases" / "cartmanager"
CHROMIUM = os.environ.get("REDRESS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "correct horse battery"
LONG_NAME = "Maximiliana-Theodora " * 12

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine (make test installs one)"),
]

GIVEN = ["James", "Mary", "Robert", "Patricia", "John", "Jennifer", "Michael", "Linda", "David", "Elizabeth", "José", "Ana"]
FAMILY = [
    "Smith",
    "Johnson",
    "Williams",
    "Brown",
    "Jones",
    "Garcia",
    "Miller",
    "Davis",
    "Rodriguez",
    "Martinez",
    "Null",
    "O'Brien",
]
STREETS = ["Oak", "Maple", "Cedar", "Pine", "Elm", "Lake", "Hill", "Walnut", "Spring", "Park", "Ridge", "Mill"]


def people():
    """120 shoppers, of whom the first two are father and son in one house."""
    rows = [
        {
            "given_name": GIVEN[i % 12], "family_name": FAMILY[(i * 5) % 12], "suffix": None, "phone": f"8015550{100 + i % 100}",
            "street": f"{100 + 7 * i} {STREETS[i % 11]} St", "city": "Provo", "region": "UT", "postcode": f"846{i % 90:02d}",
            "merchant": "Blue Kettle Teas",
        }
        for i in range(120)
    ]  # fmt: skip
    rows[0] |= {"given_name": "William", "family_name": "Castellanos", "suffix": "Sr", "street": "77 Ridge Ave"}
    rows[1] |= rows[0] | {"suffix": "Jr", "phone": "8015550171"}
    return rows


def file_claim(session, person, *, at, **changes):
    now = {name: value or "" for name, value in person.items() if name != "merchant"} | changes
    claim = Claim(
        number=codes.new(), status="submitted", language="en", submission_key=uuid.uuid4().hex, submitted_at=at, updated_at=at
    )
    session.add(claim)
    session.flush()
    answers = {"now": now, "at_purchase": [], "merchants": [{"id": "1", "name": person["merchant"]}], "other_shop": ""}
    session.add(
        ClaimVersion(
            claim_id=claim.id, number=1, answers=answers, language="en", form_version="1", attestation_text="I declare",
            signature="W", signed_at=at,
        )
    )  # fmt: skip
    return claim.number


@pytest.fixture(scope="module")
def case(engine):
    """A case with a class list, claims, and the matcher's candidates, all made by the real flows."""
    folder = read.read_case_folder(FOLDER)
    slug = f"review-{uuid.uuid4().hex[:8]}"
    with database.open_session(engine, actor="test") as session:
        opened = cases.open_folder(session, folder=dataclasses.replace(folder, slug=slug, merchants=folder.merchants[:3]))
        for name, role in (("ann", Role.REVIEWER), ("bob", Role.REVIEWER), ("adam", Role.ADMINISTRATOR)):
            staff_id = staff.add(session, email=f"{name}@{slug}.example", name=name.title(), password=PASSWORD)
            staff.grant(session, staff_id=staff_id, role=role)
    shoppers = people()
    with database.case_session(engine, case_id=opened.id, actor="test") as session:
        source = SourceFile(
            sha256=uuid.uuid4().hex, size_bytes=1, original_name="list.csv", kind="disclosure_list", encoding="utf-8", dialect={},
            columns=[], mapping={}, rows_in=len(shoppers), rows_accepted=len(shoppers), rows_warned=0, rows_rejected=0,
        )  # fmt: skip
        session.add(source)
        session.flush()
        session.add_all(
            SourceRow(source_file_id=source.id, row_number=number, raw=b"x", outcome="accepted", **person)
            for number, person in enumerate(shoppers, start=1)
        )
    class_list.build(engine, case_id=opened.id, actor="test")
    at = datetime.now(UTC) - timedelta(days=2)
    with database.case_session(engine, case_id=opened.id, actor="claimant") as session:
        numbers = [
            file_claim(session, shoppers[1], at=at, suffix=""),
            file_claim(session, shoppers[5], at=at + timedelta(hours=1), given_name="P", phone=""),
            file_claim(session, shoppers[7], at=at + timedelta(hours=2), given_name=LONG_NAME, family_name="<b>Nobody</b>"),
        ]
    claim_matching.match(engine, case_id=opened.id, actor="flow:match")
    return SimpleNamespace(slug=slug, url=f"/console/{slug}/", numbers=numbers)


@pytest.fixture(scope="module")
def site(settings, engine):
    """The site on a port of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(settings, engine=engine), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def arrive(chromium, site, case):
    """Open a browser window of somebody who signs in."""
    windows = []

    def opened(name, *, width=1280, script=True):
        window = chromium.new_context(viewport={"width": width, "height": 900}, base_url=site, java_script_enabled=script)
        windows.append(window)
        page = window.new_page()
        page.set_default_timeout(15_000)
        page.goto(case.url)
        page.fill("#email", f"{name}@{case.slug}.example")
        page.fill("#password", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", level=1, name="CartManager").wait_for()
        return page

    yield opened
    for window in windows:
        window.close()


def test_a_reviewers_day(arrive, case):
    ann, bob = arrive("ann"), arrive("bob", script=False)
    for page in (ann, bob):
        page.get_by_role("link", name="Review", exact=True).click()
        page.get_by_role("link", name=spaced(case.numbers[0])).click()
    assert ann.get_by_text("Scores are shown after your ruling").is_visible()
    assert not ann.get_by_text("probability of the same person").is_visible()

    ann.get_by_role("button", name="Save and open the next claim").click()
    ann.get_by_role("alert").get_by_text("Choose your ruling").wait_for()

    ann.get_by_role("radio", name="Jr, Provo").check()
    ann.get_by_label("Reason", exact=True).select_option(label="Name and address agree, and nothing contradicts.")
    ann.get_by_role("button", name="Save and see the scores").click()
    ann.get_by_text("Saved.").wait_for()
    assert ann.get_by_text("probability of the same person").first.is_visible()

    bob.get_by_role("radio", name="None of these").check()
    bob.get_by_label("In your own words").fill("I see it otherwise.")
    bob.get_by_role("button", name="Save and open the next claim").click()
    bob.get_by_role("alert").get_by_text("decided while you had it open").wait_for()
    assert bob.get_by_label("In your own words").input_value() == "I see it otherwise."

    ann.get_by_label("Why").fill("I looked at the wrong column.")
    ann.get_by_role("button", name="Take it back").click()
    ann.get_by_role("heading", name="Your ruling").wait_for()

    ann.get_by_role("radio", name="I cannot tell yet").check()
    ann.get_by_label("What shall the claimant mend?").select_option(label="Several class members fit")
    ann.get_by_label("In your own words").fill("Father and son in one house.")
    ann.get_by_role("button", name="Save and open the next claim").click()
    ann.get_by_text("is now claimant was asked").wait_for()
    assert ann.get_by_role("heading", level=1).inner_text() != spaced(case.numbers[0])

    ann.get_by_role("link", name=spaced(case.numbers[0])).click()
    ann.get_by_role("link", name="History").click()
    for sentence in ("Asked the claimant", "Took a decision back", "Father and son in one house."):
        assert ann.get_by_text(sentence).first.is_visible()

    ann.get_by_role("button", name="Sign out").click()
    ann.go_back()
    ann.get_by_role("heading", name="Sign in").wait_for()


@pytest.mark.parametrize("script", [True, False])
def test_the_filter_works_with_and_without_the_script(arrive, case, script):
    page = arrive("ann", script=script)
    page.goto(f"{case.url}queue")
    page.get_by_role("radio", name="Ambiguous").check()
    if not script or page.locator("script").count() == 0:
        page.get_by_role("button", name="Show").click()
    page.wait_for_url("**band=ambiguous**")
    page.get_by_text("of the band").or_(page.get_by_text("oldest first")).wait_for()


def spaced(number):
    return codes.spaced(number)


def address_of(page, case, number):
    page.goto(f"{case.url}find-claim?number={number}")
    return page.url


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(arrive, case, width):
    adam = arrive("adam", width=width)
    claims = [address_of(adam, case, number) for number in case.numbers]
    adam.goto(claims[0])
    member = adam.locator("table.beside thead a").first.get_attribute("href")
    pages = ["", "queue", "members", "sources", "campaigns", "reach", "jobs", "audit", "queue?view=new_evidence"]
    for address in [*(case.url + page for page in pages), *claims, claims[0] + "/history", member]:
        adam.goto(address)
        found = Axe().run(adam)
        assert found.violations_count == 0, f"{address}: {found.generate_report()}"
        assert adam.evaluate("document.documentElement.scrollWidth") <= width, address
