"""The cookie of staff: handing it out, reading who is behind it, and taking it back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from casefile import database, staff
from casefile.settings import Settings
from intake_api import security

COOKIE = "redress_staff"


def token_of(request: Request) -> str:
    """Return the cookie's token, or "" when the browser brought none."""
    return request.cookies.get(security.cookie_name(COOKIE, request.app.state.settings), "")


def asks_by_itself(request: Request) -> bool:
    """Return whether htmx sent the request: from a page that renews itself, perhaps with nobody in front of it."""
    return "hx-request" in request.headers


def who(request: Request) -> staff.SignedIn | None:
    """Return who is behind the request's cookie; None for nobody, and for a session that has ended."""
    token, settings = token_of(request), request.app.state.settings
    if not token:
        return None
    with database.open_session(request.app.state.engine, actor="console") as session:
        return staff.who(
            session,
            token=token,
            idle_seconds=settings.session_idle_seconds,
            absolute_seconds=settings.session_absolute_seconds,
            is_active=not asks_by_itself(request),
        )


def begin(response: Response, *, token: str, settings: Settings) -> None:
    """Hand out the cookie of a new session; every step of signing in brings a new token."""
    security.set_cookie(response, name=COOKIE, token=token, settings=settings, seconds=settings.session_absolute_seconds)


def forget(response: Response, *, settings: Settings) -> None:
    """Take the cookie back."""
    response.delete_cookie(
        security.cookie_name(COOKIE, settings), path="/", httponly=True, samesite="lax", secure=settings.secure_cookies
    )
