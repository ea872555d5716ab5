"""The fast way from a template to a message: rendered once per language and branch into octets with gaps for the values."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from notices import fields, headers
from notices.fields import FIELDS, Scope
from notices.render import Envelope, extra_headers
from notices.templates import Branch, LanguageVersion, Node, NoticeTemplate, Slot

SOFT_BREAK = b"=\r\n"
"""A line break that quoted-printable decoding removes (RFC 2045, section 6.7): before and after a value it keeps lines short."""

_SHORT = 73
"""A value up to this length fits on a line of its own between two soft breaks (76 octets at most)."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """One language and branch as octets: the body's pieces alternate with the gaps' names."""

    head: bytes
    """From, Reply-To, Content-Language and the other headers that are the same for everyone."""
    subject: tuple[str | Slot, ...]
    body: tuple[bytes, ...]
    gaps: tuple[tuple[str, bool], ...]
    """Field and whether it lands in HTML; `body[i]` stands before `gaps[i]`, the last piece after all of them."""


class Press:
    """Prints one notice kind of one case; keeps a skeleton per language and branch that occurred."""

    def __init__(self, template: NoticeTemplate, case_values: Mapping[str, Mapping[str, str]]) -> None:
        """`case_values` are the case's values per language (`notices.values.case_values`)."""
        self.template = template
        self.case_values = case_values
        self._skeletons: dict[tuple[str, frozenset[str]], Skeleton] = {}
        self._asked = {
            language: tuple(name for name in version.conditions if FIELDS[name].scope is not Scope.CASE)
            for language, version in template.languages.items()
        }

    def message(self, language: str, values: Mapping[str, str], envelope: Envelope) -> tuple[bytes, bytes]:
        """Return header (with its empty line) and body of one message; `values` are the member's and the claim's, raw.

        Raises `KeyError` for a field without a value, which is a fault of the template and stops the campaign.
        """
        version = self.template.version(language)
        clean = {name: fields.clean(name, value) for name, value in values.items()}
        filled = frozenset(name for name in self._asked[version.language] if clean[name])
        skeleton = self._skeletons.get((version.language, filled)) or self._cast(version, filled)
        return self._header(skeleton, clean, envelope), _body(skeleton, clean)

    def _cast(self, version: LanguageVersion, filled: frozenset[str]) -> Skeleton:
        skeleton = cast(self.template, version, self.case_values[version.language], filled)
        self._skeletons[version.language, filled] = skeleton
        return skeleton

    def _header(self, skeleton: Skeleton, clean: Mapping[str, str], envelope: Envelope) -> bytes:
        subject = fields.for_header("".join(part if isinstance(part, str) else clean[part.name] for part in skeleton.subject))
        rows = [
            headers.mailbox("To", fields.for_header(fields.line(envelope.recipient_name)), envelope.recipient),
            headers.text("Subject", subject),
            f"Date: {headers.date(envelope.sent_at)}\r\nMessage-ID: {envelope.message_id}\r\n".encode(),
            *(f"{name}: {value}\r\n".encode() for name, value in extra_headers(self.template, envelope)),
            skeleton.head,
        ]
        return b"".join(rows)


def cast(template: NoticeTemplate, version: LanguageVersion, case_values: Mapping[str, str], filled: frozenset[str]) -> Skeleton:
    """Render a language version for the branch in which exactly the fields `filled` have values beside the case's."""
    case = {name: fields.clean(name, value) for name, value in case_values.items() if name in FIELDS}
    case["preheader"] = fields.line("".join(_static(version.preheader.nodes, case)))
    subject = tuple(_merge(_walk(version.subject.nodes, case, filled, fields.for_header)))
    text = tuple(_merge(_walk(version.text.nodes, case, filled, str)))
    page = tuple(_merge(_walk(version.html.nodes, case, filled, fields.for_html)))
    boundary = "=_redress_" + hashlib.sha256(repr((text, page)).encode()).hexdigest()[:16]
    pieces, gaps = _multipart(_ended(text), _ended(page), boundary)
    return Skeleton(head=_head(template, version, boundary), subject=subject, body=pieces, gaps=gaps)


def _head(template: NoticeTemplate, version: LanguageVersion, boundary: str) -> bytes:
    return b"".join(
        [
            headers.mailbox("From", fields.for_header(fields.line(template.sender_name)), template.sender_address),
            headers.mailbox("Reply-To", "", template.reply_to),
            f"Content-Language: {version.language}\r\nMIME-Version: 1.0\r\n".encode(),
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode(),
        ]
    )


