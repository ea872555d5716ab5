"""Amazon SES takes notices like a mail server: once each, at its rate, with a doubt where an answer was lost."""

from __future__ import annotations

import asyncio
import base64
import builtins
import email
import email.policy
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

pytest.importorskip("boto3", reason="Amazon SES is an extra: pip install redress[ses]")

from botocore.stub import ANY, Stubber

from casefile import errors
from casefile.settings import Settings
from casefile.words import AttemptOutcome, NoticeStatus
from notices import outbox, sending
from notices.bounces import recording, ses
from notices.brakes import severity_of
from notices.campaign import Printer
from notices.orders import Orders
from notices.transports import ses as transport
from notices.transports.reply import Handover
from notices.transports.smtp import ConnectionEnded

SENDER = "b-0123456789abcdef0123456789abcdef-1-89abcdef01234567@bounces.shop.example"
QUOTA = {"Max24HourSend": 50_000.0, "MaxSendRate": 500.0, "SentLast24Hours": 0.0}


@pytest.fixture(autouse=True)
def no_aws(monkeypatch, tmp_path):
    """Made-up keys, and nothing of the machine's own settings."""
    values = {
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def account() -> transport.Account:
    return transport.Account(region="us-east-1", configuration_set="notices", connections=2)


def hand_over(account: transport.Account, before_dot: Callable[[], None] = lambda: None) -> Handover:
    async def run() -> Handover:
        lane = account.transport()
        await lane.open()
        return await lane.deliver(SENDER, "ann@mail.example", b"Subject: x\r\n\r\nHi\r\n", before_dot)

    return asyncio.run(run())


def test_a_message_goes_raw_with_its_attempt_as_tag(account):
    wanted = {
        "Destination": {"ToAddresses": ["ann@mail.example"]},
        "Content": {"Raw": {"Data": b"Subject: x\r\n\r\nHi\r\n"}},
        "EmailTags": [{"Name": "redress-attempt", "Value": SENDER.partition("@")[0]}],
        "ConfigurationSetName": "notices",
    }
    dots: list[int] = []
    with Stubber(account.client) as stub:
        stub.add_response("get_account", {"SendQuota": QUOTA, "SendingEnabled": True})
        stub.add_response("send_email", {"MessageId": "0100-abc"}, wanted)
        handover = hand_over(account, lambda: dots.append(1))
    assert (handover.outcome, handover.code, handover.usable) == (AttemptOutcome.ACCEPTED, 250, True)
    assert "0100-abc" in handover.text
    assert dots == [1]
    assert account.per_second == 500


@pytest.mark.parametrize(
    ("code", "text", "status", "outcome", "severity"),
    [
        ("MessageRejected", "Email contains a virus", 400, "rejected", "policy"),
        ("BadRequestException", "Missing final '@domain'", 400, "rejected", "hard"),
        ("BadRequestException", "Domain contains illegal character", 400, "rejected", "hard"),
        ("BadRequestException", "Duplicate header 'Subject'.", 400, "rejected", "policy"),
        ("ServiceUnavailable", "try later", 503, "deferred", ""),
        ("InternalFailure", "oops", 500, "in_doubt", ""),
        ("GatewayTimeout", "late", 504, "in_doubt", ""),
        ("MailFromDomainNotVerifiedException", "mail from", 400, "deferred", ""),
        ("SendingPausedException", "paused", 400, "deferred", ""),
        ("MessageRejected", "Email address is not verified. The following identities failed", 400, "deferred", ""),
        ("TooManyRequestsException", "Daily message quota exceeded.", 429, "deferred", ""),
    ],
)
def test_errors_mean_what_they_say(account, code, text, status, outcome, severity):
    with Stubber(account.client) as stub:
        stub.add_response("get_account", {"SendQuota": QUOTA, "SendingEnabled": True})
        stub.add_client_error("send_email", code, text, status)
        handover = hand_over(account)
    assert (handover.outcome, severity_of(handover)) == (AttemptOutcome(outcome), severity)
    assert text in handover.text


def test_an_error_about_the_account_makes_the_notices_wait(account):
    with Stubber(account.client) as stub:
        stub.add_response("get_account", {"SendQuota": QUOTA, "SendingEnabled": True})
        stub.add_client_error("send_email", "MailFromDomainNotVerifiedException", "not ours", 400)

        async def twice() -> None:
            lane = account.transport()
            await lane.open()
            await lane.deliver(SENDER, "ann@mail.example", b"\r\n", lambda: None)
            await account.transport().open()

        with pytest.raises(ConnectionEnded, match="refuses every message: MailFromDomainNotVerifiedException: not ours"):
            asyncio.run(twice())


def test_a_throttled_message_is_tried_again_slower_and_then_deferred(account, monkeypatch):
    monkeypatch.setattr(transport, "THROTTLE_RESTS_SECONDS", (0.0,))
    with Stubber(account.client) as stub:
        stub.add_response("get_account", {"SendQuota": QUOTA})
        stub.add_client_error("send_email", "TooManyRequestsException", "Maximum sending rate exceeded.", 429)
        stub.add_response("send_email", {"MessageId": "1"}, {"Destination": ANY, "Content": ANY, "EmailTags": ANY,
                                                             "ConfigurationSetName": ANY})  # fmt: skip
        assert hand_over(account).outcome is AttemptOutcome.ACCEPTED
        assert account.per_second < 500
        for _ in range(2):
            stub.add_client_error("send_email", "TooManyRequestsException", "Maximum sending rate exceeded.", 429)
        handover = hand_over(account)
    assert (handover.outcome, handover.code) == (AttemptOutcome.DEFERRED, 451)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"SendingEnabled": False}, "has stopped sending"),
        ({"SendQuota": QUOTA | {"SentLast24Hours": 50_000.0}}, "daily quota of 50,000 messages"),
    ],
)
def test_an_account_that_may_not_send_is_not_tried(account, answer, sentence):
    with Stubber(account.client) as stub:
        stub.add_response("get_account", answer)
        with pytest.raises(ConnectionEnded, match=sentence):
            hand_over(account)


