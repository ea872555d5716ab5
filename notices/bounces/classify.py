"""Hard, soft or policy: one decision from the status, the reply, the words and the SMTP command that was answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from notices.bounces import codes
from notices.bounces.report import Severity
from notices.bounces.vocabulary import Rule, folded, mark, rule_for


class Stage(StrEnum):
    """The SMTP command whose reply was the refusal."""

    UNKNOWN = ""
    BEFORE_RECIPIENT = "before the recipient was named"
    RECIPIENT = "RCPT"
    DATA = "DATA"


LOOSE = "loose refusal"
BARE_WORDS = frozenset(("smtp", "user", "unknown", "requested", "action", "not", "taken", "mailbox", "unavailable", "<@>"))

STAGES: tuple[tuple[Stage, re.Pattern[str]], ...] = (
    (Stage.RECIPIENT, mark("stage_recipient")),
    (Stage.DATA, mark("stage_data")),
    (Stage.BEFORE_RECIPIENT, mark("stage_before_recipient")),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision: severity, the name of the rule that made it, and the codes that were used."""

    severity: Severity
    reason: str
    status: str
    reply: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of one refusal."""

    text: str
    status: str
    reply: str
    delayed: bool
    rule: Rule | None
    stage: Stage


Answer = tuple[Severity, str]
"""Severity and the name of the reason."""


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
    evidence = Evidence(
        text=text,
        status=best,
        reply=reply or codes.reply_in(text),
        delayed=action == "delayed",
        rule=rule_for(text),
        stage=stage_of(text) or stage_of(context),
    )
    severity, reason = next(answer for step in STEPS if (answer := step(evidence)))
    return Verdict(severity=severity, reason=reason, status=best, reply=evidence.reply)


def _temporary(seen: Evidence) -> Answer | None:
    """A temporary failure (4yz, 4.x.x, or a delay) is never about the address."""
    if seen.delayed or (seen.status or seen.reply).startswith("4"):
        return _not_hard(seen.rule, "try later")
    return None


def _firm_code(seen: Evidence) -> Answer | None:
    """A code that names its cause decides, unless words that are known to be truer say that the address is not to blame."""
    meaning = codes.meaning_of(seen.status)
    if not (meaning and meaning.firm):
        return None
    if meaning.severity is Severity.HARD and seen.rule and seen.rule.beats_code:
        return seen.rule.severity, seen.rule.reason
    return meaning.severity, meaning.reason


def _words_for_the_address(seen: Evidence) -> Answer | None:
    """Words about the sender, the message or the moment clear the address."""
    if seen.rule and seen.rule.severity is not Severity.HARD and seen.rule.reason != LOOSE:
        return seen.rule.severity, seen.rule.reason
    return None


def _too_early(seen: Evidence) -> Answer | None:
    """A refusal before RCPT cannot be about a recipient who had not been named."""
    if seen.stage is Stage.BEFORE_RECIPIENT:
        return _not_hard(seen.rule, "refused before the recipient was named")
    return None


def _bare(seen: Evidence) -> Answer | None:
    """A refusal that is no more than "user unknown", after RCPT or without the address that it means, is a doubt.

    Mobile carriers say just that when a recipient's own filter refuses a sender, and "mailbox unavailable" is what RFC 5321
    prints beside 550 for policy too: without a code, a command or an address neither proves that the address is bad.
    """
    if not (seen.rule and seen.rule.reason == "unknown user") or seen.stage is Stage.RECIPIENT:
        return None
    said = re.sub(r"^\s*<@>\W*", "", folded(seen.text))
    words = re.sub(r"[^\w<@>]+|\b\d+\b", " ", codes.STATUS.sub(" ", said)).split()
    if BARE_WORDS.issuperset(words) and (seen.stage is Stage.DATA or "<@>" not in words):
        return Severity.SOFT, "bare refusal"
    return None


def _words(seen: Evidence) -> Answer | None:
    """What the words say of the address."""
    return (seen.rule.severity, seen.rule.reason) if seen.rule else None


def _code_alone(seen: Evidence) -> Answer:
    """Without words, the reply or the code says what it can."""
    meaning = codes.meaning_of(seen.status)
    known = codes.REPLIES.get(seen.reply)
    if known and not (meaning and meaning.severity is Severity.HARD):
        return known.severity, known.reason
    return (meaning.severity, meaning.reason) if meaning else (Severity.SOFT, "undefined")


STEPS: tuple[Callable[[Evidence], Answer | None], ...] = (
    _temporary,
    _firm_code,
    _words_for_the_address,
    _too_early,
    _bare,
    _words,
    _code_alone,
)
"""Asked in this order; the first answer counts."""


def _not_hard(rule: Rule | None, reason: str) -> Answer:
    if rule and rule.severity is Severity.POLICY:
        return Severity.POLICY, rule.reason
    return Severity.SOFT, rule.reason if rule and rule.severity is Severity.SOFT else reason
