"""Bounces written for people: where the failed addresses stand, what is said of each, and where the returned mail begins."""

from __future__ import annotations

import re
from dataclasses import dataclass

from notices.bounces.addresses import ADDRESS, addresses_in, clean, is_daemon
from notices.bounces.mime import Message, parse_headers, plain

MAX_PROSE_CHARS = 40_000
MAX_PASSAGE_CHARS = 2_000

RETURNED_PARTS = ("message/rfc822", "text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers", "message/global", "message/global-headers", "message/partial")

# Sentences after which reporters put the mail that they return.
RETURNED_MAIL = re.compile(
    r"^[ \t>|*=_#-]*(?:"
    r"(?:this is a |here is a |included is a |below is a |following is a |a )?(?:copy|header|headers|text|contents?|beginning|first part) of (?:the|your)(?: original| returned| undelivered)? (?:message|mail|e-?mail)"
    r"|(?:---+|===+|\*\*\*+|___+|\|---*)\s*(?:below|original|returned|unsent|undelivered|message|your|included|the|forwarded|header|start|begin|attached|copy|transcript of original)\b.{0,80}(?:message|mail|line|header|text|copy)"
    r"|below this line is (?:a|the) |the (?:header|headers|text|body) of the (?:original |returned )?(?:message|mail)|message (?:headers?|text|header) follow|original (?:message|mail)(?: headers?)?(?: follows?| below)?\s*(?:[:.-]|$)"
    r"|(?:unsent|returned|undelivered|your) message (?:below|follows|is below|reads|is attached|header)|-+ ?original message|received: from|included is a copy|message contents follow|.{0,30}(?:headers|message) (?:is|are) (?:shown|included|given|listed|reproduced) below"
    r"|ursprüngliche nachricht|mensaje original|message d'origine|messaggio originale|mensagem original|исходное сообщение|元のメッセージ|原始邮件"
    r")",
    re.I | re.M,
)
RETURNED_HEADER = re.compile(r"^(?:received|return-path|message-id|mime-version|x-original-to|dkim-signature|delivered-to|x-mailer|domainkey-signature)[ \t]*:", re.I | re.M)
ANY_HEADER = re.compile(r"^(?:[A-Za-z][A-Za-z0-9-]{1,40}[ \t]*:|[ \t]+\S)")

FAILURE_SUBJECT = re.compile(
    r"undeliver|un-?delivrable|undelivered|non[- ]?deliver|nondeliver|not (?:be |been |yet )?delivered|deliver\w* (?:status|fail|report|problem|error|notification|has failed|unsuccess|incomplete|delay|attempt|temporar|notice)|fail\w*(?: to)? (?:notice|deliver|mail|message|permanent)|failure notice|"
    r"returned (?:mail|message|e-?mail|to sender)|mail (?:delivery|system|failure|failed|error|returned|could|status|was)|message (?:delivery|undeliver|status|not|could|delayed|rejected|failure|was not|has)|could ?n[o']t (?:be )?(?:deliver|send|sent)|error (?:sending|deliver|in|report)|sending failed|bounce|rejected:|"
    r"loop (?:alert|back|detect)|mail loop|user unknown|unknown (?:user|address|recipient)|invalid (?:recipient|address|user)|mailbox (?:full|unavail)|warning: |delayed|postmaster (?:notify|notice)|problem (?:deliver|with)|unable to deliver|cannot (?:be )?(?:deliver|send)|permanent error|"
    r"unzustellbar|nicht zugestellt|zustell|fehler|no (?:se )?(?:pudo|ha podido|entregad)|no entregad|devuelto|rechazad|error de|correo devuelto|non remis|[eé]chec|non distribu|retourn[eé]|mancat[ao]|non recapitat|consegna|não (?:entregue|foi)|falha|devolvid|"
    r"niet (?:bezorgd|afgeleverd)|onbestelbaar|nie (?:można|dostarczon)|nedoručiteln|недостав|не доставлено|невозможно|возвращ|невозможна|ошибка|配信|配送|送信(?:エラー|できません)|不達|エラー|退信|投递|无法|無法|退回|失败|失敗|반송|실패",
    re.I,
)
DELAY = re.compile(
    r"\b(?:delayed|delay)\b|will (?:continue|keep|be retried|retry)|still (?:trying|be(?:ing)? (?:retried|attempted)|in the queue)|(?:has|have|could) not (?:yet )?been delivered (?:yet|to)|not (?:yet )?been (?:yet )?delivered|do(?:es)? not need to (?:re-?send|resend|take)|warning message only|temporary failure report|no action is required|"
    r"verzögert|se ha retrasado|retard[eé]e?|задержан",
    re.I,
)
GIVEN_UP = re.compile(r"permanent|given up|giving up|gave up|final|not be retried|no further|failed|returned|expired|exceeded|undeliverable", re.I)
SUCCESS = re.compile(
    r"success(?:ful|fully)?\b.{0,60}(?:deliver|relay|sent|expanded)|(?:deliver|relay)\w* (?:success|to (?:the )?(?:following )?(?:recipient|mailbox|destination)\w*(?: was| were)? success)|\((?:relay|success|relayed|delivered)\)|return receipt|has been (?:successfully )?delivered|was (?:successfully )?delivered|entregado (?:correctamente|con éxito)|erfolgreich zugestellt",
    re.I,
)
FAILURE = re.compile(r"fail|error|not (?:be )?deliver|undeliver|unable|could not|cannot|reject|refus|unknown|return", re.I)

