"""A shopper's day in a real browser without JavaScript: from the home page to the receipt, on a phone, by axe and by eye."""

from __future__ import annotations

import dataclasses
import datetime
import os
import shutil
import socket
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from casefile import cases, codes, database, keys, notice_ids
from casefile.case_file.read import read_case_folder
from casefile.settings import Settings
from casefile.tables.claims import Claim, ClaimVersion
from casefile.tables.people import ClassMember
from intake_api.app import create_app
from intake_api.claimant import receipts

pytestmark = pytest.mark.browser

CHROMIUM = os.environ.get("REDRESS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
CASE_FOLDER = Path(__file__).parents[2] / "cases" / "cartmanager"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
PICTURES = os.environ.get("REDRESS_TEST_PICTURES")
"""A folder for screenshots of every page that the journeys see; none are taken without it."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("3 journeys not run: there is no Chromium (set REDRESS_CHROMIUM)")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield found
        found.close()


@pytest.fixture(scope="module")
def slug(engine: database.Engine) -> str:
    folder = read_case_folder(CASE_FOLDER)
    dates = dataclasses.replace(folder.dates, claim_deadline=datetime.date(2099, 1, 1))
    changed = dataclasses.replace(folder, slug=f"journey-{uuid.uuid4().hex[:6]}", dates=dates)
    with database.open_session(engine, actor="test") as session:
        return cases.open_folder(session, folder=changed).slug


@pytest.fixture(scope="module")
def site(settings: Settings, engine: database.Engine) -> Iterator[str]:
    """The running site on a free loopback port."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings, engine=engine), log_level="warning", access_log=False))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture(autouse=True)
def no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "send", lambda _desk: None)


@dataclasses.dataclass
class Journey:
    """One visitor's page, checked wherever it stops: for axe, and for a page that is wider than its window."""

    page: Page
    checker: Page
    home: str
    name: str
    seen: int = 0

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def look(self) -> None:
        """Check the page as it stands; the checker has JavaScript, which axe needs, and shows the very same document."""
        self.seen += 1
        self.checker.set_content(self.page.content())
        found = Axe().run(self.checker)
        assert found.violations_count == 0, (self.page.url, found.generate_report())
        assert self.checker.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), self.page.url
        if PICTURES:
            width = (self.page.viewport_size or {})["width"]
            self.page.screenshot(path=f"{PICTURES}/{self.name}-{width}-{self.seen:02}.png", full_page=True)


def journey(browser: Browser, site: str, slug: str, *, language: str, size: dict[str, Any], name: str) -> Journey:
    context = browser.new_context(viewport=size, java_script_enabled=False, reduced_motion="reduce")  # type: ignore[arg-type]
    checking = browser.new_context(viewport=size, bypass_csp=True, base_url=site)  # type: ignore[arg-type]
    page, checker = context.new_page(), checking.new_page()
    page.set_default_timeout(10_000)
    checker.goto(f"{site}/health")
    found = Journey(page, checker, f"{site}/{slug}/{language}/", name)
    page.goto(found.home)
    return found


def member_with_notice(engine: database.Engine, settings: Settings, slug: str) -> tuple[str, str]:
    with database.open_session(engine, actor="test") as session:
        case = cases.by_slug(session, slug=slug)
        cases.enter(session, case_id=case.id)
        member = ClassMember(notice_id=codes.new(), given_name="Maria", family_name="Muster", street="4 Sample Street",
                             city="Provo", region="UT", postcode="84601", email="maria@example.com")  # fmt: skip
        session.add(member)
        session.flush()
        key = notice_ids.pin_key(settings, case_id=case.id)
        return member.notice_id, keys.pin(key, member_id=member.id, counter=member.pin_counter)


def filed(engine: database.Engine, slug: str) -> list[Any]:
    with database.open_session(engine, actor="test") as session:
        cases.enter(session, case_id=cases.by_slug(session, slug=slug).id)
        return list(session.execute(sa.select(Claim.number, Claim.language, ClaimVersion.answers).join(ClaimVersion)).all())


