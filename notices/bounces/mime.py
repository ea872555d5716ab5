"""Bytes from strangers split into headers and parts: linear in time, bounded in depth, never an exception.

The parser of the standard library recurses once per nested part and reads parameters in quadratic time; what arrives at a
bounce address is anybody's, so this module does the little that a report needs and nothing else.
"""

from __future__ import annotations

import binascii
import html
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header

MAX_MESSAGE_BYTES = 1_000_000
"""A report's own parts stand before the mail that it returns; what follows the first megabyte is that mail."""
MAX_DEPTH = 8
MAX_PARTS = 60
MAX_HEADERS = 400
MAX_HEADER_CHARS = 8_000
MAX_WORDS = 200

# Codecs such as "punycode", "unicode_escape" or "zlib" must not be chosen by a stranger.
CHARSET = re.compile(
    r"utf-?8|us-ascii|ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|cp\d{3}|iso-2022-(?:jp|kr)(?:-\w+)?"
    r"|shift[_-]jis|euc[_-](?:jp|kr)|gb2312|gbk|gb18030|big5|koi8-[ru]"
)
HEADER = re.compile(r"([A-Za-z][A-Za-z0-9_-]{0,70})[ \t]*:[ \t]*(.*)", re.S)
PARAMETER = r"""[;\s]\s*{name}\s*=\s*(?:"([^"]{{1,200}})"|'([^']{{1,200}})'|([^;\s"]{{1,200}}))"""
BOUNDARY = re.compile(PARAMETER.format(name="boundary"), re.I)
CHARSET_PARAMETER = re.compile(PARAMETER.format(name="charset"), re.I)
TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,2000}>")
HIDDEN = (("<!--", "-->"), ("<style", "</style>"), ("<script", "</script>"), ("<head", "</head>"))
MAX_PAGE_CHARS = 200_000
BREAK = re.compile(r"<(?:br|/p|/div|/tr|/h\d|/li|p)\b[^<>]{0,500}>", re.I)


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf: its headers in order as (lower-case name, unfolded value), its media type and its decoded text."""

    headers: tuple[tuple[str, str], ...]
    media_type: str
    text: str

    def header(self, name: str) -> str:
        """Return the first header `name` (lower case), decoded, or ""."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        """Return every header `name` (lower case)."""
        return [value for key, value in self.headers if key == name]


@dataclass(frozen=True, slots=True)
class Message:
    """A message: the outer headers as a `Part` whose text is the whole body, and the leaves in their order."""

    top: Part
    leaves: tuple[Part, ...] = field(default=())

    def of_type(self, *media_types: str) -> Iterator[Part]:
        """Yield the leaves of the given media types."""
        return (leaf for leaf in self.leaves if leaf.media_type in media_types)


def parse(raw: bytes) -> Message:
    """Split `raw` (at most its first megabyte) into leaves; attached messages stay whole, as one leaf each."""
    source = raw[:MAX_MESSAGE_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\0", b"")
    head, body = _split(_without_envelope(source))
    top = _part(head, body)
    leaves: list[Part] = []
    _collect(head, body, 0, leaves)
    return Message(top=top, leaves=tuple(leaves))


def parse_headers(text: str, *, words: bool = True) -> tuple[tuple[str, str], ...]:
    """Return the headers of `text` as (lower-case name, unfolded value), in order; `words` decodes RFC 2047; skip other lines."""
    found: list[tuple[str, str]] = []
    for line in re.sub(r"\n[ \t]+", " ", text).split("\n")[:MAX_HEADERS]:
        match = HEADER.match(line[:MAX_HEADER_CHARS])
        if match:
            value = match.group(2).strip()
            found.append((match.group(1).lower(), _decoded_words(value) if words else value))
    return tuple(found)


def plain(text: str) -> str:
    """Return the text of an HTML page, one line per block."""
    page = text[:MAX_PAGE_CHARS]
    for start, end in HIDDEN:
        page = _without(page, start, end)
    return html.unescape(TAG.sub("", BREAK.sub("\n", page)))


def _without(page: str, start: str, end: str) -> str:
    """Drop everything between `start` and `end`, in one walk."""
    folded, kept, position = page.lower(), [], 0
    if len(folded) != len(page):
        return page
    while (opening := folded.find(start, position)) >= 0 and (closing := folded.find(end, opening)) >= 0:
        kept.append(page[position:opening])
        position = closing + len(end)
    return "".join([*kept, page[position:]])


def _without_envelope(source: bytes) -> bytes:
    """Drop blank lines and the mbox "From " line before the headers."""
    source = source.lstrip(b"\n \t")
    while source.startswith((b"From ", b">From ")):
        source = source.partition(b"\n")[2]
    return source


def _split(source: bytes) -> tuple[bytes, bytes]:
    if source.startswith(b"\n"):
        return b"", source[1:]
    head, _, body = source.partition(b"\n\n")
    # Some writers fold a header without the blank that a continuation line begins with.
    return re.sub(rb";[ \t]*\n(?=[A-Za-z-]{2,20}=)", b"; ", head), body


def _part(head: bytes, body: bytes) -> Part:
    headers = parse_headers(decoded(head, ""))
    content_type = next((value for key, value in headers if key == "content-type"), "")[:2_000]
    encoding = next((value for key, value in headers if key == "content-transfer-encoding"), "")
    media_type = re.split(r"[;\s]", content_type.strip().lower(), maxsplit=1)[0] or "text/plain"
    if media_type == "text":
        media_type = "text/plain"
    text = decoded(_transfer_decoded(body, encoding), _parameter(CHARSET_PARAMETER, content_type))
    return Part(headers=headers, media_type=media_type, text=text)


def _collect(head: bytes, body: bytes, depth: int, leaves: list[Part]) -> None:
    if len(leaves) >= MAX_PARTS:
        return
    content_type = _raw_header(head, b"content-type")
    boundary = _parameter(BOUNDARY, content_type)
    if not (content_type.lower().lstrip().startswith("multipart/") and boundary) or depth >= MAX_DEPTH:
        leaves.append(_part(head, body))
        return
    pieces = _pieces(body, boundary)
    if len(pieces) == 1 and not pieces[0].strip():
        return
    if len(pieces) > 1 and b"@" not in pieces[0]:
        # A preamble is no text of the report, unless a reporter put the report there.
        del pieces[0]
    for piece in pieces[: MAX_PARTS + 1]:
        inner_head, inner_body = _split(piece) if _has_headers(piece) else (b"", piece)
        if inner_head or inner_body.strip():
            _collect(inner_head, inner_body, depth + 1, leaves)


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    """Split at the delimiter lines; some reporters indent them."""
    mark = re.compile(rb"^[ \t]{0,2}--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(?:--)?[ \t]*$\n?", re.M)
    return mark.split(body)


def _has_headers(piece: bytes) -> bool:
    return piece.startswith(b"\n") or bool(re.match(rb"[ \t]*[A-Za-z][A-Za-z0-9-]{1,70}[ \t]*:", piece))


def _raw_header(head: bytes, name: bytes) -> str:
    match = re.search(rb"^" + name + rb"[ \t]*:([^\n]{0,2000}(?:\n[ \t][^\n]{0,2000}){0,20})", head, re.I | re.M)
    return match.group(1).decode("latin-1").replace("\n", " ") if match else ""


def _parameter(pattern: re.Pattern[str], content_type: str) -> str:
    match = pattern.search(content_type)
    return next((group for group in match.groups() if group), "").strip() if match else ""


def _transfer_decoded(body: bytes, encoding: str) -> bytes:
    name = encoding.strip().lower()
    if name.startswith("quoted-printable"):
        return quopri.decodestring(body)
    if name.startswith("base64"):
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        try:
            return binascii.a2b_base64(letters[: len(letters) // 4 * 4] + _base64_tail(letters))
        except binascii.Error:
            return body
    return body


def _base64_tail(letters: bytes) -> bytes:
    tail = letters[len(letters) // 4 * 4 :]
    return tail + b"=" * (4 - len(tail)) if len(tail) > 1 else b""


def decoded(raw: bytes, charset: str) -> str:
    """Decode with the named charset where it is a harmless one and fits, else as UTF-8, EUC-JP or Latin-1."""
    name = charset.strip().lower()
    if not name and b"\x1b$" in raw:
        name = "iso-2022-jp"
    tries = [name] if CHARSET.fullmatch(name) else []
    tries.append("utf-8")
    if raw.count(b"\xa4") > 3:
        tries.append("euc-jp")
    for one in tries:
        try:
            return raw.decode(one)
        except (UnicodeError, LookupError):
            continue
    return raw.decode("latin-1")


def _decoded_words(value: str) -> str:
    """Decode RFC 2047 words; a word that does not decode stays as it was."""
    if "=?" not in value or value.count("=?") > MAX_WORDS:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, binascii.Error, ValueError):
        return value
    return "".join(piece if isinstance(piece, str) else decoded(piece, charset or "") for piece, charset in pieces)
