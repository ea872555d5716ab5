"""What the settlement is about: the list of cases, the home page of one, its documents, and how to object."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from casefile import cases, database, errors
from intake_api import rendering
from intake_api.claimant.claim import SHOWN
from intake_api.claimant.visits import SLUG, AVisit, Visit
from intake_api.translations import LANGUAGES
from notices import values

PUBLIC = "public, max-age=60"
"""These pages are the same for everybody, and a mailing brings many readers at once."""

router = APIRouter(prefix="/{slug}/{language}")
doors = APIRouter()


@doors.api_route("/", methods=SHOWN)
def show_cases(request: Request) -> Response:
    """List the open cases, or go to the only one."""
    with database.open_session(request.app.state.engine, actor="claimant") as session:
        found = cases.every_folder(session)
    language = preferred(request, tuple(LANGUAGES))
    if len(found) == 1:
        return RedirectResponse(f"/{found[0].slug}/{preferred(request, found[0].languages)}/", status_code=303)
    return rendering.page("claimant/cases.html", language=language, cases=found)


@doors.api_route("/{slug}", methods=SHOWN)
@doors.api_route("/{slug}/", methods=SHOWN)
def show_case(request: Request, slug: str) -> Response:
    """Go to the case in the language that the browser prefers; the language stays in the address from there on."""
    if not SLUG.fullmatch(slug):
        raise errors.NotFound("There is no such case.")
    with database.open_session(request.app.state.engine, actor="claimant") as session:
        languages = cases.folder_of(cases.by_slug(session, slug=slug)).languages
    response = RedirectResponse(f"/{slug}/{preferred(request, languages)}/", status_code=303)
    response.headers["Vary"] = "Accept-Language"
    return response


@router.api_route("", methods=SHOWN)
def show_without_slash(visit: AVisit) -> Response:
    """Go to the home page's own address."""
    return RedirectResponse(visit.url(), status_code=303)


@router.api_route("/", methods=SHOWN)
def show_home(visit: AVisit) -> Response:
    """The settlement in plain words: what happened, who is in it, what to do, and until when."""
    return _page(visit, "home.html")


@router.api_route("/documents", methods=SHOWN)
def show_documents(visit: AVisit) -> Response:
    """Where the court papers are."""
    return _page(visit, "documents.html")


@router.api_route("/object", methods=SHOWN)
def show_objection(visit: AVisit) -> Response:
    """How to object; an objection goes to the court, not to us (Fed. R. Civ. P. 23(e)(5))."""
    return _page(visit, "object.html")


def _page(visit: Visit, name: str) -> Response:
    site_url = values.site_address(visit.settings.public_url, visit.case.slug)
    facts = values.case_values(visit.case, language=visit.language, site_url=site_url)
    past = {
        "claim": visit.now > visit.case.claim_deadline_at,
        "exclusion": visit.now > visit.case.exclusion_deadline_at,
        "objection": visit.now > visit.case.objection_deadline_at,
    }
    response = visit.page(name, facts=facts, past=past)
    response.headers["Cache-Control"] = PUBLIC
    return response


def preferred(request: Request, languages: tuple[str, ...]) -> str:
    """Return the first language of `Accept-Language` that the case speaks, else the case's first."""
    wanted = [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((language for language in wanted if language in languages), languages[0])
