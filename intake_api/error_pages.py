"""Every error becomes a page here: its status, its words in the visitor's language, and nothing about a person."""

from __future__ import annotations

import traceback

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casefile import errors
from intake_api import rendering
from intake_api.translations import LANGUAGES, marked

STATUS: dict[type[errors.RedressError], int] = {
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.TransitionRefused: 409,
    errors.ForeignRequest: 403,
    errors.FormExpired: 400,
    errors.DraftGone: 410,
    errors.TooLarge: 413,
    errors.TooManyTries: 429,
    errors.DatabaseUnavailable: 503,
    errors.SchemaOutdated: 503,
}
"""Error -> HTTP status; an error that is not named here is one in what was sent (422)."""

WORDS: dict[int, tuple[str, str]] = {
    400: (
        marked("Please open the page again"),
        marked("The page was open for too long, or your browser does not keep cookies. Nothing was saved from it."),
    ),
    403: (
        marked("This was not accepted"),
        marked("The form was sent from another site, or you may not do this. Nothing changed."),
    ),
    404: (
        marked("We cannot find this page"),
        marked("Check the address for a typing error. If you copied it from a letter or an e-mail, copy all of it."),
    ),
    405: (marked("This was not accepted"), marked("This address does not take what was sent. Go back and try again.")),
    409: (marked("This has changed in the meantime"), marked("Somebody else changed this before you. Open the page again.")),
    410: (
        marked("Please start again"),
        marked(
            "We keep the answers of a claim that was not sent for 24 hours, then we remove them. "
            "There is no claim in progress in this browser. If you saw a claim number, your claim is safe."
        ),
    ),
    413: (marked("That was too large"), marked("What you sent is larger than this page takes. Go back and send less.")),
    422: (marked("We could not read that"), marked("Go back, check what you entered and try again.")),
    429: (marked("Too many tries"), marked("Please wait a while and try again. You can also call us: we can help by telephone.")),
    500: (
        marked("Sorry, something went wrong"),
        marked("Your answers up to the last page are kept. Please try again in a few minutes."),
    ),
    503: (
        marked("The service is not available at the moment"),
        marked(
            "We could not save what you just sent. Your earlier answers are kept. Go back in a minute and send it again: "
            "a claim that is sent twice is still one claim."
        ),
    ),
}
"""HTTP status -> heading and text of its page."""

log = structlog.get_logger("redress.web")


class ErrorPages:
    """Catches whatever the inner app raises, before anything else can write a person's data into a log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an error with its page; one that is raised after the answer began can only be logged."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except Exception as error:
            response = answer(scope, error)
            if not started:
                await response(scope, receive, send)


def answer(scope: Scope, error: Exception) -> Response:
    """Return the page of an error that a request met."""
    path = scope["path"]
    if isinstance(error, errors.ClaimFiled):
        return RedirectResponse(f"{home_of(path)}claim/receipt", status_code=303)
    status = status_of(error)
    if status == 500:
        log.error("unexpected error", error=type(error).__name__, where=places(error))
    language = language_of(path)
    heading, text = WORDS.get(status, WORDS[400 if status < 500 else 500])
    detail = str(error) if path.startswith("/console") and isinstance(error, errors.RedressError) else None
    response = rendering.page(
        "errors/error.html",
        language=language,
        status_code=status,
        heading=heading,
        text=text,
        detail=detail,
        home_url=home_of(path),
        contact=scope["app"].state.contacts.get(path.split("/")[1]),
        claim_url=f"{home_of(path)}claim" if status == 410 else None,
    )
    if status in (429, 503):
        response.headers["Retry-After"] = "60"
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error."""
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, errors.RedressError):
        return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 422)
    return 500


def places(error: Exception) -> list[str]:
    """Return where an error came from, file and line only: messages of a database quote what people typed."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-6:]]


def language_of(path: str) -> str:
    """Return the language that a path names, else English."""
    return next((part for part in path.split("/")[2:3] if part in LANGUAGES), "en")


def home_of(path: str) -> str:
    """Return the home page above a path."""
    parts = path.split("/")
    if path.startswith("/console"):
        return "/console"
    return "/".join(parts[:3]) + "/" if len(parts) > 2 and parts[2] in LANGUAGES else "/"


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer an error of the routing, such as an unknown address."""
    return answer(request.scope, error)
