"""The people of the demonstration who file claims, through the site's own pages, with or without the notice they got."""

from __future__ import annotations

import csv
import email
import email.policy
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from casefile import codes
from flows.demo.browser import Browser, PageForm
from flows.demo.processes import DemoFailed

AT_ONCE = 4
"""Claimants at the site at the same moment."""

MOST_PAGES = 40
NOW = ("given_name", "family_name", "suffix", "street", "unit", "city", "region", "postcode", "phone", "email")

_NOTICE_ID = re.compile(
    rf"(?<![{codes.ALPHABET}])([{codes.ALPHABET}]{{3}}[ -]?[{codes.ALPHABET}]{{3}}[ -]?[{codes.ALPHABET}]{{3}})(?![0-9A-Z])"
)
_PIN = re.compile(r"PIN\D{0,40}(\d{3} ?\d{3})")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody read in their notice."""

    notice_id: str
    pin: str


def credentials_by_address(mailbox: Path) -> dict[str, Credentials]:
    """Return what each recipient can read in the messages that the mail catcher keeps."""
    found = {}
    for path in sorted(mailbox.rglob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        codes_found = [code for match in _NOTICE_ID.findall(text) if (code := codes.tidy(match))]
        pin = _PIN.search(text)
        if codes_found and pin:
            found[str(message["To"].addresses[0].addr_spec).lower()] = Credentials(codes_found[0], pin.group(1))
    return found


@dataclass(frozen=True, slots=True)
class Filed:
    """A claim as its claimant left it: the number on the receipt, and whether they used a notice."""

    claim: str
    number: str
    by_notice: bool


def file_all(site: str, slug: str, truth: Path, credentials: Mapping[str, Credentials], done: Callable[[], None]) -> list[Filed]:
    """File every claim of the truth; raises `DemoFailed` with the page that stopped somebody."""
    with (truth / "claims.csv").open(newline="", encoding="utf-8") as file:
        people = list(csv.DictReader(file))

    def one(person: dict[str, str]) -> Filed:
        known = credentials.get(person["email"].lower()) or credentials.get(person["then_email"].lower())
        filed = Claimant(site, slug, person, known if person["by_notice"] == "yes" else None).file()
        done()
        return filed

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, people))


class Claimant:
    """One person at the claim form."""

    def __init__(self, site: str, slug: str, person: dict[str, str], notice: Credentials | None) -> None:
        self.browser = Browser(site)
        self.home = f"/{slug}/{person['language']}/"
        self.person, self.notice = person, notice
        self.shopped = False

    def file(self) -> Filed:
        """Go through the pages until the receipt and return its number."""
        try:
            self.browser.open(f"{self.home}claim")
            for _ in range(MOST_PAGES):
                page = self.browser.path.removeprefix(f"{self.home}claim").strip("/")
                if page.startswith("receipt"):
                    return Filed(self.person["claim"], self._number(), self.notice is not None)
                self._answer(page)
        finally:
            self.browser.close()
        raise DemoFailed(f"A claimant was stopped at the page {page!r}: {self.browser.words[:300]}")

    def _number(self) -> str:
        numbers = [code for match in _NOTICE_ID.findall(self.browser.words) if (code := codes.tidy(match))]
        if not numbers:
            raise DemoFailed(f"The receipt shows no claim number: {self.browser.words[:300]}")
        return numbers[0]

    def _answer(self, page: str) -> None:
        if page == "shops":
            self._choose_shop()
        elif page == "check":
            self.browser.open(f"{self.home}claim/sign")
        else:
            form = self._form()
            self.browser.send(form, dict(self._answers(form)))

    def _form(self) -> PageForm:
        forms = [form for form in self.browser.forms if form.method == "post"]
        if not forms:
            raise DemoFailed(f"The page {self.browser.path} has no form: {self.browser.words[:300]}")
        return max(forms, key=lambda form: len(form.values) + len(form.choices))

    def _answers(self, form: PageForm) -> Iterator[tuple[str, str]]:
        """Yield an answer for each field that the form asks for; on pages about the purchase the earlier details."""
        earlier = "earlier/" in self.browser.path
        for name in [*form.values, *form.choices]:
            if name in NOW:
                yield name, self.person[f"then_{name}"] if earlier else self.person[name]
        plain = {
            "has_notice": "yes" if self.notice else "no",
            "notice_id": self.notice.notice_id if self.notice else "",
            "pin": self.notice.pin if self.notice else "",
            "same": "no" if any(self.person[f"then_{name}"] for name in NOW) else "yes",
            "another": "no",
            "method": "check",
            "place": "us",
            "signature": f"{self.person['given_name']} {self.person['family_name']}",
        }
        for name, value in plain.items():
            if name in form.values or name in form.choices:
                offered = form.choices.get(name)
                yield name, value if not offered or value in offered else offered[0]

    def _choose_shop(self) -> None:
        """Search for the shop and take the first one found, or name one that is not listed; then go on."""
        if self.shopped:
            self.browser.send(next(form for form in self.browser.forms if form.values.keys() <= {"form_token", "change"}), {})
            return
        search = self.browser.form_with("q")
        assert search is not None
        self.browser.send(search, {"q": self.person["merchant"]})
        results = next((form for form in self.browser.forms if form.choices.get("merchant")), None)
        if results is not None:
            self.browser.send(results, {"merchant": results.choices["merchant"][0]})
        else:
            other = self.browser.form_with("other_shop")
            assert other is not None
            self.browser.send(other, {"other_shop": self.person["merchant"]})
        self.shopped = True
