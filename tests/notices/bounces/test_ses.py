"""Amazon SES events, as event publishing and as notifications write them."""

from __future__ import annotations

from typing import Any

import pytest

from notices.bounces.report import Kind
from notices.bounces.ses import read_event

MAIL = {"source": "b-abc@bounce.example", "headers": [{"name": "Message-ID", "value": "<n1@case.example>"}]}


def bounce(subtype: str, diagnostic: str = "", *, kind: str = "Permanent", status: str = "") -> dict[str, Any]:
    recipient = {"emailAddress": "jane@x.example", "diagnosticCode": diagnostic, "status": status}
    return {
        "eventType": "Bounce",
        "mail": MAIL,
        "bounce": {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [recipient]},
    }


@pytest.mark.parametrize(
    ("event", "severity"),
    [
        (bounce("General", "smtp; 550 5.1.1 user unknown"), "hard"),
        (bounce("NoEmail"), "hard"),
        (bounce("General", "smtp; 554 5.7.1 blocked using zen.spamhaus.org"), "policy"),
        (bounce("General", "smtp; 552 5.2.2 mailbox full"), "soft"),
        (bounce("General"), "soft"),
        (bounce("Suppressed"), "policy"),
        (bounce("OnAccountSuppressionList"), "policy"),
        (bounce("MailboxFull", kind="Transient"), "soft"),
        (bounce("ContentRejected", kind="Transient"), "policy"),
        (bounce("General", "smtp; 550 5.1.1 user unknown", kind="Transient"), "soft"),
    ],
)
def test_bounce(event: dict[str, Any], severity: str) -> None:
    report = read_event(event)
    assert report
    assert report.kind is Kind.BOUNCE
    assert [(one.address, str(one.severity)) for one in report.recipients] == [("jane@x.example", severity)]
    assert (report.sent_to, report.original_message_id) == (("b-abc@bounce.example",), "<n1@case.example>")


def test_complaint_delivery_and_delay() -> None:
    complaint = read_event(
        {
            "eventType": "Complaint",
            "complaint": {"complainedRecipients": [{"emailAddress": "j@x.example"}], "complaintFeedbackType": "abuse"},
        }
    )
    delivery = read_event(
        {"notificationType": "Delivery", "delivery": {"recipients": ["j@x.example"], "smtpResponse": "250 2.6.0 ok"}}
    )
    delay = read_event({"eventType": "DeliveryDelay", "deliveryDelay": {"delayedRecipients": [{"emailAddress": "j@x.example"}]}})
    assert complaint
    assert delivery
    assert delay
    assert [str(one.kind) for one in (complaint, delivery, delay)] == ["complaint", "delivered", "bounce"]
    assert delay.recipients[0].action == "delayed"


@pytest.mark.parametrize("event", [{}, {"eventType": "Open"}, {"eventType": 3}])
def test_other_events_are_no_reports(event: dict[str, Any]) -> None:
    assert read_event(event) is None


@pytest.mark.parametrize("value", [None, 3, [], [None], [[]], {"bouncedRecipients": "x"}, {"bouncedRecipients": [3]}])
def test_strange_shapes_are_read(value: object) -> None:
    report = read_event({"eventType": "Bounce", "bounce": value, "mail": value})
    assert report
    assert report.kind is Kind.BOUNCE