def test_keys_that_are_refused_are_said_so(account):
    with Stubber(account.client) as stub:
        stub.add_client_error("get_account", "UnrecognizedClientException", "The security token is invalid.", 403)
        with pytest.raises(ConnectionEnded, match=r"GetAccount.*security token is invalid"):
            hand_over(account)


def test_the_account_s_rate_is_kept(account):
    account.per_second = 50.0

    async def turns() -> float:
        started = time.monotonic()
        for _ in range(6):
            await account.turn()
        return time.monotonic() - started

    assert asyncio.run(turns()) >= 0.1


def test_without_boto3_or_region_a_sentence_says_what_to_do(monkeypatch):
    with pytest.raises(errors.SesUnavailable, match="REDRESS_SES_REGION"):
        transport.Account(region=None)
    original = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name == "boto3":
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(errors.SesUnavailable, match=r"pip install redress\[ses\]"):
        transport.Account(region="us-east-1")


def test_the_setting_chooses_it_and_leaves_the_signature_to_amazon(tmp_path):
    settings = Settings(mail_transport="ses", ses_region="eu-west-1", dkim_key_file=tmp_path / "key.pem")
    lane = sending._transport(settings, nowhere=False, maildir=None)()
    assert isinstance(lane, transport.Ses)
    assert lane.account.client.meta.region_name == "eu-west-1"
    assert sending._sign(settings, domain="shop.example") is None


class Amazon(ThreadingHTTPServer):
    """What answers like SES v2 on the loopback: keeps what it took, and loses the answers to some."""

    daemon_threads = True

    def __init__(self, loses: Callable[[int], bool]) -> None:
        self.taken: list[dict[str, Any]] = []
        self.loses, self.lock = loses, threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Amazon

    def do_GET(self) -> None:
        self._answer({"SendQuota": QUOTA | {"MaxSendRate": 5000.0}, "SendingEnabled": True})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.taken.append(body)
            number = len(self.server.taken)
        if self.server.loses(number):
            self.close_connection = True
            return
        self._answer({"MessageId": f"0100-{number}"})

    def _answer(self, value: dict[str, Any]) -> None:
        octets = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def amazon() -> Iterator[Callable[..., Amazon]]:
    started: list[tuple[Amazon, threading.Thread]] = []

    def start(loses: Callable[[int], bool] = lambda number: False) -> Amazon:
        server = Amazon(loses)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        started.append((server, thread))
        return server

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join(5)
        server.server_close()


def send(mailing, campaign_id, url: str, **options: Any):
    account = transport.Account(region="us-east-1", connections=4, endpoint_url=url)
    orders = Orders(
        case_id=mailing.case_id,
        campaign_id=campaign_id,
        open_case=mailing.open_case,
        transport=account.transport,
        journal_folder=mailing.folder / "journal",
        connections=4,
        batch=50,
        **options,
    )
    return outbox.send(orders, lambda content: Printer(content, mailing.keys))


def test_a_campaign_goes_out_and_a_lost_answer_is_a_doubt_that_events_resolve(mailing, amazon):
    campaign_id = mailing.ready(40)
    server = amazon(lambda number: number in (5, 20))
    send(mailing, campaign_id, server.url)
    assert mailing.statuses(campaign_id) == {NoticeStatus.ACCEPTED: 38, NoticeStatus.IN_DOUBT: 2}
    people = [body["Destination"]["ToAddresses"][0] for body in server.taken]
    assert len(people) == len(set(people)) == 40
    for body in server.taken:
        message = email.message_from_bytes(base64.b64decode(body["Content"]["Raw"]["Data"]), policy=email.policy.default)
        assert message["To"].addresses[0].addr_spec == body["Destination"]["ToAddresses"][0]
        assert message["Message-ID"]
        tags = {tag["Name"]: [tag["Value"]] for tag in body["EmailTags"]}
        event = {
            "eventType": "Delivery",
            "mail": {"source": "notice@cartmanager-settlement.example", "tags": tags},
            "delivery": {"recipients": body["Destination"]["ToAddresses"], "smtpResponse": "250 2.0.0 ok"},
        }
        report = ses.read_event(event)
        assert report is not None
        with mailing.open_case() as session:
            assert recording.record(
                session,
                key=mailing.keys.return_path,
                report=report,
                source="ses",
                event_id=tags["redress-attempt"][0],
                came_to=report.sent_to,
            )
    assert mailing.statuses(campaign_id) == {NoticeStatus.DELIVERED: 40}


def test_nobody_at_the_endpoint_spends_no_attempt(mailing, amazon):
    campaign_id = mailing.ready(5)
    progress = send(mailing, campaign_id, "http://127.0.0.1:9", patience_seconds=0.1)
    assert "GetAccount" in progress.stopped_because
    assert set(mailing.statuses(campaign_id)) <= {NoticeStatus.PLANNED, NoticeStatus.READY}
    send(mailing, campaign_id, amazon().url)
    assert mailing.statuses(campaign_id) == {NoticeStatus.ACCEPTED: 5}
