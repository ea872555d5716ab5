"""One message in, one report out: never an exception, and never hard without a bounce."""

from __future__ import annotations

import re
from dataclasses import replace

from notices.bounces import automatic, codes, delivery_status, feedback, origin, prose, ses
from notices.bounces.addresses import addresses_in, is_daemon
from notices.bounces.classify import UNCODED, Verdict, classify
from notices.bounces.mime import Message, parse
from notices.bounces.origin import Writer
from notices.bounces.prose import Passage, Prose
from notices.bounces.report import Kind, Recipient, Report, Severity
from notices.bounces.vocabulary import rule_for

DELIVERED_ACTIONS = ("delivered", "relayed", "expanded")
MAX_RECIPIENTS = 100
UNTOLD = ("undefined", "loose refusal", "mailbox", "mail system", "network", "protocol", UNCODED)
"""Reasons that are no more than a code's; the words around may know better."""


def read(raw: bytes) -> Report:
    """Return what one message, as received, says about the recipients of our mail.

    Bounces are read from their delivery-status part (RFC 3464) and, where there is none or it is silent, from their text;
    complaints from their feedback part (RFC 5965); anything else is an automatic answer, or no report at all.
    """
    message = parse(raw)
    explanation = prose.read(message)
    report = (
        feedback.read(message)
        or _from_fields(message, explanation)
        or _wrapped(message)
        or ses.read_mail(message)
        or automatic.read_receipt(message)
        or _from_prose(message, explanation)
        or (automatic.auto_reply(message) if automatic.is_auto_reply(message) else Report(kind=Kind.NOT_A_REPORT))
    )
    return replace(
        report,
        original_message_id=report.original_message_id or _message_id(explanation),
        sent_to=(*report.sent_to, *_sent_to(message), *_return_paths(explanation)),
    )


def _from_fields(message: Message, explanation: Prose) -> Report | None:
    """Read the delivery-status parts; None when they name nobody."""
    groups = delivery_status.groups(message, explanation.text)[:MAX_RECIPIENTS]
    if not groups:
        return None
    failed = addresses_in(message.top.header("x-failed-recipients"))
    named = [group.address() for group in groups]
    said = prose.passages(explanation, ours=_sent_to(message), known=[one for one in [*named, *failed] if one])
    spare = [one for one in [*failed, *said, *prose.returned_recipients(explanation)] if one not in named]
    found: dict[str, Recipient] = {}
    for group in groups:
        address = group.address() or (spare.pop(0) if spare else "")
        one = _from_group(group, address, said.get(address, Passage("")).text, explanation.text)
        if address:
            found.setdefault(address.casefold(), one)
    arrived = {key: one for key, one in found.items() if one.action in DELIVERED_ACTIONS}
    if found and len(arrived) == len(found):
        return Report(kind=Kind.DELIVERED, recipients=tuple(found.values()))
    return Report(kind=Kind.BOUNCE, recipients=tuple(one for key, one in found.items() if key not in arrived))


def _wrapped(message: Message) -> Report | None:
    """Read a notification that a gateway of the reporter's passed on inside another message."""
    if not origin.is_mail_system_mail(message):
        return None
    for leaf in message.of_type("message/rfc822"):
        if "multipart/report" in leaf.text[:8_000].casefold():
            inner = parse(leaf.text.encode("utf-8", "surrogatepass"))
            return _from_fields(inner, prose.read(inner)) if origin.is_mail_system_mail(inner) else None
    return None


def _from_group(group: delivery_status.Group, address: str, passage: str, context: str) -> Recipient:
    text, status, action = group.diagnostic(), group.status(), group.action()
    if action in DELIVERED_ACTIONS or (not action and status.startswith("2")):
        return Recipient(address=address, status=status, action=action or "delivered", reason="delivered", text=text)
    verdict = classify(text=text or _paragraph(passage), status=status, action=action, context=passage or context)
    if verdict.reason == UNCODED or (verdict.reason in (*UNTOLD, "disabled") and rule_for(text) is None):
        told = classify(text=passage or context, status=verdict.status, reply=verdict.reply, action=action, context=context)
        verdict = told if told.reason not in UNTOLD else verdict
    return _recipient(address, verdict, action, text or passage)