LEAD = r"[\s*>\"'<(\[|#•·-]*"
# Sendmail writes "550 5.1.1 <someone@example.com>... User unknown".
SENDMAIL_LINE = re.compile(rf"^[245]\d\d[ -](?:[245]\.\d+\.\d+ +)?<?{ADDRESS.pattern}>?\.\.\. ", re.I)
LISTED = re.compile(rf"^{LEAD}(?:<?(?:mailto:|smtp:|rfc822;)\s*)?{ADDRESS.pattern}", re.I)
LABEL = re.compile(
    r"(?:\b(?:to|recipients?|rcpt to|address(?:es)?|user|for|mailbox|account|deliver\w* (?:to|your message to)|reach|destinatario|destinataire|empfänger|получател\w*|destinatari|destinatário|failed|following|envoy[eé] [aà]|an|para|à|宛先|收件人)|:)\W{0,6}(?:address(?:es)?|recipients?|mail|is|was)?\W{0,6}$",
    re.I,
)
CONTACT = re.compile(r"contact|questions?|assist|help|forward(?:ed)? (?:this|to)|report (?:this|to)|postmaster|administrat|from\W{0,4}$|sender|abuse|support|visit|return-path|by\W{0,3}$|\bid\W{0,3}$|envelope-from|reply|via\W{0,3}$|message-id|write to|delivered-to|連絡|問い合わせ|お問合", re.I)
CONTACT_AFTER = re.compile(r"連絡|問い合わせ|お問合|for (?:help|assist|more)", re.I)


@dataclass(frozen=True, slots=True)
class Prose:
    """The explanation of a bounce: its text, and the headers of the mail that it returns."""

    text: str
    returned: tuple[tuple[str, str], ...]


def read(message: Message) -> Prose:
    """Return the explanation of `message` and the headers of the returned mail."""
    text = _human_text(message)
    cut = _start_of_returned_mail(text)
    returned = _returned_parts(message) or parse_headers(text[cut:])
    return Prose(text=text[:cut], returned=returned)


def original_headers(message: Message) -> tuple[tuple[str, str], ...]:
    """Return the headers of the mail that `message` returns, or none."""
    return read(message).returned


def passages(prose: Prose, *, ours: list[str], known: list[str]) -> dict[str, str]:
    """Return what the explanation says of each failed address: address -> passage, in order.

    `ours` are addresses of the sender, which are no recipients unless nothing else is there; `known` are addresses that a
    header or a field names as failed: when any of them stands in the text, only they count.
    """
    lines = prose.text.split("\n")
    openers = _openers(lines, {one.casefold() for one in ours})
    wanted = {one.casefold() for one in known}
    if wanted & {address.casefold() for _, address in openers}:
        openers = [(line, address) for line, address in openers if address.casefold() in wanted]
    found: dict[str, str] = {}
    names: dict[str, str] = {}
    for position, (start, address) in enumerate(openers):
        following = [line for line, other in openers[position + 1 :] if other.casefold() != address.casefold() and line > start]
        end = following[0] if following else len(lines)
        name = names.setdefault(address.casefold(), address)
        found[name] = (found.get(name, "") + "\n" + "\n".join(lines[start:end]))[:MAX_PASSAGE_CHARS]
    return found


def returned_recipients(prose: Prose) -> list[str]:
    """Return to whom the returned mail was addressed, the envelope's word before the header's."""
    for name in ("x-envelope-to", "envelope-to", "x-rcpt-to", "x-original-to", "x-failed-recipients", "to", "cc", "resent-to", "delivered-to"):
        found = [one for key, value in prose.returned if key == name for one in addresses_in(value)]
        if found:
            return found
    received = " ".join(value for key, value in prose.returned if key == "received")
    match = re.search(r"\bfor <?([^\s<>;]{1,320}@[^\s<>;]{1,255})>?;", received)
    return addresses_in(match.group(1)) if match else []


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
            pages.append(plain(leaf.text[:200_000]))
        elif leaf.media_type.startswith("text/"):
            plains.append(leaf.text)
    text = "\n".join(plains)
    if len(text.strip()) < 20:
        text = "\n".join([text, *pages])
    if text.lstrip()[:200].lower().startswith(("<html", "<!doctype html")):
        text = plain(text[:200_000])
    return text[:MAX_PROSE_CHARS]


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
            elif SENDMAIL_LINE.match(line) or (LISTED.match(line) and not re.sub(r"mailto:|smtp:|[\s*>\"'<(\[|#•·-]", "", line[: match.start()])):
                listed.append((number, address))
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
