"""From template and values to a page, in the visitor's language and without a line of inline code."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2_fragments import render_block
from starlette.responses import HTMLResponse

from casefile import codes
from intake_api.translations import LANGUAGES, translations
from notices import values

HERE = Path(__file__).parent
STATIC_DIRECTORY = HERE / "static"
TEMPLATE_DIRECTORY = HERE / "templates"


@cache
def environment(language: str) -> jinja2.Environment:
    """Return the templates of one language; a value that a page forgot is an error, not a gap."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE_DIRECTORY),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    found.globals.update(language=language, language_names=LANGUAGES, static=static)
    found.filters.update(
        day=lambda value: values.day(value, language),
        money=lambda cents: values.money(cents, language),
        hour=lambda value: values.hour(value, language),
        spaced=codes.spaced,
    )
    return found


@cache
def static(name: str) -> str:
    """Return the address of a static file, with its contents' hash so that a browser may keep it for ever."""
    digest = hashlib.sha256((STATIC_DIRECTORY / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def page(name: str, *, language: str = "en", status_code: int = 200, **context: Any) -> HTMLResponse:
    """Render a whole page from `templates/<name>`."""
    return HTMLResponse(environment(language).get_template(name).render(context), status_code=status_code)


def fragment(name: str, block: str, *, language: str = "en", status_code: int = 200, **context: Any) -> HTMLResponse:
    """Render one block of a page, for an exchange in place."""
    return HTMLResponse(render_block(environment(language), name, block, context), status_code=status_code)
