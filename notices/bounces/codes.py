"""RFC 3463 status codes and SMTP replies: how they are found in text and what each says about an address."""

from __future__ import annotations

import re
from dataclasses import dataclass

from notices.bounces.report import Severity

HARD, SOFT, POLICY = Severity.HARD, Severity.SOFT, Severity.POLICY


NULL_MX = "null MX"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says; `firm` codes decide by themselves, the others only when the text says nothing."""

    severity: Severity
    reason: str
    firm: bool = True


# RFC 3463 section 3 and the IANA registry of enhanced status codes; keys are subject.detail of a permanent (5.x.x) code,
# "n.*" is every other detail of the subject. Detail 0 is "other", so the text has the first word.
MEANINGS: dict[str, Meaning] = {
    "0.*": Meaning(SOFT, "undefined", firm=False),
    "1.0": Meaning(HARD, "bad address", firm=False),
    "1.5": Meaning(SOFT, "address valid"),
    "1.6": Meaning(HARD, "moved"),
    "1.7": Meaning(POLICY, "sender address"),
    "1.8": Meaning(POLICY, "sender address"),
    "1.9": Meaning(SOFT, "relayed to a system that cannot answer"),
    "1.*": Meaning(HARD, "bad address"),
    "2.0": Meaning(SOFT, "mailbox", firm=False),
    # "This may be a permanent error if the mailbox will never be re-enabled": the text says which where it can.
    "2.1": Meaning(HARD, "disabled", firm=False),
    "2.2": Meaning(SOFT, "mailbox full"),
    "2.3": Meaning(POLICY, "message too large"),
    "2.4": Meaning(SOFT, "mailing list"),
    "2.*": Meaning(SOFT, "mailbox", firm=False),
    "3.4": Meaning(POLICY, "message too large"),
    "3.*": Meaning(SOFT, "mail system", firm=False),
    "4.3": Meaning(SOFT, "directory server"),
    "4.5": Meaning(SOFT, "congestion"),
    "4.6": Meaning(SOFT, "routing loop"),
    "4.7": Meaning(SOFT, "expired"),
    "4.*": Meaning(SOFT, "network", firm=False),
    "5.*": Meaning(SOFT, "protocol", firm=False),
    "6.*": Meaning(POLICY, "content"),
    "7.27": Meaning(POLICY, NULL_MX),
    "7.*": Meaning(POLICY, "policy"),
}

# RFC 5321 section 4.2.3, RFC 7504 (521, 556). 550 and 554 say nothing without their text.
REPLIES: dict[str, Meaning] = {
    "521": Meaning(HARD, "accepts no mail"),
    "551": Meaning(HARD, "moved"),
    "552": Meaning(SOFT, "mailbox full"),
    "556": Meaning(HARD, "accepts no mail"),
}

STATUS = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?![\w]|\.\d)")
REPLY_AND_STATUS = re.compile(r"(?<![\w.])([245][0-5]\d)[ \t-]+#?\(?([245]\.\d{1,3}\.\d{1,3})(?![\w]|\.\d)")
# A bare three-digit number is a reply only where replies stand: first, after a colon, bracket or quote, or continued.
REPLY = re.compile(
    r"(?:^|[:;<>('\"\[]|\b(?:said|reason|code|error|response|with|reply|status)\b:?|#)\s*([245][0-5]\d)(?=[\s-]|[,;:)\]]|$)",
    re.M | re.I,
)

# IronPort and Amazon SES quote: 5.1.0 - Unknown address error 550-'...'
QUOTING_REPLY = re.compile(r"(?<= )([45][0-5]\d)(?=-')")
SUCCESS_REPLY = re.compile(r"\s*(2[0-5]\d)(?=[\s-]|$)")


def statuses_in(text: str) -> list[str]:
    """Return the RFC 3463 codes of `text` in order."""
    return STATUS.findall(text)


def reply_in(text: str) -> str:
    """Return the three-digit SMTP reply of `text`: a refusal before a success, then one beside an enhanced code; or ""."""
    beside = [code for code, _ in REPLY_AND_STATUS.findall(text)]
    found = [*beside, *REPLY.findall(text), *QUOTING_REPLY.findall(text)]
    success = SUCCESS_REPLY.match(text)
    return next((one for one in found if not one.startswith("2")), success.group(1) if success else "")


def is_generic(status: str) -> bool:
    """Say whether `status` names no cause: its detail is 0, or its subject is."""
    _, subject, detail = status.split(".")
    return subject == "0" or detail == "0"


def subject_of(status: str) -> str:
    """Return the subject of `status` (RFC 3463: 1 address, 2 mailbox, 3 mail system ...), or "" without a status."""
    return status.split(".")[1] if status else ""


def blames_address(status: str) -> bool:
    """Say whether `status` is one of the codes for a bad address, RFC 3463 x.1.x."""
    meaning = meaning_of(status)
    return subject_of(status) == "1" and meaning is not None and meaning.severity is HARD


def is_registered(status: str) -> bool:
    """Say whether `status` can be one of the IANA registry: details from 300 are the vendors' own (Exchange Online)."""
    return int(status.rpartition(".")[2]) < 300


def most_telling(statuses: list[str]) -> str:
    """Return the first status that names a cause, else the first with a subject, else the first, else ""."""
    refusals = [one for one in statuses if not one.startswith("2")] or statuses
    for wanted in (lambda one: not is_generic(one), lambda one: one.split(".")[1] != "0", lambda _: True):
        for status in refusals:
            if wanted(status):
                return status
    return ""


def meaning_of(status: str) -> Meaning | None:
    """Return what a permanent status says, or None when there is none."""
    if not status:
        return None
    _, subject, detail = status.split(".")
    # A vendor's text knows more than the registry.
    known = MEANINGS.get(f"{subject}.{detail}") or MEANINGS.get(f"{subject}.*")
    if known and known.severity is HARD and not is_registered(status):
        return Meaning(known.severity, known.reason, firm=False)
    return known
