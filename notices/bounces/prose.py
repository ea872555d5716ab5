"""Bounces written for people: where the failed addresses stand, what is said of each, and where the returned mail begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent

from notices.bounces.addresses import ADDRESS, addresses_in, clean, is_daemon
from notices.bounces.mime import Message, parse_headers, plain
from notices.bounces.vocabulary import mark

MAX_PROSE_CHARS = 40_000
MAX_PASSAGE_CHARS = 2_000
MAX_OPENERS = 300

RETURNED_PARTS = (
    "message/rfc822",
    "text/rfc822-headers",
    "text/rfc822-header",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
    "message/partial",
)

RETURNED_MAIL = mark("returned_mail", before=r"^[ \t>|*=_#-]{0,90}", flags=re.M)
RETURNED_HEADER = re.compile(
    r"^(?:received|return-path|message-id|mime-version|x-original-to|dkim-signature|delivered-to|x-mailer|domainkey-signature)"
    r"[ \t]*:",
    re.I | re.M,
)
ANY_HEADER = re.compile(r"^(?:[A-Za-z][A-Za-z0-9-]{1,40}[ \t]*:|[ \t]+\S)")

FAILURE_SUBJECT = mark("failure_subject")
DELAY = mark("delay")
GIVEN_UP = re.compile(
    r"permanent|given up|giving up|gave up|final|not be retried|no further|failed|returned|expired|exceeded|undeliverable", re.I
)
ABOUT_MAIL = mark("about_mail", flags=re.S)
SUCCESS = mark("success")
FAILURE = re.compile(r"fail|error|not (?:be )?deliver|undeliver|unable|could not|cannot|reject|refus|unknown|return", re.I)

LEAD = r"[\s*>\"'<(\[|#•·-]{0,90}"
# Sendmail writes "550 5.1.1 <someone@example.com>... User unknown".
SENDMAIL_LINE = re.compile(rf"^[245]\d\d[ -](?:[245]\.\d+\.\d+ +)?<?{ADDRESS.pattern}>?\.\.\. ", re.I)
LISTED = re.compile(rf"^{LEAD}(?:<?(?:mailto:|smtp:|rfc822;)\s*)?{ADDRESS.pattern}", re.I)
LABEL = re.compile(
    r"(?:\b(?:to|recipients?|rcpt to|address(?:es)?|user|for|mailbox|account|deliver\w* (?:to|your message to)|reach|failed"
    r"|following|destinatari[oa]?|destinatário|destinataire|empfänger|получател\w*|envoy[eé] [aà]|an|para|à|宛先|收件人)|:)"
    r"\W{0,6}(?:address(?:es)?|recipients?|mail|is|was)?\W{0,6}$",
    re.I,
)
# Exim and Sendmail name the address that we sent to behind the one that it led to.
FORWARDED = re.compile(r"(?:generated|expanded) (?:from|by):?\W{0,3}$", re.I)
CONTACT = mark("contact")
CONTACT_AFTER = re.compile(r"連絡|問い合わせ|お問合|for (?:help|assist|more)", re.I)


@dataclass(frozen=True, slots=True)
class Prose:
    """The explanation of a bounce: its text, and the headers of the mail that it returns."""

    text: str
    returned: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """The lines from an address to the next one, and the few before it: some reporters write the reason first."""

    text: str
    before: str = ""


def read(message: Message) -> Prose:
    """Return the explanation of `message` and the headers of the returned mail."""
    text = _human_text(message)
    cut = _start_of_returned_mail(text)
    returned = _returned_parts(message) or parse_headers(_unindented(text[cut:]))
    return Prose(text=text[:cut], returned=returned)


def original_headers(message: Message) -> tuple[tuple[str, str], ...]:
    """Return the headers of the mail that `message` returns, or none."""
    return read(message).returned


def passages(prose: Prose, *, ours: list[str], known: list[str]) -> dict[str, Passage]:
    """Return what the explanation says of each failed address: address -> passage, in order.

    `ours` are addresses of the sender, which are no recipients unless nothing else is there; `known` are addresses that a
    header or a field names as failed: when any of them stands in the text, only they count.
    """
    lines = prose.text.split("\n")
    openers = _openers(lines, {one.casefold() for one in ours})[:MAX_OPENERS]
    wanted = {one.casefold() for one in known}
    if wanted & {address.casefold() for _, address in openers}:
        openers = [(line, address) for line, address in openers if address.casefold() in wanted]
    found: dict[str, Passage] = {}
    names: dict[str, str] = {}
    last = 0
    for position, (start, address) in enumerate(openers):
        following = [line for line, other in openers[position + 1 :] if other.casefold() != address.casefold() and line > start]
        end = following[0] if following else len(lines)
        name = names.setdefault(address.casefold(), address)
        before = found[name] if name in found else Passage(text="", before="\n".join(lines[max(last, start - 3) : start]))
        found[name] = Passage(text=(before.text + "\n" + "\n".join(lines[start:end]))[:MAX_PASSAGE_CHARS], before=before.before)
        last = start + 1
    return found


def returned_recipients(prose: Prose) -> list[str]:
    """Return to whom the returned mail was addressed, the envelope's word before the header's."""
    received = " ".join(value for key, value in prose.returned if key == "received")
    last_hop = re.search(r"\bfor <?([^\s<>;]{1,64}@[^\s<>;]{1,255})>?;", received)
    by_envelope = _addressed(prose, "x-envelope-to", "envelope-to", "x-rcpt-to")
    by_last_hop = addresses_in(last_hop.group(1)) if last_hop else []
    return by_envelope or by_last_hop or _addressed(prose, "x-original-to", "to", "cc", "resent-to", "delivered-to")


def _addressed(prose: Prose, *names: str) -> list[str]:
    for name in names:
        found = [one for key, value in prose.returned if key == name for one in addresses_in(value)]
        if found:
            return found
    return []


def is_delay(subject: str, text: str) -> bool:
    """Say whether this is a warning that delivery goes on, not a failure."""
    if re.search(r"fail|undeliver|returned", subject, re.I):
        return False
    return bool(DELAY.search(subject)) or bool(DELAY.search(text) and not GIVEN_UP.search(DELAY.sub("", text)))


def is_success(subject: str, text: str) -> bool:
    """Say whether this tells of a delivery that succeeded."""
    return bool(SUCCESS.search(subject) or SUCCESS.search(text[:1_500])) and not FAILURE.search(subject + text[:1_500])


def _human_text(message: Message) -> str:
    """Join the plain parts before the returned mail; HTML only where there is no plain text."""
    plains: list[str] = []
    pages: list[str] = []
    for position, leaf in enumerate(message.leaves):
        if leaf.media_type in RETURNED_PARTS or (position and _is_attached_mail(leaf.headers)):
            break
        if leaf.media_type == "text/html":
            pages.append(plain(leaf.text))
        elif leaf.media_type.startswith("text/"):
            plains.append(leaf.text)
    text = "\n".join(plains)
    if len(text.strip()) < 20:
        text = "\n".join([text, *pages])
    if text.lstrip()[:200].lower().startswith(("<html", "<!doctype html")):
        text = plain(text)
    return text[:MAX_PROSE_CHARS]


def _unindented(text: str) -> str:
    """Take the indentation from a returned mail that is set off by it, under a line of its own."""
    first, line_end, rest = text.partition("\n")
    return first + line_end + dedent(rest)


def _is_attached_mail(headers: tuple[tuple[str, str], ...]) -> bool:
    """A part whose own headers are those of a mail: reporters that forget to say message/rfc822."""
    names = {name for name, _ in headers}
    return {"from", "to", "message-id"} <= names or {"received", "message-id"} <= names


def _start_of_returned_mail(text: str) -> int:
    """Return where the returned mail begins, or the length of the text."""
    said = RETURNED_MAIL.search(text)
    header = RETURNED_HEADER.search(text)
    places = [len(text)]
    if said and text[: said.start()].strip():
        places.append(said.start())
    if header:
        places.append(_first_header_line(text, header.start()))
    return min(places)


def _first_header_line(text: str, start: int) -> int:
    """Go back over the header lines that stand directly above."""
    while start > 0:
        previous = text.rfind("\n", 0, start - 1) + 1
        line = text[previous : start - 1]
        if not ANY_HEADER.match(line) or not re.match(r"[A-Za-z]", line):
            break
        start = previous
    return start


def _returned_parts(message: Message) -> tuple[tuple[str, str], ...]:
    for position, leaf in enumerate(message.leaves):
        if leaf.media_type in RETURNED_PARTS:
            return parse_headers(leaf.text.lstrip("\n").partition("\n\n")[0])
        if position and _is_attached_mail(leaf.headers):
            return leaf.headers
    return ()


def _openers(lines: list[str], ours: set[str]) -> list[tuple[int, str]]:
    """Return (line, address) where an address is listed or labelled as a recipient; else where one is merely mentioned."""
    listed: list[tuple[int, str]] = []
    labelled: list[tuple[int, str]] = []
    headed: list[tuple[int, str]] = []
    loose: list[tuple[int, str]] = []
    own: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        for match in ADDRESS.finditer(line[:2_000]):
            address = clean(match.group(0))
            if not address:
                continue
            lead = line[max(0, match.start() - 60) : match.start()]
            if address.casefold() in ours or (is_daemon(address) and CONTACT.search(lead)):
                own.append((number, address))
            elif SENDMAIL_LINE.match(line) or (
                LISTED.match(line) and not re.sub(r"mailto:|smtp:|[\s*>\"'<(\[|#•·-]", "", line[: match.start()])
            ):
                listed.append((number, address))
            elif FORWARDED.search(lead):
                labelled.append((number, address))
            elif CONTACT.search(lead) or CONTACT_AFTER.search(line[match.end() : match.end() + 40]):
                continue
            elif re.fullmatch(r"[ \t]*(?:to|cc)[ \t]*:[^@:]*", line[: match.start()], re.I):
                headed.append((number, address))
            elif LABEL.search(lead):
                labelled.append((number, address))
            else:
                loose.append((number, address))
    own = [(number, address) for number, address in own if not is_daemon(address)]
    return listed or labelled or headed or loose[:1] or own[:1]
