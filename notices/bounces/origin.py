"""Whether a mail system wrote a message about a failed delivery, or perhaps a person did."""

from __future__ import annotations

import re
from enum import StrEnum

from notices.bounces import automatic, codes, prose
from notices.bounces.addresses import addresses_in, is_mail_system
from notices.bounces.mime import Message
from notices.bounces.report import Severity
from notices.bounces.vocabulary import rule_for

SYSTEM_NAME = re.compile(
    r"mailer[-_ ]?daemon|mail (?:deliver|system)|post_?master|(?:mail|system) ?administrator|administrador del sistema", re.I
)


class Writer(StrEnum):
    """Who wrote a message, as far as it shows."""

    MACHINE = "a mail system, about a failure"
    PERHAPS_A_MACHINE = "about a failure, but anybody may have written it"
    ANYBODY = "nothing says that it is a bounce"


def of(message: Message, subject: str, text: str) -> Writer:
    """Return who wrote `message`; asks for a mail system as the writer and a failure as the matter."""
    if automatic.has_auto_subject(message):
        return Writer.ANYBODY
    about_failure = bool(prose.FAILURE_SUBJECT.search(subject))
    if message.top.header("x-failed-recipients") or (about_failure and _null_return_path(message)):
        return Writer.MACHINE
    if is_mail_system_mail(message) or _is_report(message):
        tells = about_failure or _tells_of_failure(text) or (_from_daemon(message) and _returns_mail(message, text))
        return Writer.MACHINE if tells else Writer.ANYBODY
    is_answer = any(message.top.header(name) for name in ("in-reply-to", "references"))
    if about_failure and not is_answer and prose.ABOUT_MAIL.search(text[:3_000]):
        return Writer.PERHAPS_A_MACHINE
    return Writer.ANYBODY


def is_mail_system_mail(message: Message) -> bool:
    """Say whether the sender is one under which mail systems write."""
    sender = message.top.header("from")
    if sender.strip() in ("", "<>") or message.top.header("x-mlserver"):
        return True
    return bool(SYSTEM_NAME.search(sender)) or any(is_mail_system(one) for one in addresses_in(sender))


def _null_return_path(message: Message) -> bool:
    paths = message.top.all("return-path")
    return any(value.strip() in ("<>", "") or "mailer-daemon" in value.casefold() for value in paths)


def _from_daemon(message: Message) -> bool:
    return "mailer-daemon" in message.top.header("from").casefold()


def _returns_mail(message: Message, text: str) -> bool:
    """A daemon that gives a mail back, or says that something failed, has not delivered it."""
    return bool(list(message.of_type(*prose.RETURNED_PARTS)) or prose.FAILURE.search(text) or prose.ABOUT_MAIL.search(text))


def _is_report(message: Message) -> bool:
    content_type = message.top.header("content-type").casefold()
    return content_type.startswith("multipart/report") and "disposition" not in content_type


def _tells_of_failure(text: str) -> bool:
    """A text without a telling subject must speak of failure and give a code, or say what is wrong with an address."""
    rule = rule_for(text)
    said = rule is not None and rule.reason != "loose refusal"
    coded = bool(codes.statuses_in(text) or codes.reply_in(text)) or (rule is not None and rule.severity is Severity.HARD)
    return said and coded and bool(prose.FAILURE.search(text))
