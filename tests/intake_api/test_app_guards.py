"""The guards in front of every page: headers, size, origin, and errors without personal data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from casefile import errors
from casefile.database import Engine
from casefile.settings import Settings
from intake_api.app import create_app


@pytest.fixture(scope="module")
def app(settings: Settings, engine: Engine) -> FastAPI:
    app = create_app(settings, engine=engine)

    @app.get("/broken")
    def broken() -> None:
        raise ValueError("Maria Secret, 1 Hidden Street")

    @app.get("/console/taken")
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
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert "something went wrong" in answer.text
    assert "Maria" not in answer.text
    printed = capfd.readouterr()
    assert "ValueError" in printed.out + printed.err
    assert "Maria" not in printed.out + printed.err


def test_staff_see_the_sentence_of_an_error(client: TestClient) -> None:
    answer = client.get("/console/taken")
    assert answer.status_code == 409
    assert "This claim is paid already." in answer.text


def test_an_unknown_address_is_a_page_in_the_language_of_its_path(client: TestClient) -> None:
    answer = client.get("/nowhere/es/claim")
    assert answer.status_code == 404
    assert '<html lang="es">' in answer.text