def _walk(
    nodes: tuple[Node, ...], case: Mapping[str, str], filled: frozenset[str], escape: Callable[[str], str]
) -> Iterator[str | Slot]:
    """Yield the texts and the gaps of one branch; the case's own values become text."""
    for node in nodes:
        if isinstance(node, Branch):
            known = bool(case[node.name]) if node.name in case else node.name in filled
            yield from _walk(node.filled if known else node.empty, case, filled, escape)
        elif isinstance(node, Slot) and node.name in case:
            yield escape(case[node.name])
        else:
            yield node


def _static(nodes: tuple[Node, ...], case: Mapping[str, str]) -> Iterator[str]:
    for part in _walk(nodes, case, frozenset(), str):
        assert isinstance(part, str), "a preheader holds the case's fields only"
        yield part


def _merge(parts: Iterator[str | Slot]) -> Iterator[str | Slot]:
    """Join neighbouring texts."""
    held = ""
    for part in parts:
        if isinstance(part, str):
            held += part
            continue
        if held:
            yield held
        held = ""
        yield part
    if held:
        yield held


def _ended(parts: tuple[str | Slot, ...]) -> tuple[str | Slot, ...]:
    """Return the parts with a newline at the end, as `EmailMessage.set_content` puts one."""
    if parts and isinstance(parts[-1], str):
        return parts if parts[-1].endswith("\n") else (*parts[:-1], parts[-1] + "\n")
    return (*parts, "\n")


def _multipart(
    text: tuple[str | Slot, ...], page: tuple[str | Slot, ...], boundary: str
) -> tuple[tuple[bytes, ...], tuple[tuple[str, bool], ...]]:
    pieces: list[bytes] = [_part_head(boundary, "plain")]
    gaps: list[tuple[str, bool]] = []
    _lay(text, False, pieces, gaps)
    pieces[-1] += b"\r\n" + _part_head(boundary, "html")
    _lay(page, True, pieces, gaps)
    pieces[-1] += f"\r\n--{boundary}--\r\n".encode()
    return tuple(map(_undotted, pieces)), tuple(gaps)


def _part_head(boundary: str, subtype: str) -> bytes:
    return (
        f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    ).encode()


def _lay(parts: tuple[str | Slot, ...], in_html: bool, pieces: list[bytes], gaps: list[tuple[str, bool]]) -> None:
    """Append encoded texts and gaps; a gap stands between soft breaks unless a line ends there anyway."""
    for part in parts:
        if isinstance(part, Slot):
            if not pieces[-1].endswith(b"\n"):
                pieces[-1] += SOFT_BREAK
            gaps.append((part.name, in_html))
            pieces.append(b"")
        else:
            after_gap = bool(gaps) and pieces[-1] == b""
            pieces[-1] += (SOFT_BREAK if after_gap and not part.startswith("\n") else b"") + quoted(part)


def quoted(value: str) -> bytes:
    """Return text as quoted-printable with CRLF line ends (RFC 2045, section 6.7); a soft break fits behind its last line."""
    octets = binascii.b2a_qp(value.encode(), istext=True).replace(b"\n", b"\r\n")
    last = len(octets) - octets.rfind(b"\n") - 1
    if last <= 75:
        return octets
    cut = len(octets) - 10
    while b"=" in octets[cut - 2 : cut]:  # never between = and its two digits
        cut -= 1
    return octets[:cut] + SOFT_BREAK + octets[cut:]


def _undotted(piece: bytes) -> bytes:
    """Return a piece of quoted-printable in which no line begins with a dot, so that a message needs no stuffing (RFC 5321)."""
    lines = piece.split(b"\r\n")
    done = lines[:1]
    for line in lines[1:]:
        rest = line
        while rest.startswith(b"."):
            rest = b"=2E" + rest[1:]
            if len(rest) <= 76:
                break
            cut = 72
            while b"=" in rest[cut - 2 : cut]:  # never between = and its two digits
                cut -= 1
            done.append(rest[:cut] + b"=")
            rest = rest[cut:]
        done.append(rest)
    return b"\r\n".join(done)


def _body(skeleton: Skeleton, clean: Mapping[str, str]) -> bytes:
    rows = [skeleton.body[0]]
    for (name, in_html), piece in zip(skeleton.gaps, skeleton.body[1:], strict=True):
        value = fields.for_html(clean[name]) if in_html else clean[name]
        plain = len(value) <= _SHORT and value.isascii() and "=" not in value and "\n" not in value
        rows.append(value.encode() if plain else quoted(value))
        rows.append(piece)
    return b"".join(rows)
