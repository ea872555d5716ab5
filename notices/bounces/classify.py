"""Hard, soft or policy: one decision from the status, the reply, the words and the SMTP command that was answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from notices.bounces import codes
from notices.bounces.report import Severity
from notices.bounces.vocabulary import WORDS, Rule, folded, mark, rule_for


class Stage(StrEnum):
    """The SMTP command whose reply was the refusal."""

    UNKNOWN = ""
    BEFORE_RECIPIENT = "before the recipient was named"
    RECIPIENT = "RCPT"
    DATA = "DATA"


LOOSE = "loose refusal"
UNCODED = "no code"
MAILBOX_REASONS = ("unknown user", "disabled")
BARE_WORDS = frozenset(WORDS["bare_words"])
ANSWERS_RCPT = re.compile(r"\b5\d\d[ -]\W{0,2}(?:5\.\d{1,3}\.\d{1,3} +)?\W{0,2}<@>|<@>\.\.\.")
# Exchange Online: 550 5.1.351 Remote server returned unknown recipient or mailbox unavailable -> 550 : User unknown
QUOTED = re.compile(r"\breturned\b.{1,200}?->(.{1,1000})", re.S)
LOOKED_UP = mark("looked_up")
# RFC 7505 gives 5.7.27 to the sender's domain only; Sendmail 8.16 says it of the recipient's too, in these words.
NULL_MX_OF_RECIPIENT = re.compile(r"^(?:5\d\d )?(?:5\.7\.27 )?host does not accept mail\b")

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
    whose status (RFC 3463 x.1.x, 5.2.1) speak of the recipient's address, as its server's verdict, is hard; a doubt is soft:
    to miss a member is worse than to write once more.
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
    if meaning.reason == codes.NULL_MX and NULL_MX_OF_RECIPIENT.search(folded(seen.text)):
        return Severity.HARD, "accepts no mail"
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


def _unproven(seen: Evidence) -> Answer | None:
    """Words that blame the mailbox are a doubt unless something shows that they are the verdict on this address.

    RCPT is where a server decides about an address (RFC 5321, 3.3) and x.1.x is how it says so (RFC 3463, 3.2). Recipients'
    own filters, mobile carriers' above all, refuse a sender with the same "user unknown" after DATA, under a code that says
    that the mailbox exists, or without a word of whom they mean.
    """
    if not (seen.rule and seen.rule.reason in MAILBOX_REASONS) or seen.stage is Stage.RECIPIENT:
        return None
    doubt = _merely_repeated(seen) if codes.blames_address(seen.status) else _doubt(seen, seen.rule)
    return (Severity.SOFT, doubt) if doubt else None


def _merely_repeated(seen: Evidence) -> str:
    """A gateway's own code (5.1.3xx) is its reading of the reply that it quotes, and worth no more than that."""
    quoted = QUOTED.search(seen.text)
    bare = quoted and _is_bare(quoted.group(1)) and "<@>" not in folded(quoted.group(1))
    return "bare refusal" if bare and not codes.is_registered(seen.status) else ""


def _doubt(seen: Evidence, rule: Rule) -> str:
    """Return why the words of `rule` do not prove that the address is bad, or ""."""
    subject = codes.subject_of(seen.status)
    if seen.stage is Stage.DATA:
        return "refused after DATA"
    # RFC 3463: x.2.x says that the mailbox exists, x.3.x that its system failed.
    if rule.reason == "unknown user" and subject in ("2", "3"):
        return "code and words disagree"
    if LOOKED_UP.search(folded(seen.text)):
        return ""
    if _is_bare(seen.text):
        return "bare refusal"
    # Prose without a reply, or a code that means something, does not tell what the receiving server decided.
    return "" if seen.reply or subject not in ("", "0") else UNCODED


def _is_bare(text: str) -> bool:
    """Say whether `text` is no more than the stock words of RFC 5321 and of servers' defaults.

    Servers that answer RCPT put the address behind the number ("550 <jane@x.example>... User unknown"): that is more. An
    address at the end is not: carriers write it so after DATA.
    """
    said = re.sub(r"^\s*<@>\W*", "", folded(text))
    if ANSWERS_RCPT.search(said):
        return False
    unaddressed = re.sub(r"[\s:]*<@>\W*$", "", codes.STATUS.sub(" ", said))
    return BARE_WORDS.issuperset(re.sub(r"[^\w<@>]+|\b\d+\b", " ", unaddressed).split())


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
    _unproven,
    _words,
    _code_alone,
)
"""Asked in this order; the first answer counts."""


def _not_hard(rule: Rule | None, reason: str) -> Answer:
    if rule and rule.severity is Severity.POLICY:
        return Severity.POLICY, rule.reason
    return Severity.SOFT, rule.reason if rule and rule.severity is Severity.SOFT else reason
