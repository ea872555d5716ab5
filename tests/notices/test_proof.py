"""What the sender sent can be printed again octet for octet, and a proof shows it with every reply and event."""

from __future__ import annotations

import datetime
import email
import hashlib
import json
from email.policy import default
from types import SimpleNamespace

import pytest

from casefile import errors, notice_history
from casefile.tables.mail import Attempt, Campaign, DeliveryEvent, Notice
from casefile.tables.people import ClassMember
from casefile.words import AttemptOutcome, CampaignStatus, DeliveryEventKind, NoticeStatus
from notices import proof
from notices.campaign import Printer, case_keys, content_of

NOW = datetime.datetime(2026, 11, 20, 12, 0, 1, 123456, tzinfo=datetime.UTC)


@pytest.fixture
def sent(session, case_id, kinds, demo_case, make_member):
    """A notice that was put off once and then accepted, and the octets that went out."""
    member_id = make_member(full_name="José Núñez-O'Brien", email="jose@x.example")
    member = session.get_one(ClassMember, member_id)
    content = content_of(kinds["class_notice"], demo_case, site_url="https://s.example/cartmanager")
    campaign = Campaign(
        name="first", kind="class_notice", status=CampaignStatus.SETTLED, content=content, send_not_before=NOW, send_not_after=NOW
    )
    session.add(campaign)
    session.flush()
    fields = {"full_name": member.full_name, "notice_id": member.notice_id, "pin_counter": 1}
    notice = Notice(
        kind="class_notice", campaign_id=campaign.id, member_id=member_id, address="jose@x.example", language="en",
        fields=fields, status=NoticeStatus.BOUNCED_HARD, attempts=2,
    )  # fmt: skip
    session.add(notice)
    session.flush()
    keys = case_keys(b"k" * 32, case_id=case_id)
    one = notice_history.OneNotice(notice, campaign, (), ())
    octets = {}
    for number, outcome, reply in ((1, AttemptOutcome.DEFERRED, "try later"), (2, AttemptOutcome.ACCEPTED, "2.0.0 queued as 7F")):
        at = NOW + datetime.timedelta(hours=number)
        octets[number] = Printer(content, keys).print(one.as_leased(number), sent_at=at).octets
        session.add(
            Attempt(
                notice_id=notice.id,
                number=number,
                worker="w",
                started_at=at,
                ended_at=at,
                outcome=outcome,
                code=250,
                reply=reply,
                message_sha256=hashlib.sha256(octets[number]).digest(),
            )
        )
    session.add(
        DeliveryEvent(
            source="dsn:mail",
            source_event_id="1",
            notice_id=notice.id,
            kind=DeliveryEventKind.BOUNCED_HARD,
            occurred_at=NOW,
            code="5.1.1",
            diagnostic="no such mailbox",
        )
    )
    session.flush()
    session.expire_all()
    return SimpleNamespace(member=member, notice_id=notice.id, octets=octets, keys=keys)


def proof_of(session, sent, demo_case) -> proof.Proof:
    history = notice_history.of_member(session, member_id=sent.member.id)
    messages = {
        (place, attempt.number): proof.reprint(sent.keys, one, attempt)
        for place, one in enumerate(history.notices)
        for attempt in one.attempts
    }
    return proof.Proof(demo_case, NOW, history, messages)


def test_the_same_octets_as_sent(session, sent, demo_case):
    found = proof_of(session, sent, demo_case)
    assert {number: message.octets for (_, number), message in found.messages.items()} == sent.octets
    assert [message.agrees for message in found.messages.values()] == [True, True]


def test_changed_fields_are_found_out(session, sent, demo_case):
    notice = session.get_one(Notice, sent.notice_id)
    notice.fields = notice.fields | {"full_name": "Somebody Else"}
    session.flush()
    found = proof_of(session, sent, demo_case)
    assert [message.agrees for message in found.messages.values()] == [False, False]
    assert any("NOT the octets that were sent" in line for line in proof.lines(found))


def test_the_proof_shows_replies_and_events_and_hides_what_opens_the_claim(session, sent, demo_case, tmp_path):
    found = proof_of(session, sent, demo_case)
    paths = proof.write(found, folder=tmp_path)
    assert [path.name for path in paths] == [
        "proof.pdf", "proof.json", "notice-1-attempt-1.eml", "notice-1-attempt-2.eml",
    ]  # fmt: skip
    assert paths[0].read_bytes().startswith(b"%PDF")
    text = paths[1].read_text()
    said = json.loads(text)["notices"][0]
    assert [one["reply"] for one in said["attempts"]] == ["250 try later", "250 2.0.0 queued as 7F"]
    assert said["events"][0]["detail"] == "5.1.1 no such mailbox"
    assert "José Núñez-O'Brien" in text
    pin, link = found.messages[0, 1].secrets
    body = email.message_from_bytes(paths[3].read_bytes(), policy=default).get_body(("plain",)).get_content()
    assert pin in body
    assert link in body
    assert pin not in text
    assert link.rsplit("/", 1)[1] not in text
    assert "[hidden]" in text


def test_what_came_to_a_merged_member_is_proof_for_who_lives_on(session, sent, make_member):
    other = make_member()
    sent.member.merged_into_id = other
    session.flush()
    assert notice_history.find_member(session, given=sent.member.notice_id).id == other
    assert len(notice_history.of_member(session, member_id=other).notices) == 1


def test_dry_runs_prove_nothing(session, sent):
    session.get_one(Campaign, session.get_one(Notice, sent.notice_id).campaign_id).policy = {"rehearsal": True}
    session.flush()
    assert notice_history.of_member(session, member_id=sent.member.id).notices == []


@pytest.mark.parametrize("given", ["", "nobody", "K7M 2QX 9RT", "8dfab7e1-b1ab-447c-b681-1841280d6ea0"])
def test_an_unknown_member_is_a_sentence(session, given):
    with pytest.raises(errors.NotFound, match="no class member"):
        notice_history.find_member(session, given=given)


def test_a_notice_id_as_people_type_it(session, sent):
    typed = " ".join(sent.member.notice_id.lower())
    assert notice_history.find_member(session, given=typed).id == sent.member.id
