"""Hard, soft or policy, case by case: the words, the codes and which of them is believed."""

from __future__ import annotations

import pytest

from notices.bounces.classify import classify
from notices.bounces.codes import MEANINGS
from notices.bounces.report import Severity
from notices.bounces.vocabulary import RULES

HARD = (
    "550 5.1.1 <jane@x.example>: Recipient address rejected: User unknown in virtual mailbox table",
    "550 5.1.6 recipient no longer on server",
    "550 <jane@x.example> No such user here",
    "550 5.4.1 [jane@x.example]: Recipient address rejected: Access denied",
    "550 5.2.1 The email account that you tried to reach is disabled",
    "554 delivery error: This account has been disabled or discontinued",
    "556 5.1.10 Recipient address has null MX",
    "Host or domain name not found. Name service error for name=x.example type=AAAA: Host not found",
    "Unrouteable address",
    "550 jane@x.example...User unknown",
    "550 No such mail drop defined.",
    "550 server doesn't handle mail for that user jane@x.example",
    "550 <jane@x.example> mailbox deactivated",
    "User jane (jane@x.example) not listed in public Name & Address Book",
    'unknown local-part "jane" in domain "x.example"',
    "550 Adressat unbekannt oder Mailbox deaktiviert",
    "550 5.7.27 Host does not accept mail",
    "550 5.1.351 Remote server returned unknown recipient or mailbox unavailable -> 550 <jane@x.example>: User unknown",
    "<jane@x.example>: Remote host said: 550 5.2.1 <jane@x.example>... User Unknown [RCPT_TO]",
    "Invalid final delivery userid: jane@x.example",
    "The recipient name is not recognized. MSEXCH:IMS:X 0 (000C05A6) Unknown Recipient",
    "Message not delivered to <jane@x.example> because the address couldn't be found. Check for typos.",
    "550 Nie ma takiego konta",
    "551 User not local; please try <jane@y.example>",
    "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient",
    "550 El buzón jane@x.example no existe",
    "550 Empfänger jane@x.example unbekannt",
    "550 Destinatario sconosciuto jane@x.example",
    "550 Usuário jane@x.example inexistente",
    "550 收件人 jane@x.example 不存在",
    "550 Такого пользователя нет: пользователь jane@x.example не найден",
)
# The last ones blame the mailbox, but nothing shows that they are its server's verdict on the address: no code, a code that
# says that the mailbox exists, stock words without an address, or a state that a login ends.
SOFT = (
    "552 5.2.2 Mailbox full",
    "550 5.1.1 sorry, mailbox jane@x.example is over quota",
    "450 4.1.1 <jane@x.example>: unverified address",
    "421 4.7.0 try again later",
    "451 4.3.0 Temporary local problem",
    "User unknown; connection timed out",
    "550 User jane@x.example temporarily locked. Please try again later!",
    "554 5.0.0 MX list for x.example. points back to mail.example",
    "Message could not be delivered for 5 days",
    "delivery temporarily suspended: connect to 192.0.2.1: No route to host",
    "Benutzer hat zuviele Mails auf dem Server",
    "550 Requested action not taken: mailbox unavailable",
    "550 El buzón del usuario está lleno",
    "550 Votre boîte aux lettres est pleine",
    "Host or domain name not found. Name service error for name=x.example type=MX: Host not found, try again",
    "550",
    "",
    "Adressat unbekannt oder Mailbox deaktiviert",
    "Questo indirizzo e' bloccato per inutilizzo",
    "550 mailbox has been blocked due to inactivity",
    "550-5.2.1 The email account that you tried to reach is inactive",
    "This user doesn't have a x.example account (jane@x.example) [0]",
    "<jane@x.example>: This account has been disabled or discontinued [#102].",
    "550 5.2.1 <jane@x.example>... User Unknown",
    "5.3.0 - Other mail system problem 550-'Unknown user jane@x.example'",
    "550 Unknown user jane@x.example",
    "jane@x.example Invalid Address, ERROR_CODE :550, ERROR_CODE :Requested action not taken: mailbox unavailable",
    "550 5.1.351 Remote server returned unknown recipient or mailbox unavailable -> 550 : User unknown",
    "550 5.1.1 user has restricted sms e-mail",
    "550 5.2.1 refused due to recipient preferences",
    "550 user jane is not accepting any mail",
)
POLICY = (
    "550 5.7.1 <jane@x.example>: Recipient address rejected: User unknown",
    "550 5.7.26 This mail is unauthenticated",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
    "550 5.1.0 <b@bounce.example> sender rejected",
    "550 5.1.8 Domain of sender address does not exist",
    "550 5.7.27 Sender address has null MX",
    "550 5.7.27 Envelope domain has null MX",
    "550 5.1.1 Message rejected as spam by content filter",
    "554 Relay access denied",
    "550 Fix reverse DNS for 192.0.2.1",
    "552 5.3.4 Message size exceeds fixed maximum message size",
    "421 4.7.0 [TSS04] Messages from 192.0.2.1 rate limited due to IP reputation",
    "550 Too many connections from your host",
    "550 SC-001 Mail rejected by Windows Live Hotmail for policy reasons",
    "554 <unknown[192.0.2.1]>: Client host rejected: Access denied",
    "550-Verification failed for <b@bounce.example> 550-No Such User Here 550 Sender verify failed",
    "The user does not accept email in non-Western (non-Latin) character sets.",
    "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.5.3 - chkuser)",
    "554 Connection refused(mx). MAIL FROM [b@bounce.example] mismatches client IP [192.0.2.1].",
    "550 5.6.0 Message content rejected",
)


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        (text, severity)
        for severity, texts in zip(("hard", "soft", "policy"), (HARD, SOFT, POLICY), strict=True)
        for text in texts
    ],
)
def test_reply(text: str, severity: str) -> None:
    assert str(classify(text=text).severity) == severity


