"""From a notice kind's folder to what is approved and back: the content that a campaign stores, and the press that prints it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casefile import codes, keys
from casefile.case_folder import CaseFolder
from casefile.ledger import Leased
from notices import return_path
from notices.render import Envelope
from notices.skeleton import Press
from notices.templates import NoticeTemplate, Part, build_kind, read_kind
from notices.values import case_values

VERSION = 1
"""Version of the content's shape, so that a stored campaign can always be printed again."""


def template_of_folder(case: CaseFolder, kind: str) -> NoticeTemplate:
    """Read a notice kind from the case's folder; raises `TemplateFaults`."""
    sender = {
        "sender_name": case.mail.sender_name,
        "sender_address": case.mail.sender_address,
        "reply_to": case.mail.reply_to,
    }
    return read_kind(case.notices_path / kind, languages=case.languages, sender=sender)


def content_of(template: NoticeTemplate, case: CaseFolder, *, site_url: str) -> dict[str, Any]:
    """Return everything that a campaign says, frozen: sender, texts and the case's values in every language."""
    return {
        "version": VERSION,
        "kind": template.kind,
        "languages": list(template.languages),
        "sender_name": template.sender_name,
        "sender_address": template.sender_address,
        "reply_to": template.reply_to,
        "unsubscribable": template.unsubscribable,
        "bounce_domain": case.mail.bounce_domain,
        "site_url": site_url,
        "slug": case.slug,
        "sources": {
            f"{language}/{part.value}": source.text
            for language, version in template.languages.items()
            for part, source in zip(Part, version.parts, strict=True)
        },
        "values": {language: case_values(case, language=language, site_url=site_url) for language in template.languages},
    }


def template_of_content(content: Mapping[str, Any]) -> NoticeTemplate:
    """Return the template that a campaign stored."""
    return build_kind(
        kind=content["kind"],
        sources=content["sources"],
        languages=tuple(content["languages"]),
        sender_name=content["sender_name"],
        sender_address=content["sender_address"],
        reply_to=content["reply_to"],
        unsubscribable=content["unsubscribable"],
    )


@dataclass(frozen=True, slots=True)
class CaseKeys:
    """The case's keys that notices need: for PINs, for return paths, for unsubscribe links."""

    pin: bytes
    return_path: bytes
    unsubscribe: bytes


def case_keys(installation: bytes, *, case_id: uuid.UUID) -> CaseKeys:
    """Derive a case's keys; the purpose `pin` is the one that the claim form checks against."""
    return CaseKeys(
        *(keys.case_key(installation, case_id=case_id, purpose=name) for name in ("pin", "return-path", "unsubscribe"))
    )


@dataclass(frozen=True, slots=True)
class Printed:
    """One message ready for a transport."""

    sender: str
    recipient: str
    octets: bytes


class Printer:
    """Prints the notices of one campaign, from its stored content and each notice's stored values."""

    def __init__(self, content: Mapping[str, Any], case_keys: CaseKeys) -> None:
        self.content = content
        self.keys = case_keys
        self.press = Press(template_of_content(content), content["values"])
        self._message_domain = content["sender_address"].partition("@")[2]
        self._feedback_id = f"{content['kind']}:{content['slug']}:redress"

    def print(self, notice: Leased, *, sent_at: Any) -> Printed:
        """Print one notice; the same notice, attempt and time give the same octets, which is how a proof is checked."""
        values = self.values(notice)
        envelope = Envelope(
            recipient=notice.address,
            recipient_name=values["full_name"],
            message_id=f"<{notice.id.hex}@{self._message_domain}>",
            return_path=return_path.make(
                self.keys.return_path, notice_id=notice.id, attempt=notice.attempt, domain=self.content["bounce_domain"]
            ),
            sent_at=sent_at,
            feedback_id=self._feedback_id,
            unsubscribe_url=values["unsubscribe_url"],
        )
        head, body = self.press.message(notice.language, values, envelope)
        return Printed(envelope.return_path, notice.address, head + body)

    def values(self, notice: Leased) -> dict[str, str]:
        """Return the values of a notice's member and claim as the template prints them; the PIN is derived here and only here."""
        values = {"full_name": "", "first_name": "", "shop_name": "", "unsubscribe_url": "", "notice_id": "", "pin": ""}
        values |= {name: str(value) for name, value in notice.fields.items()}
        counter = values.pop("pin_counter", "")
        if notice.member_id is not None and counter:
            digits = keys.pin(self.keys.pin, member_id=notice.member_id, counter=int(counter))
            values |= {"pin": f"{digits[:3]} {digits[3:]}", "notice_id": codes.spaced(values["notice_id"])}
        if self.content["unsubscribable"]:
            token = return_path.unsubscribe_token(self.keys.unsubscribe, notice_id=notice.id)
            values["unsubscribe_url"] = f"{self.content['site_url']}/{notice.language}/unsubscribe/{token}"
        return values
