"""Signing in: with a password, with a code, not at all, and never onwards to another site."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa

from casefile import database, staff
from casefile.tables.staff import StaffSession
from intake_api.console.desk import safe_next
from intake_api.sessions import COOKIE


def sign_in(browser, **fields):
    return browser.client.post("/console/sign-in", data=fields)


def credentials(case, name="reviewer", password="correct horse battery"):
    return {"email": f"{name}@{case.slug}.example", "password": password}


def test_nobody_is_sent_to_the_sign_in_page_and_comes_back(case, browse):
    nobody = browse(None)
    answer = nobody.get("queue")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/console/sign-in?next=%2Fconsole%2F{case.slug}%2Fqueue"
    done = sign_in(nobody, next=f"/console/{case.slug}/queue", **credentials(case))
    assert done.headers["location"] == f"/console/{case.slug}/queue"
    assert nobody.get("queue").status_code == 200


def test_a_wrong_password_is_told_without_saying_what_was_wrong(case, browse):
    wrong = sign_in(browse(None), **credentials(case, password="wrong"))
    unknown = sign_in(browse(None), email="nobody@firm.example", password="wrong")
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert "There is a problem" in wrong.text
    assert "wrong" not in wrong.text.split("<main")[1].replace("five wrong tries", "")
    assert COOKIE not in wrong.headers.get("set-cookie", "")


def test_the_cookie_is_closed_to_scripts_and_other_sites(case, browse):
    header = sign_in(browse(None), **credentials(case)).headers["set-cookie"]
    assert "HttpOnly" in header
    assert "SameSite=lax" in header


def test_a_session_awaiting_its_code_opens_nothing(case, browse, engine):
    with database.open_session(engine, actor="test") as session:
        email = f"reviewer@{case.slug}.example"
        staff.set_second_factor(session, email=email)
        secret = staff.by_email(session, email=email).totp_secret
    person = browse(None)
    assert sign_in(person, **credentials(case)).headers["location"].startswith("/console/sign-in/code")
    assert person.get("queue").status_code == 303
    assert person.client.get("/console/sign-in/code").status_code == 200
    assert person.client.post("/console/sign-in/code", data={"code": "1"}).status_code == 422
    assert person.client.post("/console/sign-in/code", data={"code": pyotp.TOTP(secret).now()}).status_code == 303
    assert person.get("queue").status_code == 200


def test_signing_out_ends_the_session_on_the_server(case, browse):
    person = browse()
    token = person.client.cookies[COOKIE]
    shown = person.get("queue").text.split('name="form_token" value="')[1].split('"')[0]
    assert person.client.post("/console/sign-out", data={"form_token": shown}).status_code == 303
    person.client.cookies.set(COOKIE, token)
    assert person.get("queue").status_code == 303


def test_one_case_is_opened_and_none_is_explained(case, browse):
    assert browse().client.get("/console/").headers["location"] == case.url
    assert browse().client.get("/console").headers["location"] == case.url
    assert case.slug in browse().client.get("/console/?all=1").text
    assert "no role on any case" in browse("stranger").client.get("/console/").text


def test_without_a_role_the_case_stays_closed(case, browse):
    answer = browse("stranger").get("")
    assert answer.status_code == 403
    assert "no role on this case" in answer.text


def test_a_case_that_is_not_there(browse):
    assert browse().client.get("/console/no-such-case/").status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        "https://evil.example/",
        "//evil.example",
        "/console/../x",
        "/elsewhere",
        "/console/\\evil",
        "",
        "/console/sign-in",
        "/console/a?b",
    ],
)
def test_nobody_is_led_away(given):
    assert safe_next(given) == "/console/"


def test_a_page_that_renews_itself_leads_to_the_sign_in_page_as_a_whole(case, browse):
    answer = browse(None).get("jobs", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, f"/console/sign-in?next=%2Fconsole%2F{case.slug}%2Fjobs")


@pytest.mark.parametrize(("headers", "counts"), [({}, True), ({"HX-Request": "true"}, False)])
def test_only_what_a_person_does_keeps_the_session_open(case, browse, engine, headers, counts):
    person = browse()
    long_ago = datetime.now(UTC) - timedelta(minutes=20)
    mine = StaffSession.staff_id == case.people["reviewer"]
    with database.open_session(engine, actor="test") as session:
        session.execute(sa.update(StaffSession).where(mine).values(seen_at=long_ago))
    assert person.get("jobs", headers=headers).status_code == 200
    with database.open_session(engine, actor="test") as session:
        assert (session.scalar(sa.select(StaffSession.seen_at).where(mine)) > long_ago) is counts