def test_a_shopper_without_a_notice_claims_on_a_phone(browser: Browser, site: str, slug: str, engine: database.Engine) -> None:
    trip = journey(browser, site, slug, language="en", size=PHONE, name="claim")
    page = trip.page
    trip.look()
    page.get_by_role("link", name="File a claim").first.click()
    trip.look()
    trip.press("Start")
    trip.press("Continue")
    expect(page).to_have_title("Error: Do you have a notice with a Notice ID and a PIN? – CartManager Shopper Privacy Settlement")
    expect(page.locator(".error-summary")).to_be_focused()
    trip.look()
    page.get_by_label("No, or I cannot find it").check()
    trip.press("Continue")
    page.get_by_label("Name or web address of the shop").fill("aplewood boks")
    trip.press("Search")
    trip.look()
    page.get_by_label("Applewood Books").check()
    trip.press("Add to my claim")
    trip.look()
    trip.press("Continue")
    page.get_by_label("First name").fill("Zoë")
    trip.press("Continue")
    trip.look()
    page.get_by_label("Last name").fill("عبد الله " + "Long" * 40)
    trip.press("Continue")
    page.get_by_label("Street address").fill("1 Sample Street")
    page.get_by_label("City").fill("Provo")
    page.get_by_label("State").fill("Utah")
    page.get_by_label("ZIP code").fill("84601")
    trip.look()
    trip.press("Continue")
    page.get_by_label("E-mail address").fill("zoe@example.com")
    trip.look()
    trip.press("Continue")
    page.get_by_label("No, something was different").check()
    trip.look()
    trip.press("Continue")
    page.get_by_label("Street address").fill("99 Old Road")
    trip.look()
    trip.press("Continue")
    trip.look()
    page.get_by_label("No, that is all").check()
    trip.press("Continue")
    page.get_by_label("Check by mail").check()
    trip.look()
    trip.press("Continue")
    trip.look()
    page.get_by_role("link", name="Change your postal address").click()
    page.get_by_label("City").fill("Orem")
    trip.press("Continue")
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("City")).to_have_value("Orem")
    page.goto(f"{trip.home}claim/sign")
    page.get_by_label("In the United States").check()
    page.get_by_label("Your signature").fill("Zoë عبد الله")
    trip.look()
    trip.press("Sign and send the claim")
    expect(page.get_by_role("heading", name="We have your claim")).to_be_visible()
    trip.look()
    number = page.locator(".number").inner_text().replace(" ", "")
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", name="We have your claim")).to_be_visible()
    ((kept, _, answers),) = [each for each in filed(engine, slug) if each.number == number]
    assert kept == number
    assert answers["now"]["city"] == "Orem"
    assert answers["merchants"][0]["name"] == "Applewood Books"
    assert [each["street"] for each in answers["at_purchase"]] == ["99 Old Road"]


def test_a_shopper_with_a_notice_claims_in_spanish(
    browser: Browser, site: str, slug: str, engine: database.Engine, settings: Settings
) -> None:
    notice_id, pin = member_with_notice(engine, settings, slug)
    trip = journey(browser, site, slug, language="en", size=DESK, name="notice")
    page = trip.page
    page.get_by_role("link", name="Español").click()
    trip.look()
    page.get_by_role("link", name="Presentar una reclamación").first.click()
    trip.press("Empezar")
    page.get_by_label("Sí, tengo un número de aviso y un PIN").check()
    trip.press("Continuar")
    page.get_by_label("Número de aviso").fill(codes.spaced(notice_id))
    trip.look()
    trip.press("Continuar")
    expect(page.get_by_text("M•••• M••••")).to_be_visible()
    expect(page.get_by_text("Maria")).to_have_count(0)
    trip.look()
    page.get_by_label("PIN").fill(pin)
    trip.press("Continuar")
    page.get_by_text("Mi tienda no está en la lista").click()
    page.get_by_label("Nombre de la tienda").fill("Velas de la esquina")
    trip.press("Usar este nombre")
    trip.press("Continuar")
    expect(page.get_by_label("Apellido o apellidos")).to_have_value("Muster")
    trip.look()
    for _ in ("name", "address", "contact"):
        trip.press("Continuar")
    page.get_by_role("link", name="English").click()
    page.get_by_label("Yes, all the same").check()
    trip.press("Continue")
    page.get_by_role("link", name="Español").click()
    page.get_by_label("Pago por correo electrónico").check()
    trip.press("Continuar")
    trip.look()
    page.get_by_role("link", name="Continuar").click()
    page.get_by_label("En los Estados Unidos").check()
    page.get_by_label("Su firma").fill("Maria Muster")
    trip.press("Firmar y enviar la reclamación")
    expect(page.get_by_role("heading", name="Tenemos su reclamación")).to_be_visible()
    trip.look()
    (claim,) = [each for each in filed(engine, slug) if each.answers["now"]["family_name"] == "Muster"]
    assert (claim.language, claim.answers["payment"], claim.answers["has_notice"]) == ("es", "digital", True)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_around_the_claim(browser: Browser, site: str, slug: str, size: dict[str, Any]) -> None:
    trip = journey(browser, site, slug, language="en", size=size, name="around")
    for path in ("documents", "object", "exclude", "status", "no/such/page", "../../"):
        trip.page.goto(trip.home + path)
        trip.look()
    trip.page.goto(trip.home + "exclude")
    trip.press("Sign and send the request")
    trip.look()
