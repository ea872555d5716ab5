"""What every answer and every request passes: security headers, size limits, and proof that a form is our own."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casefile import errors, keys
from casefile.settings import Settings

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # "no-referrer" would turn the Origin of our own forms into "null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""No inline code at all, so that no nonce is needed and nothing typed into a form can run."""

TRANSPORT = "max-age=31536000"
"""Strict-Transport-Security (RFC 6797), sent where cookies are for HTTPS only."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, section 9.2.1)."""

FORM_BYTES = 256 * 1024
"""Largest body of a form: every field at its longest, in four-byte letters and percent-encoded, stays below."""


class SecurityHeaders:
    """Puts the headers on every answer; pages are not cached unless the answer says so, for they may show a claim."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.headers = HEADERS | ({"Strict-Transport-Security": TRANSPORT} if settings.secure_cookies else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers when the answer starts."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class BodyLimit:
    """Refuses a body that is larger than its path allows, before it is read into memory."""

    def __init__(self, app: ASGIApp, *, limits: Mapping[str, int]) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what arrives; a length that is announced too large is refused at once."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self._limit(scope["path"])
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isascii() or not announced.isdigit() or int(announced) > most:
            raise errors.TooLarge("What was sent is larger than this page takes.")
        arrived = 0

        async def receive_counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > most:
                raise errors.TooLarge("What was sent is larger than this page takes.")
            return message

        await self.app(scope, receive_counted, send)

    def _limit(self, path: str) -> int:
        found = [limit for prefix, limit in self.limits.items() if path.startswith(prefix)]
        return found[0] if found else FORM_BYTES


class SameOrigin:
    """Refuses unsafe requests that another site caused (Fetch Metadata, else Origin; OWASP CSRF cheat sheet, December 2025).

    A request with neither header comes from no browser of this decade, so nobody's cookies are being misused; the form
    token is asked for as well. Paths under `open_prefixes` are meant for others: mail providers post there.
    """

    def __init__(self, app: ASGIApp, *, open_prefixes: tuple[str, ...]) -> None:
        self.app = app
        self.open_prefixes = open_prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let safe methods, open paths and our own pages through."""
        if scope["type"] == "http" and not self._may_pass(scope):
            raise errors.ForeignRequest("This form was sent from another site, so it was not accepted.")
        await self.app(scope, receive, send)

    def _may_pass(self, scope: Scope) -> bool:
        if scope["method"] in SAFE_METHODS or scope["path"].startswith(self.open_prefixes):
            return True
        return _is_own(Headers(scope=scope))


def _is_own(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


VISITOR_SECONDS = 24 * 3600
"""How long the claimant's cookie lives; WCAG 2.2, criterion 2.2.1, asks for no warning above 20 hours."""


def cookie_name(name: str, settings: Settings) -> str:
    """Return the cookie's name: with `__Host-` (no other host can set it) wherever cookies are for HTTPS only."""
    return f"__Host-{name}" if settings.secure_cookies else name


def new_token() -> str:
    """Return an opaque token of 256 random bits."""
    return secrets.token_urlsafe(32)


def set_cookie(response: Response, *, name: str, token: str, settings: Settings, seconds: int) -> None:
    """Hand out a cookie that scripts cannot read and other sites cannot send with their forms."""
    response.set_cookie(
        cookie_name(name, settings),
        token,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )


def form_token(key: bytes, *, cookie: str) -> str:
    """Return the token that a page's forms carry: an HMAC of the visitor's cookie, which no other site can know."""
    return hmac.digest(key, b"form/" + cookie.encode(), "sha256").hex()


def require_form_token(key: bytes, *, cookie: str | None, given: str | None) -> None:
    """Raise `FormExpired` unless the form carries the token of this visitor's cookie."""
    if not cookie or not given or not hmac.compare_digest(form_token(key, cookie=cookie).encode(), given.encode()):
        raise errors.FormExpired("This page was open for too long, or your browser does not keep cookies. Open it again.")


def network_of(request: Request) -> str | None:
    """Return the caller's network, /24 of IPv4 or /64 of IPv6; None on the machine itself, whose callers a proxy may hide."""
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return None
    return str(ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 64}", strict=False))


def form_key(settings: Settings) -> bytes:
    """Return the installation's key for form tokens."""
    return hmac.digest(keys.installation_key(settings), b"intake/forms", "sha256")
