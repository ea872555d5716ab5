"""Hard, soft or policy: one decision from the status, the reply, the words and the SMTP command that was answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from notices.bounces import codes
from notices.bounces.report import Severity
from notices.bounces.vocabulary import Rule, folded, rule_for


class Stage(StrEnum):
    """The SMTP command whose reply was the refusal."""

    UNKNOWN = ""
    BEFORE_RECIPIENT = "before the recipient was named"
    RECIPIENT = "RCPT"
    DATA = "DATA"


BARE_WORDS = frozenset("smtp user unknown no such here requested action not taken mailbox unavailable <@>".split())

# How Postfix, Exim, Sendmail, qmail, DragonFly, 1&1 and others name the command that was refused.
STAGES: tuple[tuple[Stage, re.Pattern[str]], ...] = (
    (
        Stage.RECIPIENT,
        re.compile(
            r"no valid recipients|need rcpt|does not like recipient|(?:after|to|our|SMTP:|of|during|<-|>>>) ?\W*RCPT\b|RCPT (?:TO )?(?:command|phase|stage)|in RCPT TO",
            re.I,
        ),
    ),
    (
        Stage.DATA,
        re.compile(
            r"(?:after|to|our|for|of|during|SMTP:|>>>)\s+(?:pipelined )?(?:end of |final )?(?:DATA|TEXT|BODY|message body|dot)\b|after I sent the message"
            r"|DATA (?:command|phase|stage)|SMTP command\s*-*\s*DATA",
            re.I,
        ),
    ),
    (
        Stage.BEFORE_RECIPIENT,
        re.compile(
            r"after (?:initial connection|EHLO|HELO|STARTTLS|AUTH|(?:pipelined )?MAIL\b)|in reply to (?:EHLO|HELO|MAIL|AUTH|STARTTLS|initial)|(?:reply to|our) MAIL FROM|MAIL(?: FROM)? (?:command|phase|stage)"
            r"|>>> (?:MAIL|EHLO|HELO|STARTTLS|AUTH)|while performing the (?:EHLO|HELO)|does not like sender|connected to \S+ but sender was rejected|refused to talk to me|but my name was rejected|but greeting failed|while (?:receiving the initial|sending (?:EHLO|HELO|MAIL))",
            re.I,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision: severity, the name of the rule that made it, and the codes that were used."""

    severity: Severity
    reason: str
    status: str
    reply: str


def stage_of(text: str) -> Stage:
    """Return the SMTP command that `text` says was refused."""
    return next((stage for stage, pattern in STAGES if pattern.search(text)), Stage.UNKNOWN)


def classify(*, text: str, status: str = "", reply: str = "", action: str = "", context: str = "") -> Verdict:
    """Decide about one recipient.

    `text` is the diagnostic of this recipient, `status` and `reply` are fields that were given apart from it, `action` is
    that of RFC 3464, and `context` is a transcript that may name the SMTP command. Only a permanent failure whose words or
    whose status (RFC 3463 x.1.x, 5.2.1) speak of the recipient's address is hard; a doubt is soft.
    """
    found = codes.statuses_in(text)
    best = codes.most_telling([*found, status] if status else found)
    reply = reply or codes.reply_in(text)
    rule = rule_for(text)
    severity, reason = _decide(text, best, reply, action, rule, stage_of(text) or stage_of(context))
    return Verdict(severity=severity, reason=reason, status=best, reply=reply)


def _decide(text: str, status: str, reply: str, action: str, rule: Rule | None, stage: Stage) -> tuple[Severity, str]:
    if action == "delayed" or (status or reply).startswith("4"):
        return _not_hard(rule, "try later")
    meaning = codes.meaning_of(status)
    if meaning and meaning.firm:
        if rule and rule.beats_code and (meaning.severity is Severity.HARD) is not (rule.severity is Severity.HARD):
            return rule.severity, rule.reason
        return meaning.severity, meaning.reason
    if rule and rule.severity is not Severity.HARD and rule.reason != "loose refusal":
        return rule.severity, rule.reason
    if stage is Stage.BEFORE_RECIPIENT:
        return _not_hard(rule, "refused before the recipient was named")
    if rule and rule.reason == "unknown user" and _is_bare(text, stage):
        return Severity.SOFT, "bare refusal"
    if rule:
        return rule.severity, rule.reason
    known = codes.REPLIES.get(reply)
    if known and not (meaning and meaning.severity is Severity.HARD):
        return known.severity, known.reason
    return (meaning.severity, meaning.reason) if meaning else (Severity.SOFT, "undefined")


def _not_hard(rule: Rule | None, reason: str) -> tuple[Severity, str]:
    """A temporary refusal, or one of the connection, is never about the address."""
    if rule and rule.severity is Severity.POLICY:
        return Severity.POLICY, rule.reason
    return Severity.SOFT, rule.reason if rule and rule.severity is Severity.SOFT else reason


def _is_bare(text: str, stage: Stage) -> bool:
    """Say whether a refusal is no more than "user unknown", after RCPT or without the address that it means.

    Mobile carriers say just that when a recipient's own filter refuses a sender, and "mailbox unavailable" is what RFC 5321
    prints beside 550 for policy too: without a code, a command or an address neither proves that the address is bad.
    """
    if stage is Stage.RECIPIENT:
        return False
    reply = re.sub(r"^\s*<@>\W*", "", folded(text))
    words = re.sub(r"[^a-z<@>]+", " ", codes.STATUS.sub(" ", reply)).split()
    named = "<@>" in words
    return len(words) <= 8 and BARE_WORDS.issuperset(words) and (stage is Stage.DATA or not named)
