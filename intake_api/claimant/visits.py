"""One request of a claimant: which case, which language, whose cookie, and the page or redirect that answers it."""

from __future__ import annotations

import datetime
import re
import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.background import BackgroundTask
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from casefile import cases, database, errors, keys
from casefile.case_folder import CaseFolder
from casefile.settings import Settings
from intake_api import rendering, security
from intake_api.claimant import steps
from intake_api.translations import translations

COOKIE = "redress_claim"
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
LARGEST_FORM_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Visit:
    """What every page of the claimant site needs to know; it opens the transaction of the request."""

    request: Request
    case: CaseFolder
    case_id: uuid.UUID
    language: str
    token: str
    """The visitor's opaque cookie; new when the browser brought none."""
    is_new: bool

    @property
    def settings(self) -> Settings:
        """The installation's settings."""
        found: Settings = self.request.app.state.settings
        return found

    @property
    def now(self) -> datetime.datetime:
        """This moment, aware UTC."""
        return datetime.datetime.now(datetime.UTC)

    @property
    def rate_key(self) -> bytes:
        """The case's key under which tries are counted."""
        return keys.case_key(keys.installation_key(self.settings), case_id=self.case_id, purpose="tries")

    def transaction(self) -> AbstractContextManager[database.Session]:
        """Open the one transaction of this request; what is answered after it is committed."""
        return database.case_session(self.request.app.state.engine, case_id=self.case_id, actor="claimant")

    def gettext(self, text: str) -> str:
        """Translate a marked sentence."""
        return translations(self.language).gettext(text)

    def url(self, path: str = "") -> str:
        """Return the address of a page of this case in this language."""
        return f"/{self.case.slug}/{self.language}/{path}"

    def page(self, name: str, *, status_code: int = 200, keeps_cookie: bool = False, **context: Any) -> Response:
        """Render a page; `keeps_cookie` is for pages with a form, which need the visitor's cookie."""
        response = rendering.page(
            f"claimant/{name}",
            language=self.language,
            status_code=status_code,
            visit=self,
            case=self.case,
            dates=self.case.dates,
            administrator=self.case.parties.administrator,
            parts=steps.PARTS,
            form_token=security.form_token(self.request.app.state.form_key, cookie=self.token),
            **context,
        )
        if keeps_cookie:
            self._give_cookie(response, self.token)
        return response

    def redirect(self, path: str, *, background: BackgroundTask | None = None, new_cookie: bool = False) -> Response:
        """Send the browser on after a form, so that going back or reloading sends nothing twice (303, RFC 9110)."""
        response = RedirectResponse(self.url(path), status_code=303, background=background)
        self._give_cookie(response, security.new_token() if new_cookie else self.token)
        return response

    def language_links(self) -> list[tuple[str, str]]:
        """Return this same page in the case's other languages."""
        parts = self.request.url.path.split("/", 3)
        query = f"?{self.request.url.query}" if self.request.url.query else ""
        rest = parts[3] if len(parts) > 3 else ""
        return [(other, f"/{self.case.slug}/{other}/{rest}{query}") for other in self.case.languages if other != self.language]

    def _give_cookie(self, response: Response, token: str) -> None:
        security.set_cookie(response, name=COOKIE, token=token, settings=self.settings, seconds=security.VISITOR_SECONDS)


def a_visit(request: Request, slug: str, language: str) -> Visit:
    """Find the case and language of an address. Raises `NotFound`."""
    if not SLUG.fullmatch(slug):
        raise errors.NotFound("There is no such case.")
    with database.open_session(request.app.state.engine, actor="claimant") as session:
        found = cases.by_slug(session, slug=slug)
        case = cases.folder_of(found)
    request.app.state.contacts[slug] = case.parties.administrator
    if language not in case.languages:
        raise errors.NotFound("The site does not speak this language.")
    token = request.cookies.get(security.cookie_name(COOKIE, request.app.state.settings), "")
    return Visit(request, case, found.id, language, token or security.new_token(), is_new=not token)


AVisit = Annotated[Visit, Depends(a_visit)]


async def own_form(request: Request, visit: AVisit) -> FormData:
    """Read a form that one of our own pages sent. Raises `FormExpired` for any other, before a value of it is used."""
    form = await request.form(max_files=0, max_fields=LARGEST_FORM_FIELDS)
    given = form.get("form_token")
    security.require_form_token(
        request.app.state.form_key,
        cookie=None if visit.is_new else visit.token,
        given=given if isinstance(given, str) else None,
    )
    return form


OwnForm = Annotated[FormData, Depends(own_form)]
