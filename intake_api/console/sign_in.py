"""Signing in and out, and choosing the case to work on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from casefile import database, staff
from intake_api import sessions
from intake_api.console.desk import AVisitor, ConsoleRoute, OwnForm, page, safe_next

router = APIRouter(route_class=ConsoleRoute)

REFUSED = (
    "The e-mail address or the password is not right. After five wrong tries an account is locked for 15 minutes; "
    "an administrator can unlock it by giving a new password."
)
CODE_REFUSED = "The code is not right, or it was used already. Wait for the next one and enter that."


@router.get("/sign-in")
def show_sign_in(request: Request, next: str = "") -> Response:
    """Show the sign-in page; whoever is signed in already goes on."""
    who = sessions.who(request)
    if who is not None and not who.awaiting_code:
        return RedirectResponse(safe_next(next), status_code=303)
    return page(request, "sign_in.html", visitor=None, desk=None, next=safe_next(next), email="", error="")


@router.post("/sign-in")
def sign_in(
    request: Request,
    email: Annotated[str, Form(max_length=320)] = "",
    password: Annotated[str, Form(max_length=1024)] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Start a session. There is no form token yet; the origin of the form is checked for every post."""
    with database.open_session(request.app.state.engine, actor="console") as session:
        done = staff.sign_in(session, email=email, password=password)
    if done is None:
        return page(
            request, "sign_in.html", status_code=422, visitor=None, desk=None, next=safe_next(next), email=email, error=REFUSED
        )
    return _go_on(request, done, next)


@router.get("/sign-in/code")
def show_code(request: Request, next: str = "") -> Response:
    """Ask for the code of the authenticator app."""
    who = sessions.who(request)
    if who is None:
        return RedirectResponse("/console/sign-in", status_code=303)
    if not who.awaiting_code:
        return RedirectResponse(safe_next(next), status_code=303)
    return page(request, "code.html", visitor=None, desk=None, next=safe_next(next), error="")


@router.post("/sign-in/code")
def give_code(
    request: Request,
    code: Annotated[str, Form(max_length=20)] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Turn a session that awaits its code into a full one."""
    settings = request.app.state.settings
    with database.open_session(request.app.state.engine, actor="console") as session:
        done = staff.give_code(
            session,
            token=sessions.token_of(request),
            code=code,
            idle_seconds=settings.session_idle_seconds,
            absolute_seconds=settings.session_absolute_seconds,
        )
    if done is None:
        return page(request, "code.html", status_code=422, visitor=None, desk=None, next=safe_next(next), error=CODE_REFUSED)
    return _go_on(request, done, next)


def _go_on(request: Request, done: staff.SignIn, given: str) -> Response:
    where = safe_next(given)
    response = RedirectResponse(f"/console/sign-in/code?next={where}" if done.awaiting_code else where, status_code=303)
    sessions.begin(response, token=done.token, settings=request.app.state.settings)
    return response


@router.post("/sign-out")
def sign_out(request: Request, _visitor: AVisitor, _form: OwnForm) -> Response:
    """End the session, on the server as well."""
    with database.open_session(request.app.state.engine, actor="console") as session:
        staff.end(session, token=sessions.token_of(request))
    response = RedirectResponse("/console/sign-in", status_code=303)
    sessions.forget(response, settings=request.app.state.settings)
    return response


@router.get("", include_in_schema=False)
@router.get("/")
def choose_case(visitor: AVisitor, all: bool = False) -> Response:
    """Show the cases on which the person has a role; with one case, go there."""
    with visitor.transaction() as session:
        found = staff.cases_of(session, staff_id=visitor.who.staff_id)
    if len(found) == 1 and not all:
        return RedirectResponse(f"/console/{found[0].slug}/", status_code=303)
    return visitor.page("cases.html", cases=found)
