"""A case on the site, and a visitor who fills in its forms over HTTP as a browser without JavaScript does."""

from __future__ import annotations

import dataclasses
import datetime
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from casefile import cases, codes, database, keys, notice_ids
from casefile.case_file.read import read_case_folder
from casefile.case_folder import CaseFolder
from casefile.settings import Settings
from casefile.tables.people import ClassMember
from intake_api.app import create_app
from intake_api.claimant import receipts

CASE_FOLDER = Path(__file__).parents[3] / "cases" / "cartmanager"

ANSWERS: dict[str, dict[str, str]] = {
    "notice": {"has_notice": "no"},
    "name": {"given_name": "Dana", "middle_name": "", "family_name": "Example", "suffix": ""},
    "address": {"country": "", "street": "12 Sample Street", "unit": "", "city": "Provo", "region": "UT", "postcode": "84601"},
    "contact": {"email": "dana@example.com", "phone": "801-555-0111"},
    "earlier": {"same": "yes"},
    "payment": {"method": "check"},
}
SIGNATURE = {"place": "us", "signature": "Dana Example"}


@dataclass
class Visitor:
    """Somebody with a browser of their own on one case's pages."""

    client: TestClient
    slug: str
    language: str = "en"
    last: Response | None = field(default=None)

    def get(self, path: str) -> Response:
        self.last = self.client.get(f"/{self.slug}/{self.language}/{path}", follow_redirects=True)
        return self.last

    def post(self, path: str, values: dict[str, Any] | None = None, *, shown: str | None = None) -> Response:
        """Open the page, take its hidden fields along, and send the form; redirects are shown, not followed."""
        page = self.get(shown or path).text
        hidden = dict(re.findall(r'<input type="hidden" name="(form_token|submission_key|day)" value="([^"]*)"', page))
        self.last = self.client.post(f"/{self.slug}/{self.language}/{path}", data=hidden | (values or {}), follow_redirects=False)
        return self.last

    def start(self) -> None:
        assert self.post("claim").status_code == 303

    def name_shop(self, name: str = "Corner Candle Shop") -> None:
        assert self.post("claim/shops", {"do": "other", "other_shop": name}).status_code == 303

    def answer_all(self, **changed: dict[str, str]) -> None:
        """Answer every page; `changed` holds other answers by page."""
        self.start()
        self.name_shop()
        for page, answers in ANSWERS.items():
            answer = self.post(f"claim/{page}", answers | changed.get(page, {}))
            assert answer.status_code == 303, (page, faults(answer))

    def sign(self, **changed: str) -> Response:
        return self.post("claim/sign", SIGNATURE | changed)

    def receipt_number(self) -> str:
        return re.sub(r"\s", "", re.findall(r'class="number">([^<]+)<', self.get("claim/receipt").text)[0])


def faults(answer: Response) -> list[str]:
    """Return the sentences of a page's error summary."""
    summary = re.search(r'class="error-summary".*?</ul>', answer.text, re.S)
    return [unescape(each) for each in re.findall(r"<a href=[^>]*>([^<]*)</a>", summary.group())] if summary else []


@pytest.fixture(scope="session")
def folder() -> CaseFolder:
    return read_case_folder(CASE_FOLDER)


@pytest.fixture
def site_case(engine: database.Engine, folder: CaseFolder) -> cases.OpenedCase:
    """The demonstration case under a slug of this test's own, with a far deadline and three shops."""
    return open_case(engine, folder)


def open_case(engine: database.Engine, folder: CaseFolder, **dates: datetime.date) -> cases.OpenedCase:
    changed = dataclasses.replace(
        folder,
        slug=f"site-{uuid.uuid4().hex[:8]}",
        merchants=folder.merchants[:40],
        dates=dataclasses.replace(folder.dates, **{"claim_deadline": datetime.date(2099, 1, 1)} | dates),
    )
    with database.open_session(engine, actor="test") as session:
        return cases.open_folder(session, folder=changed)


@pytest.fixture
def late_case(engine: database.Engine, folder: CaseFolder) -> cases.OpenedCase:
    """The same case after all its deadlines."""
    past = datetime.date(2020, 1, 1)
    return open_case(engine, folder, claim_deadline=past, exclusion_deadline=past, objection_deadline=past)


@pytest.fixture(scope="session")
def site(settings: Settings, engine: database.Engine) -> Any:
    return create_app(settings, engine=engine)


@pytest.fixture
def no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Receipts stay in the ledger: there is no mail server here."""
    monkeypatch.setattr(receipts, "send", lambda _desk: None)


@pytest.fixture
def new_visitor(site: Any, no_mail: None) -> Iterator[Callable[..., Visitor]]:
    """Return a maker of visitors, each with cookies and a network address of their own."""
    clients: list[TestClient] = []

    def make(slug: str, *, language: str = "en", address: str = "203.0.113.9") -> Visitor:
        clients.append(TestClient(site, client=(address, 50_000), raise_server_exceptions=True))
        return Visitor(clients[-1], slug, language)

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def visitor(new_visitor: Callable[..., Visitor], site_case: cases.OpenedCase) -> Visitor:
    return new_visitor(site_case.slug)


@dataclass(frozen=True)
class Noticed:
    """A member who got a notice."""

    member_id: uuid.UUID
    notice_id: str
    pin: str


@pytest.fixture
def noticed(engine: database.Engine, settings: Settings, site_case: cases.OpenedCase) -> Noticed:
    return add_member(engine, settings, site_case.id)


def add_member(engine: database.Engine, settings: Settings, case_id: uuid.UUID) -> Noticed:
    with database.case_session(engine, case_id=case_id, actor="test") as session:
        member = ClassMember(
            notice_id=codes.new(), given_name="Quirin", family_name="Zyzzyva", street="9 Hidden Lane", city="Ogden", region="UT",
            postcode="01234", phone="801-555-0144", email="quirin@example.com",
        )  # fmt: skip
        session.add(member)
        session.flush()
        pin = keys.pin(notice_ids.pin_key(settings, case_id=case_id), member_id=member.id, counter=member.pin_counter)
        return Noticed(member.id, member.notice_id, pin)


@pytest.fixture
def stored(engine: database.Engine, site_case: cases.OpenedCase) -> Callable[[Any], list[Any]]:
    """Read rows of the visitor's case."""

    def read(query: Any) -> list[Any]:
        with database.case_session(engine, case_id=site_case.id, actor="test") as session:
            return list(session.execute(query).all())

    return read
