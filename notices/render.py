"""The slow and plain way from a template and values to a message: the reference that the fast way must equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from jinja2 import StrictUndefined, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

from casefile.errors import TemplateFaults
from notices import fields
from notices.templates import LanguageVersion, NoticeTemplate, Source, inline_styles

_STRICT = SandboxedEnvironment(
    autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=StrictUndefined
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one person reads: subject, preheader and the two bodies."""

    language: str
    subject: str
    preheader: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a message carries beside its words; the same for every attempt of one notice, except `sent_at`."""

    recipient: str
    recipient_name: str
    message_id: str
    """With its angle brackets."""
    return_path: str
    sent_at: datetime
    feedback_id: str = ""
    unsubscribe_url: str = ""


def render(version: LanguageVersion, values: Mapping[str, str]) -> Rendered:
    """Render a language version; `values` are raw, every field that the version names must be there.

    Raises `TemplateFaults` naming file and line of a field without a value.
    """
    cleaned = {name: fields.clean(name, value) for name, value in values.items() if name in fields.FIELDS}
    preheader = _fill(version.preheader, cleaned, fields.line, version.preheader.text.strip())
    everything = {**cleaned, "preheader": preheader}
    return Rendered(
        language=version.language,
        subject=fields.for_header(_fill(version.subject, everything, fields.for_header, version.subject.text.strip())),
        preheader=preheader,
        text=_fill(version.text, everything, str, version.text.text),
        html=_fill(version.html, everything, fields.for_html, inline_styles(version.html.text)),
    )


def message(template: NoticeTemplate, version: LanguageVersion, rendered: Rendered, envelope: Envelope) -> EmailMessage:
    """Build the whole message with the standard library."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(fields.for_header(template.sender_name), addr_spec=template.sender_address)
    mail["To"] = Address(fields.for_header(envelope.recipient_name), addr_spec=envelope.recipient)
    mail["Reply-To"] = Address(addr_spec=template.reply_to)
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(envelope.sent_at)
    mail["Message-ID"] = envelope.message_id
    for name, value in extra_headers(template, envelope):
        mail[name] = value
    mail.set_content(rendered.text, subtype="plain", charset="utf-8", cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", charset="utf-8", cte="quoted-printable")
    mail["Content-Language"] = version.language  # set_content clears every Content- header
    return mail


def extra_headers(template: NoticeTemplate, envelope: Envelope) -> list[tuple[str, str]]:
    """Return the headers that mailbox providers read.

    Auto-Submitted: RFC 3834. List-Unsubscribe with List-Unsubscribe-Post: RFC 8058. Feedback-ID: Google's guidelines.
    """
    found = [("Auto-Submitted", "auto-generated")]
    if envelope.feedback_id:
        found.append(("Feedback-ID", envelope.feedback_id))
    if template.unsubscribable and (url := fields.address(envelope.unsubscribe_url)):
        found.append(("List-Unsubscribe", f"<{url}>"))
        found.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return found


def _fill(source: Source, cleaned: Mapping[str, str], escape: Callable[[str], str], text: str) -> str:
    escaped = {name: escape(value) for name, value in cleaned.items()}
    try:
        return _STRICT.from_string(text).render(escaped)
    except UndefinedError as error:
        name = next((name for name in sorted(source.names) if name not in cleaned), "a field")
        number = next((i for i, row in enumerate(source.text.split("\n"), 1) if name in row), 1)
        raise TemplateFaults(f"{source.file}:{number}: there is no value for {name}") from error