def _from_prose(message: Message, explanation: Prose) -> Report | None:
    """Read a bounce without fields; None when nothing says that a mail system wrote it about a delivery."""
    subject = message.top.header("subject")
    writer = origin.of(message, subject, explanation.text)
    if writer is Writer.ANYBODY:
        return None
    failed = addresses_in(message.top.header("x-failed-recipients"))
    said = prose.passages(explanation, ours=_sent_to(message), known=failed)
    subject_named = [one for one in addresses_in(subject) if not is_daemon(one)]
    ours = {one.casefold() for one in _sent_to(message)}
    if failed and not {one.casefold() for one in failed} & {one.casefold() for one in said}:
        said = {one: Passage(explanation.text) for one in failed}
    if not said or set(map(str.casefold, said)) <= ours:
        spare = subject_named or prose.returned_recipients(explanation)
        said = {one: Passage(explanation.text) for one in spare} or said
    if prose.is_success(subject, explanation.text):
        return Report(
            kind=Kind.DELIVERED, recipients=tuple(Recipient(address=one, action="delivered", reason="delivered") for one in said)
        )
    action = "delayed" if prose.is_delay(subject, explanation.text) else "failed"
    first = next(iter(said.values()), Passage(""))
    reason_first = rule_for(first.before) is not None
    recipients = [
        _from_passage(address, one if reason_first else Passage(one.text), explanation.text, action, subject)
        for address, one in said.items()
    ]
    if writer is Writer.PERHAPS_A_MACHINE:
        recipients = [_doubted(one) for one in recipients]
    return Report(kind=Kind.BOUNCE, recipients=tuple(recipients[:MAX_RECIPIENTS]))


def _doubted(one: Recipient) -> Recipient:
    """What perhaps a person wrote suppresses nobody."""
    return replace(one, severity=Severity.SOFT, reason="writer unknown") if one.severity is Severity.HARD else one


def _from_passage(address: str, passage: Passage, whole: str, action: str, subject: str) -> Recipient:
    """Believe the nearest words that say something: the line or paragraph about the address, its passage, the whole."""
    verdict = classify(text=_paragraph(passage.text), action=action, context=whole)
    for text in (passage.before, passage.text, whole, f"{whole}\n{subject}"):
        if verdict.reason not in UNTOLD:
            break
        told = classify(text=text, status=verdict.status, reply=verdict.reply, action=action, context=whole)
        verdict = told if told.reason not in UNTOLD or not verdict.status else verdict
    if not verdict.status and not verdict.reply:
        found = codes.statuses_in(passage.text)
        verdict = replace(verdict, status=codes.most_telling(found), reply=codes.reply_in(passage.text))
    return _recipient(address, verdict, action, passage.text)


def _paragraph(passage: str) -> str:
    """Return the words nearest to the address: its line in a transcript, else its paragraph."""
    lines = passage.lstrip("\n")
    return lines.partition("\n" if prose.SENDMAIL_LINE.match(lines) else "\n\n")[0]


def _recipient(address: str, verdict: Verdict, action: str, text: str) -> Recipient:
    return Recipient(
        address=address,
        status=verdict.status,
        reply=verdict.reply,
        severity=verdict.severity,
        reason=verdict.reason,
        action=action or "failed",
        text=re.sub(r"\s+", " ", text).strip()[:1_000],
    )


def _sent_to(message: Message) -> list[str]:
    values = [value for name in ("to", "x-original-to", "delivered-to", "envelope-to") for value in message.top.all(name)]
    return list(dict.fromkeys(one for value in values for one in addresses_in(value)))


def _return_paths(explanation: Prose) -> list[str]:
    """Return the return path of the returned mail: a complaint comes to a mailbox that says nothing of the notice."""
    return [
        one for name, value in explanation.returned if name in ("return-path", "x-envelope-from") for one in addresses_in(value)
    ]


def _message_id(explanation: Prose) -> str:
    value = next((value for name, value in explanation.returned if name == "message-id"), "")
    match = re.search(r"<[^<>\s]{1,500}>", value)
    return match.group(0) if match else ""
