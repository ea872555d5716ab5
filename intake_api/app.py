"""The web application: what each request passes, which rooms answer, and where errors become pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from casefile import database
from casefile.settings import Settings
from casefile.settings import load as load_settings
from intake_api import error_pages, rendering, security
from intake_api.claimant import routes
from intake_api.console import routes as console_routes
from intake_api.hooks import ses as ses_hook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Scope

BODY_LIMITS: Mapping[str, int] = {"/console/lists": 2 * 1024**3, "/hooks": 10 * 1024**2}
"""Largest body per path, in bytes, where it is more than a form's: lists that staff upload, bounces that providers post."""

OPEN_PREFIXES = ("/hooks/",)
"""Where other machines may post without our forms' proof."""


class LongLivedFiles(StaticFiles):
    """Static files whose address carries their hash, so that a browser asks for each only once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Add the cache header to a file that was found."""
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def site() -> FastAPI:
    """Return the site for the settings of the environment: the factory that a server names as `intake_api.app:site`."""
    return create_app(load_settings())


def create_app(settings: Settings, *, engine: database.Engine | None = None) -> FastAPI:
    """Return the site for these settings; `engine` is given by whoever holds one already."""
    app = FastAPI(
        title="Redress",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[
            Middleware(security.SecurityHeaders, settings=settings),
            Middleware(error_pages.ErrorPages),
            Middleware(security.BodyLimit, limits=BODY_LIMITS),
            Middleware(security.SameOrigin, open_prefixes=OPEN_PREFIXES),
        ],
        exception_handlers={HTTPException: error_pages.on_http_error, RequestValidationError: on_unreadable},
    )
    app.state.settings = settings
    app.state.engine = engine if engine is not None else database.open_engine(settings)
    app.state.contacts = {}  # whom to call, by case: error pages show it also when the database is away
    app.state.form_key = security.form_key(settings)
    app.mount("/static", LongLivedFiles(directory=rendering.STATIC_DIRECTORY), name="static")
    app.add_api_route("/health", health, include_in_schema=False)
    app.include_router(ses_hook.router)
    app.include_router(console_routes.router)
    app.include_router(routes.router)  # last: its addresses begin with the name of a case
    return app


def health() -> Response:
    """Say that the process answers; it asks nothing of the database."""
    return PlainTextResponse("ok")


async def on_unreadable(request: Request, _error: Exception) -> Response:
    """Answer what could not be read as this address's parameters, without quoting it."""
    return error_pages.answer(request.scope, HTTPException(status_code=422))
