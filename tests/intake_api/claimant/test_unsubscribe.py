"""Stopping reminders by a button or by a mail program, as often as anybody likes; nobody leaves the class by it."""

from __future__ import annotations

import datetime

import pytest
import sqlalchemy as sa

from casefile import database, keys
from casefile.tables.claims import Exclusion
from casefile.tables.mail import Campaign, DeliveryEvent, Notice, Suppression
from casefile.words import NoticeStatus
from notices.campaign import case_keys
from notices.return_path import unsubscribe_token

NOW = datetime.datetime(2026, 11, 20, tzinfo=datetime.UTC)


@pytest.fixture
def link(engine, settings, site_case):
    """The path of the unsubscribe link of a notice that was sent."""
    with database.case_session(engine, case_id=site_case.id, actor="test") as session:
        campaign = Campaign(name="first", kind="class_notice", content={}, send_not_before=NOW, send_not_after=NOW)
        session.add(campaign)
        session.flush()
        notice = Notice(
            kind="class_notice", campaign_id=campaign.id, address="Jane@x.example", language="en", status=NoticeStatus.ACCEPTED
        )
        session.add(notice)
        session.flush()
        key = case_keys(keys.installation_key(settings), case_id=site_case.id).unsubscribe
        return f"unsubscribe/{unsubscribe_token(key, notice_id=notice.id)}"


def test_looking_changes_nothing(visitor, link, stored):
    page = visitor.get(link)
    assert page.status_code == 200
    assert "This does not take you out of the class." in page.text
    assert f'href="/{visitor.slug}/en/exclude"' in page.text
    assert "Jane" not in page.text
    assert "x.example" not in page.text
    assert not page.cookies
    assert stored(sa.select(Suppression)) == []


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, {}, {"anything": "else"}])
def test_a_post_without_cookie_or_token_of_a_form_stops_reminders(visitor, link, stored, body):
    answers = [visitor.client.post(f"/{visitor.slug}/en/{link}", data=body, follow_redirects=False) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "You will get no more reminders" in answers[0].text
    assert "This does not take you out of the class." in answers[0].text
    assert stored(sa.select(Suppression.address, Suppression.scope)) == [("jane@x.example", "reminders")]
    assert len(stored(sa.select(DeliveryEvent))) == 1
    assert stored(sa.select(Exclusion)) == []


def test_multipart_is_taken_too(visitor, link, stored):
    """RFC 8058, section 3.2: the post is multipart/form-data or urlencoded."""
    answer = visitor.client.post(f"/{visitor.slug}/en/{link}", files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 200
    assert len(stored(sa.select(Suppression))) == 1


@pytest.mark.parametrize("token", ["x", "a" * 45, "é", "%00", "1" * 45])
def test_a_link_that_we_never_made(visitor, stored, token):
    for answer in (visitor.get(f"unsubscribe/{token}"), visitor.client.post(f"/{visitor.slug}/en/unsubscribe/{token}")):
        assert answer.status_code == 404
    assert stored(sa.select(Suppression)) == []


def test_one_letter_changed_is_not_a_link(visitor, link):
    changed = link[:-6] + ("a" if link[-6] != "a" else "b") + link[-5:]
    assert visitor.get(changed).status_code == 404


def test_in_spanish(visitor, link):
    visitor.language = "es"
    assert "Esto no lo excluye del grupo." in visitor.get(link).text
    assert "No recibirá más recordatorios" in visitor.client.post(f"/{visitor.slug}/es/{link}").text
