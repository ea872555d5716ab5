"""A person at the site without JavaScript: reads a page's forms and headings, fills one in, and sends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx


@dataclass(slots=True)
class PageForm:
    """One form of a page: where it goes, what it already holds, and which choices it offers."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Collects the forms and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.words: list[str] = []
        self._open: PageForm | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = PageForm(action=given.get("action", ""), method=given.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag == "input" and self._open is not None and given.get("name"):
            self._take(given)

    def _take(self, given: dict[str, str]) -> None:
        assert self._open is not None
        name, kind = given["name"], given.get("type", "text")
        if kind in ("radio", "checkbox"):
            self._open.choices.setdefault(name, []).append(given.get("value", "on"))
        if kind not in ("radio", "checkbox") or "checked" in given:
            self._open.values[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class Browser:
    """One visitor with a cookie jar of their own; `words` is the text of the page that is open."""

    def __init__(self, site: str) -> None:
        self._client = httpx.Client(base_url=site, follow_redirects=True, timeout=60)
        self._origin = site
        self.forms: list[PageForm] = []
        self.words = ""
        self.path = ""
        self.status = 0

    def open(self, path: str) -> None:
        """Go to a page."""
        self._read(self._client.get(path))

    def send(self, form: PageForm, answers: dict[str, str]) -> None:
        """Fill in a form and send it as a browser does."""
        url = urljoin(self.path, form.action)
        values = {**form.values, **answers}
        if form.method == "get":
            self._read(self._client.get(url, params=values))
        else:
            self._read(self._client.post(url, data=values, headers={"Origin": self._origin, "Sec-Fetch-Site": "same-origin"}))

    def form_with(self, name: str) -> PageForm | None:
        """Return the first form that asks for a field."""
        return next((form for form in self.forms if name in form.values or name in form.choices), None)

    def close(self) -> None:
        """Leave the site."""
        self._client.close()

    def _read(self, response: httpx.Response) -> None:
        reader = _Reader()
        reader.feed(response.text)
        self.forms, self.words, self.status = reader.forms, " ".join(" ".join(reader.words).split()), response.status_code
        self.path = urlsplit(str(response.url)).path
