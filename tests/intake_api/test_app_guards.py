"""The guards in front of every page: headers, size, origin, and errors without personal data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import Response

from casefile import errors
from casefile.database import Engine
from casefile.settings import Settings
from intake_api.app import create_app
from intake_api.security import form_token, network_of, require_form_token, set_cookie


@pytest.fixture(scope="module")
def app(settings: Settings, engine: Engine) -> FastAPI:
    app = create_app(settings, engine=engine)

    @app.get("/a/b/c/broken")
    def broken() -> None:
        raise ValueError("Maria Secret, 1 Hidden Street")

    @app.get("/console/a/b/c/taken")
    def taken() -> None:
        raise errors.TransitionRefused("This claim is paid already.")

    @app.post("/echo")
    async def echo() -> str:
        return "done"

    return app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def test_every_answer_carries_the_headers(client: TestClient) -> None:
    for path in ("/health", "/static/site.css", "/nothing/here"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_are_not_kept_but_hashed_files_are(client: TestClient) -> None:
    assert client.get("/nothing/here").headers["cache-control"] == "no-store"
    assert "immutable" in client.get("/static/site.css").headers["cache-control"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 200),
    ],
)
def test_forms_of_other_sites_are_refused(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/echo", headers=headers).status_code == status


def test_a_large_body_is_refused_with_a_page(client: TestClient) -> None:
    answer = client.post("/echo", content=b"x" * 300_000)
    assert answer.status_code == 413
    assert "larger than this page takes" in answer.text


def test_an_unexpected_error_says_nothing_about_a_person(client: TestClient, capfd: pytest.CaptureFixture[str]) -> None:
    answer = client.get("/a/b/c/broken")
    assert answer.status_code == 500
    assert "something went wrong" in answer.text
    assert "Maria" not in answer.text
    printed = capfd.readouterr()
    assert "ValueError" in printed.out + printed.err
    assert "Maria" not in printed.out + printed.err


def test_staff_see_the_sentence_of_an_error(client: TestClient) -> None:
    answer = client.get("/console/a/b/c/taken")
    assert answer.status_code == 409
    assert "This claim is paid already." in answer.text


def test_an_unknown_address_is_a_page_in_the_language_of_its_path(client: TestClient) -> None:
    answer = client.get("/nowhere/es/claim")
    assert answer.status_code == 404
    assert '<html lang="es">' in answer.text


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("127.0.0.1", None),
        ("::1", None),
        ("testclient", None),
    ],
)
def test_tries_are_counted_by_network(address: str, network: str | None) -> None:
    assert network_of(Request({"type": "http", "client": (address, 1), "headers": []})) == network


def test_cookies_are_out_of_reach_of_scripts_and_other_sites() -> None:
    response = Response()
    set_cookie(response, name="redress_claim", token="t", settings=Settings(secure_cookies=True), seconds=60)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-redress_claim=t;")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_a_form_token_belongs_to_one_cookie() -> None:
    token = form_token(b"key", cookie="mine")
    require_form_token(b"key", cookie="mine", given=token)
    for cookie, given in (("other", token), (None, token), ("mine", None), ("mine", "é")):
        with pytest.raises(errors.FormExpired):
            require_form_token(b"key", cookie=cookie, given=given)
