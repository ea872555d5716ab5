"""One request of a member of staff: who asks, on which case, in which roles, and the page or redirect that answers it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from casefile import cases, database, errors, permissions, staff
from casefile.case_folder import CaseFolder
from casefile.permissions import Action
from casefile.settings import Settings
from casefile.tables.cases import Case
from casefile.words import Role
from intake_api import rendering, security, sessions
from intake_api.console import labels

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
LARGEST_FORM_FIELDS = 50
SCRIPT = "vendor/htmx.min.js"
"""Copied by the set-up; every page works without it."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has signed in."""

    request: Request
    who: staff.SignedIn

    @property
    def settings(self) -> Settings:
        """The installation's settings."""
        found: Settings = self.request.app.state.settings
        return found

    def transaction(self) -> AbstractContextManager[database.Session]:
        """Open a transaction outside any case."""
        return database.open_session(self.request.app.state.engine, actor=f"staff:{self.who.staff_id}")

    def page(self, name: str, *, status_code: int = 200, **context: Any) -> Response:
        """Render a page of the console that is about no case."""
        return page(self.request, name, status_code=status_code, visitor=self, desk=None, **context)


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody who has signed in and has a role on the case of the address."""

    visitor: Visitor
    case: Case
    roles: frozenset[Role]

    @property
    def request(self) -> Request:
        """The request."""
        return self.visitor.request

    @property
    def who(self) -> staff.SignedIn:
        """The person."""
        return self.visitor.who

    @property
    def folder(self) -> CaseFolder:
        """What the case's folder says: its dates, rules and thresholds."""
        return cases.folder_of(self.case)

    @property
    def today(self) -> datetime.date:
        """The day it is where the case is."""
        return datetime.datetime.now(ZoneInfo(self.folder.time_zone)).date()

    def transaction(self) -> AbstractContextManager[database.Session]:
        """Open the one transaction of this request; what is answered after it is committed."""
        engine = self.request.app.state.engine
        return database.case_session(engine, case_id=self.case.id, actor=f"staff:{self.who.staff_id}")

    def may(self, action: str) -> bool:
        """Return whether the person may do this here; pages ask, so that they show no button that is refused."""
        return permissions.may(self.roles, Action(action))

    def require(self, action: Action) -> None:
        """Raise `NotAllowed`, naming the person's roles, unless they may do this."""
        if not permissions.may(self.roles, action):
            held = " and ".join(sorted(labels.ROLES[role].lower() for role in self.roles))
            raise errors.NotAllowed(f"Your role on this case ({held}) does not allow {labels.ACTIONS[action]}.")

    def url(self, path: str = "", **query: Any) -> str:
        """Return the address of a page of this case; queries of None are left out."""
        said = urlencode({name: value for name, value in query.items() if value is not None})
        return f"/console/{self.case.slug}/{path}" + (f"?{said}" if said else "")

    def page(self, name: str, *, status_code: int = 200, **context: Any) -> Response:
        """Render a page of this case."""
        return page(self.request, name, status_code=status_code, visitor=self.visitor, desk=self, **context)

    def redirect(self, path: str, **query: Any) -> Response:
        """Send the browser on after a form (303, RFC 9110), so that reloading sends nothing twice."""
        return RedirectResponse(self.url(path, **query), status_code=303)


def page(request: Request, name: str, *, status_code: int = 200, **context: Any) -> Response:
    """Render a page of the console."""
    token = sessions.token_of(request)
    return rendering.page(
        f"console/{name}",
        status_code=status_code,
        form_token=security.form_token(request.app.state.form_key, cookie=token) if token else "",
        labels=labels,
        script=SCRIPT if (rendering.STATIC_DIRECTORY / SCRIPT).exists() else None,
        **context,
    )


def a_visitor(request: Request) -> Visitor:
    """Return who has signed in; anybody else is sent to the sign-in page and comes back afterwards."""
    who = sessions.who(request)
    if who is None or who.awaiting_code:
        back = request.url.path if request.method == "GET" else urlsplit(request.headers.get("referer", "")).path
        query = urlencode({"next": back}) if safe_next(back) != "/console/" else ""
        where = "/console/sign-in" + (f"?{query}" if query else "")
        raise SignInFirst(where)
    return Visitor(request, who)


AVisitor = Annotated[Visitor, Depends(a_visitor)]


class SignInFirst(Exception):
    """Nobody has signed in; the argument is the address of the sign-in page, which leads back afterwards."""


class ConsoleRoute(APIRoute):
    """A route whose refusals are pages of the console: who is signed in, what was refused, and the way back."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with its refusals turned into pages; every other error goes on to the site's own pages."""
        handler = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handler(request)
            except SignInFirst as away:
                return _sent_away(request, str(away))
            except (errors.NotAllowed, errors.NotFound) as error:
                return await run_in_threadpool(refusal, request, error)

        return handled


def _sent_away(request: Request, where: str) -> Response:
    if sessions.asks_by_itself(request):
        return Response(status_code=401, headers={"HX-Redirect": where})
    return RedirectResponse(where, status_code=303)


def refusal(request: Request, error: errors.RedressError) -> Response:
    """Render what was refused; only for somebody who has signed in, and without a tab that they may not open."""
    who = sessions.who(request)
    if who is None or who.awaiting_code:
        raise error
    is_forbidden = isinstance(error, errors.NotAllowed)
    return page(
        request,
        "refused.html",
        status_code=403 if is_forbidden else 404,
        visitor=Visitor(request, who),
        desk=None,
        is_forbidden=is_forbidden,
        refused=error,
    )


def safe_next(given: str) -> str:
    """Return a path of the console to go on to; anything else would let another site send people where it likes."""
    return given if re.fullmatch(r"/console/[a-z0-9][A-Za-z0-9/_-]*", given) and given != "/console/sign-in" else "/console/"


def a_desk(visitor: AVisitor, slug: str) -> Desk:
    """Return the person at the case of the address. Raises `NotFound` for no such case, `NotAllowed` without a role on it."""
    if not SLUG.fullmatch(slug):
        raise errors.NotFound("There is no such case.")
    with visitor.transaction() as session:
        case = cases.by_slug(session, slug=slug)
        cases.enter(session, case_id=case.id)
        roles = staff.roles(session, staff_id=visitor.who.staff_id)
    if not roles:
        raise errors.NotAllowed("You have no role on this case. An administrator of the case can give you one.")
    return Desk(visitor, case, roles)


ADesk = Annotated[Desk, Depends(a_desk)]


async def own_form(request: Request, _visitor: AVisitor) -> FormData:
    """Read a form that one of our own pages sent. Raises `FormExpired` for any other."""
    form = await request.form(max_files=0, max_fields=LARGEST_FORM_FIELDS)
    given = form.get("form_token")
    security.require_form_token(
        request.app.state.form_key, cookie=sessions.token_of(request), given=given if isinstance(given, str) else None
    )
    return form


OwnForm = Annotated[FormData, Depends(own_form)]


def text(form: FormData, name: str) -> str:
    """Return what was typed into a field, without blanks around it; "" when there is none."""
    given = form.get(name, "")
    return given.strip() if isinstance(given, str) else ""