@pytest.mark.parametrize("text", HARD)
def test_a_delay_is_never_hard(text: str) -> None:
    assert classify(text=text, action="delayed").severity is not Severity.HARD


@pytest.mark.parametrize("detail", range(30))
def test_policy_codes_never_suppress_whatever_the_words(detail: int) -> None:
    assert all(
        classify(text=text, status=f"5.7.{detail}").severity is not Severity.HARD for text in ("", "user unknown <a@b.example>")
    )


@pytest.mark.parametrize("status", ["4.1.1", "4.2.1", "4.4.4", "4.7.1"])
def test_temporary_codes_never_suppress(status: str) -> None:
    assert classify(text="unknown user", status=status).severity is not Severity.HARD


@pytest.mark.parametrize("detail", [1, 2, 3, 4, 6, 10])
def test_bad_destination_codes_are_hard_by_themselves(detail: int) -> None:
    """RFC 3463, section 3.2; 5.1.7 and 5.1.8 are about the sender."""
    assert classify(text="", status=f"5.1.{detail}").severity is Severity.HARD


def test_bare_user_unknown_after_data_is_a_doubt() -> None:
    bare = "550 : User unknown"
    assert classify(text=bare, context="(in reply to end of DATA command)").severity is Severity.SOFT
    assert classify(text=bare, context="(in reply to RCPT TO command)").severity is Severity.HARD


@pytest.mark.parametrize(
    "text",
    [
        "554 delivery error: This account has been disabled or discontinued",
        "554 delivery error: dd This user doesn't have a x.example account (jane@x.example) [0]",
        "550 5.2.1 <jane@x.example>... User Unknown",
    ],
)
def test_words_that_blame_the_mailbox_are_its_verdict_at_rcpt_only(text: str) -> None:
    assert classify(text=text, context="(in reply to end of DATA command)").severity is Severity.SOFT
    assert classify(text=text, context="(in reply to RCPT TO command)").severity is Severity.HARD


def test_a_code_for_a_bad_address_counts_after_data_too() -> None:
    text = "550 5.1.1 <jane@x.example>: Recipient address rejected: User unknown"
    assert classify(text=text, context="SMTP command DATA").severity is Severity.HARD


@pytest.mark.parametrize(("state", "severity"), [(14, Severity.HARD), (18, Severity.SOFT)])
def test_the_states_of_google_name_the_command(state: int, severity: Severity) -> None:
    assert classify(text=f"550 550 user unknown (state {state})").severity is severity


def test_refusals_before_the_recipient_was_named_are_not_about_it() -> None:
    assert (
        classify(text="550 unknown host", context="SMTP error after MAIL FROM:<b@bounce.example>").severity is not Severity.HARD
    )


def test_the_telling_status_and_the_refusal_are_reported() -> None:
    verdict = classify(text="250 2.1.5 Ok, then 5.1.0 - Unknown address error 550-'5.2.2 Mailbox full'", status="5.0.0")
    assert (verdict.status, verdict.severity) == ("5.2.2", Severity.SOFT)


def test_addresses_of_machines_are_not_read_as_codes() -> None:
    assert classify(text="host 5.1.1.9 said: 550 mailbox is full").status == ""


def test_every_rule_and_code_has_a_reason_of_its_own() -> None:
    assert len({rule.reason for rule in RULES}) == len(RULES)
    assert {meaning.severity for meaning in MEANINGS.values()} == set(Severity)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("550 5.1.1 <jane@x.example>... User unknown", "550"),
        ("host mx.x.example[192.0.2.1] said: 554 5.7.1 blocked", "554"),
        ("5.3.0 - Other mail system problem 550-'Unknown user jane@x.example'", "550"),
        ("In: RCPT TO:<jane@x.example> Out: 250 2.1.5 Ok In: DATA Out: 451 4.3.0 Error", "451"),
        ("250 2.0.0 Ok: queued", "250"),
        ("Size (in bytes): 222", ""),
        ("sent 550 messages to 421 Main Street", ""),
    ],
)
def test_the_reply_is_the_one_that_refused(text: str, reply: str) -> None:
    assert classify(text=text).reply == reply
