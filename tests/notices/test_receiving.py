"""Notices are grouped by the system that receives their domain's mail: asked once per domain, kept, and harmless without DNS."""

from __future__ import annotations

import datetime
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator

import dns.asyncresolver
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
import sqlalchemy as sa

from casefile import mail_domains, postal
from casefile.words import MxAnswer, NoticeStatus
from notices import mx, receiving

ZONE = {
    "small-shop.us": ["20 alt1.aspmx.l.google.com.", "10 ASPMX.L.GOOGLE.COM."],
    "law.us": ["0 law-us.mail.protection.outlook.com."],
    "oldisp.us": ["10 mta5.am0.yahoodns.net."],
    "own.us": ["10 mail.own.us."],
    "nomail.us": ["0 ."],
    "odd.us": ["0 .", "10 mx.icloud.com."],
    "bare.us": [],
}


class NameServer:
    """A name server on the loopback that knows a few domains and counts its questions; `silent.us` gets no answer."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.rcode = dns.rcode.NOERROR
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def resolver(self) -> dns.asyncresolver.Resolver:
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self._socket.getsockname()[1]
        return resolver

    def stop(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while (packet := self._socket.recvfrom(4096))[0]:
            query = dns.message.from_wire(packet[0])
            name = query.question[0].name.to_text(omit_final_dot=True).lower()
            self.asked[name] += 1
            if name != "silent.us":
                self._socket.sendto(self._answer(query, name).to_wire(), packet[1])

    def _answer(self, query: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.set_rcode(self.rcode if name in ZONE else (self.rcode or dns.rcode.NXDOMAIN))
        if ZONE.get(name) and not self.rcode:
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 300, "IN", "MX", *ZONE[name]))
        return answer


@pytest.fixture
def name_server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.stop()


@pytest.fixture
def readdress(mailing):
    """Give the members of a case addresses in the domains, in turn."""

    def change(*domains: str) -> None:
        statement = """
        update class_members set email = split_part(email, '@', 1) || '@' || (cast(:domains as text[]))[1 + n % :count]
        from (select id as member_id, row_number() over (order by id) as n from class_members) numbered where member_id = id
        """
        with mailing.open_case() as session:
            session.execute(sa.text(statement), {"domains": list(domains), "count": len(domains)})

    return change


def groups(mailing, campaign_id) -> dict[str, str]:
    with mailing.open_case() as session:
        rows = session.execute(
            sa.text("select split_part(address, '@', 2), min(provider_group) from notices where campaign_id = :id group by 1"),
            {"id": campaign_id},
        )
        return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize(
    ("host", "group"),
    [
        ("ASPMX.L.google.com.", "google"),
        ("outlook-com.olc.protection.outlook.com", "microsoft"),
        ("law-us.mail.protection.outlook.com", "microsoft_365"),
        ("law-us.r-v1.mx.microsoft", "microsoft_dane"),
        ("notgoogle.com", "default"),
        ("google.com.evil.us", "default"),
        ("", "default"),
    ],
)
def test_the_longest_suffix_of_the_host_decides(host, group):
    assert mx.group_of(host) == group


@pytest.mark.parametrize("domain", ["shop.example", "example.com", "mail.example.org", "localhost", "printer.local", "nodot"])
def test_names_that_are_no_ones_are_never_asked(domain, name_server):
    assert not mx.may_ask(domain)
    assert mx.look_up([domain], resolver=name_server.resolver(), budget_seconds=5) == mx.Answers(is_reachable=True, found=[])
    assert not name_server.asked


def test_answers_are_judged(name_server):
    domains = [*ZONE, "gone.us", f"{'a' * 64}.us"]
    answers = mx.look_up(domains, resolver=name_server.resolver(), budget_seconds=5)
    assert answers.is_reachable
    assert {one.domain: (one.answer, one.mail_host, one.provider_group) for one in answers.found} == {
        "small-shop.us": (MxAnswer.MX, "aspmx.l.google.com", "google"),
        "law.us": (MxAnswer.MX, "law-us.mail.protection.outlook.com", "microsoft_365"),
        "oldisp.us": (MxAnswer.MX, "mta5.am0.yahoodns.net", "yahoo"),
        "own.us": (MxAnswer.MX, "mail.own.us", "default"),
        "nomail.us": (MxAnswer.NULL_MX, "", "default"),
        "odd.us": (MxAnswer.MX, "mx.icloud.com", "apple"),
        "bare.us": (MxAnswer.NO_MX, "", "default"),
        "gone.us": (MxAnswer.MISSING, "", "default"),
        f"{'a' * 64}.us": (MxAnswer.UNANSWERED, "", "default"),
    }


@pytest.mark.parametrize("kind", ["silent", "refusing", "nobody"])
def test_without_dns_it_ends_soon_and_nothing_is_found(name_server, kind):
    resolver = name_server.resolver()
    if kind == "nobody":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            resolver.port = free.getsockname()[1]
    name_server.rcode = dns.rcode.SERVFAIL if kind == "refusing" else dns.rcode.NOERROR
    domains = ["silent.us"] if kind == "silent" else list(ZONE)
    started = time.monotonic()
    answers = mx.look_up(domains, resolver=resolver, budget_seconds=60, silence_seconds=0.3)
    assert answers == mx.Answers(is_reachable=False, found=[])
    assert time.monotonic() - started < 3  # the bound is what is promised, not how fast it is


def test_no_resolver_is_no_dns(monkeypatch):
    def none() -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.asyncresolver, "Resolver", none)
    assert not mx.look_up(["small-shop.us"], budget_seconds=5).is_reachable


def test_a_silent_domain_does_not_hold_up_the_others(name_server, monkeypatch):
    monkeypatch.setattr(mx, "LOOKUP_SECONDS", 0.5)
    answers = mx.look_up(["silent.us", "own.us"], resolver=name_server.resolver(), budget_seconds=5)
    assert {one.domain: one.answer for one in answers.found} == {"own.us": MxAnswer.MX, "silent.us": MxAnswer.UNANSWERED}


def test_notices_are_grouped_once_per_domain_and_the_next_campaign_knows(mailing, readdress, name_server):
    mailing.add_members(40)
    readdress("small-shop.us", "law.us", "own.us", "gmail.com", "shop.example")
    campaign_id = mailing.plan()
    mailing.approve(campaign_id)
    found = receiving.group_notices(mailing.open_case, campaign_id=campaign_id, resolver=name_server.resolver())
    assert found == receiving.Grouped(asked=3, moved=16)
    assert name_server.asked == {"small-shop.us": 1, "law.us": 1, "own.us": 1}
    expected = {
        "small-shop.us": "google",
        "law.us": "microsoft_365",
        "own.us": "default",
        "gmail.com": "google",
        "shop.example": "default",
    }
    assert groups(mailing, campaign_id) == expected
    again = receiving.group_notices(mailing.open_case, campaign_id=campaign_id, resolver=name_server.resolver())
    assert again == receiving.Grouped()
    assert groups(mailing, mailing.plan("reminder")) == {}
    second = mailing.plan()
    mailing.approve(second)
    assert groups(mailing, second) == expected
    with mailing.open_case() as session:
        counted = {one.provider_group: one for one in mail_domains.counts(session, known=receiving.KNOWN)}
    assert {name: (one.domains, one.addresses, one.looked_up) for name, one in counted.items()} == {
        "google": (2, 16, 1),
        "microsoft_365": (1, 8, 1),
        "default": (2, 16, 1),
    }


def test_an_old_answer_is_asked_again_and_silence_keeps_it(mailing, readdress, name_server):
    mailing.add_members(2)
    readdress("small-shop.us", "own.us")
    campaign_id = mailing.plan()
    mailing.approve(campaign_id)
    receiving.group_notices(mailing.open_case, campaign_id=campaign_id, resolver=name_server.resolver())
    with mailing.open_case() as session:
        session.execute(sa.text("update mail_domains set looked_up_at = now() - interval '8 days'"))
        silence = mail_domains.Received("small-shop.us", MxAnswer.UNANSWERED, "", "default")
        mail_domains.keep(session, found=[silence])
        assert mail_domains.not_fresh(session, campaign_id=campaign_id) == ["own.us", "small-shop.us"]
    receiving.group_notices(mailing.open_case, campaign_id=campaign_id, resolver=name_server.resolver())
    assert name_server.asked == {"small-shop.us": 2, "own.us": 2}
    assert groups(mailing, campaign_id)["small-shop.us"] == "google"


def test_a_domain_that_takes_no_mail_gets_a_letter_instead(mailing, readdress, name_server, sink):
    mailing.add_members(6)
    readdress("nomail.us", "own.us", "gone.us")
    campaign_id = mailing.plan()
    mailing.approve(campaign_id)
    found = receiving.group_notices(mailing.open_case, campaign_id=campaign_id, resolver=name_server.resolver())
    assert (found.asked, found.null_mx) == (3, 2)
    taken = sink()
    mailing.send(campaign_id, taken.port)
    assert mailing.statuses(campaign_id) == {NoticeStatus.ACCEPTED: 4, NoticeStatus.BOUNCED_HARD: 2}
    assert sum(taken.taken().values()) == 4
    with mailing.open_case() as session:
        rows = session.execute(sa.text("select code, source, n.accepted_at, n.attempts from delivery_events e join notices n"
                                       " on n.id = e.notice_id")).all()  # fmt: skip
        assert [tuple(row) for row in rows] == [("5.1.10", "dns", None, 0)] * 2
        assert mail_domains.without_mail(session) == [("gone.us", MxAnswer.MISSING), ("nomail.us", MxAnswer.NULL_MX)]
        session.execute(
            sa.text("update class_members set street = '1 Elm St', city = 'Ogden', region = 'UT', postcode = '84401'")
        )
        listing = postal.make_file(session, languages=("en",), notice_on=datetime.date(2026, 11, 1), postal_days=14)
        assert listing.by_reason == {"bad_address": 2}


def test_without_dns_the_table_decides(mailing, readdress, name_server):
    mailing.add_members(4)
    readdress("small-shop.us", "gmail.com")
    campaign_id = mailing.plan()
    mailing.approve(campaign_id)
    resolver = name_server.resolver()
    name_server.rcode = dns.rcode.SERVFAIL
    found = receiving.group_notices(mailing.open_case, campaign_id=campaign_id, resolver=resolver)
    assert found == receiving.Grouped(no_dns=True)
    assert groups(mailing, campaign_id) == {"small-shop.us": "default", "gmail.com": "google"}
