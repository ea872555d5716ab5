"""One person's proof: the notice as it was sent, every attempt with the server's reply, and whatever came back."""

from __future__ import annotations

import datetime
import email
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from casefile import cases, codes, notice_history
from casefile.case_folder import CaseFolder
from casefile.notice_history import History, OneNotice
from casefile.tables.mail import Attempt
from casefile.words import NoticeStatus
from notices import typesetting
from notices.campaign import CaseKeys, Printer
from notices.reach import EVENTS, head_of, moment
from notices.sending import Desk

STATUSES: dict[NoticeStatus, str] = {
    NoticeStatus.PLANNED: "waiting to be sent",
    NoticeStatus.EXCLUDED: "not sent",
    NoticeStatus.READY: "waiting to be sent again",
    NoticeStatus.LEASED: "being sent",
    NoticeStatus.TRANSMITTING: "being sent",
    NoticeStatus.ACCEPTED: "accepted by the receiving server, and not returned",
    NoticeStatus.DEFERRED: "put off by the receiving server, to be tried again",
    NoticeStatus.REJECTED: "refused by the receiving server",
    NoticeStatus.IN_DOUBT: "in doubt: handed over, the answer was not seen",
    NoticeStatus.DELIVERED: "reported as delivered, and not returned",
    NoticeStatus.BOUNCED_HARD: "returned: the address is bad",
    NoticeStatus.BOUNCED_SOFT: "returned for another reason",
    NoticeStatus.EXPIRED: "given up: it could not be delivered in time",
    NoticeStatus.CANCELLED: "taken back before sending",
}
"""How a proof says where a notice stands."""


@dataclass(frozen=True, slots=True)
class Reprint:
    """The message of one attempt, printed again from what was stored."""

    octets: bytes
    agrees: bool | None
    """Whether its SHA-256 is the one that the sender wrote down; None when the sender was lost before it could."""
    secrets: tuple[str, ...]
    """The PIN and the personal link in it: whoever reads a filed proof must not be able to use them."""

    @property
    def said(self) -> str:
        """What the proof says about it."""
        if self.agrees is None:
            return "printed again from the record; the sender left no hash to compare"
        if self.agrees:
            return "the same octets as were sent: the SHA-256 agrees"
        return "NOT the octets that were sent: the SHA-256 differs, so the text below is not proved"


@dataclass(frozen=True, slots=True)
class Proof:
    """A member's history with the messages themselves: by notice, then by attempt number."""

    case: CaseFolder
    at: datetime.datetime
    history: History
    messages: dict[tuple[int, int], Reprint]
    """(place of the notice in the history, attempt number) -> its message."""


def of_member(desk: Desk, *, member: str) -> Proof:
    """Return the proof for the member with this notice ID or key. Raises `NotFound`."""
    with desk.open_case() as session:
        case = cases.folder_of(cases.get(session, case_id=desk.case_id))
        found = notice_history.find_member(session, given=member)
        history = notice_history.of_member(session, member_id=found.id)
    messages = {
        (place, attempt.number): reprint(desk.keys, one, attempt)
        for place, one in enumerate(history.notices)
        for attempt in one.attempts
    }
    return Proof(case, datetime.datetime.now(datetime.UTC), history, messages)


def reprint(keys: CaseKeys, one: OneNotice, attempt: Attempt) -> Reprint:
    """Print the message of an attempt again: same notice, number and time give the same octets (before the DKIM signature)."""
    printer, notice, kept = Printer(one.campaign.content, keys), one.as_leased(attempt.number), attempt.message_sha256
    octets = printer.print(notice, sent_at=attempt.started_at).octets
    values = printer.values(notice)
    return Reprint(
        octets,
        agrees=None if kept is None else hashlib.sha256(octets).digest() == bytes(kept),
        secrets=(values["pin"], values["unsubscribe_url"]),
    )


def write(proof: Proof, *, folder: Path) -> list[Path]:
    """Write `proof.pdf`, `proof.json` and each message as .eml into `folder`; return what was written.

    The PDF and the JSON file hide the PIN, so that they can be filed; the messages are as they were sent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = as_data(proof)
    written = [folder / "proof.pdf", folder / "proof.json"]
    typesetting.write(written[0], typesetting.pdf("proof", data, at=proof.at))
    typesetting.write(written[1], json.dumps(data, ensure_ascii=False, indent=1).encode())
    for (place, number), message in proof.messages.items():
        written.append(folder / f"notice-{place + 1}-attempt-{number}.eml")
        typesetting.write(written[-1], message.octets)
    return written


def as_data(proof: Proof) -> dict[str, Any]:
    """Return the proof as plain values, in the words that the paper prints, without the PIN."""
    member = proof.history.member
    return {
        **head_of(proof.case, at=proof.at),
        "notice_id": codes.spaced(member.notice_id),
        "name": member.full_name or " ".join(filter(None, (member.given_name, member.family_name))) or "not known",
        "notices": [_notice(proof, place) for place in range(len(proof.history.notices))],
        "posted": [
            (f"File {file.number}", moment(file.made_at, proof.case), _returned(row.returned_at, proof.case))
            for file, row in proof.history.posted
        ],
    }


def _notice(proof: Proof, place: int) -> dict[str, Any]:
    one, case = proof.history.notices[place], proof.case
    last = next((proof.messages[place, attempt.number] for attempt in reversed(one.attempts)), None)
    return {
        "kind": one.notice.kind.replace("_", " "),
        "mailing": one.campaign.name,
        "approval_sha256": one.campaign.approval_sha256 or "",
        "address": one.notice.address or "no e-mail address",
        "status": STATUSES[one.notice.status] + (f" ({one.notice.reason.replace('_', ' ')})" if one.notice.reason else ""),
        "message_id": f"{one.notice.id.hex}@{one.campaign.content['sender_address'].partition('@')[2]}" if last else "",
        "attempts": [
            {
                "number": attempt.number,
                "started": moment_seconds(attempt.started_at),
                "ended": moment_seconds(attempt.ended_at),
                "outcome": attempt.outcome.value.replace("_", " "),
                "reply": " ".join(filter(None, (str(attempt.code or ""), attempt.enhanced, attempt.reply))),
                "message_sha256": bytes(attempt.message_sha256 or b"").hex(),
                "message": proof.messages[place, attempt.number].said,
            }
            for attempt in one.attempts
        ],
        "events": [
            {
                "at": moment_seconds(event.occurred_at),
                "what": EVENTS[event.kind.value],
                "detail": " ".join(filter(None, (event.code, event.diagnostic))),
                "source": event.source.partition(":")[0],
            }
            for event in one.events
        ],
        **(_as_read(last) if last else {"subject": "", "sender": "", "text": []}),
        "planned": moment(one.campaign.created_at, case),
    }


def moment_seconds(at: datetime.datetime) -> str:
    """Return a moment of an attempt to the second, in UTC, as servers' logs say it."""
    return f"{at.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"


def _returned(at: datetime.datetime | None, case: CaseFolder) -> str:
    return f"returned by the post on {moment(at, case)}" if at else "not returned"


def _as_read(message: Reprint) -> dict[str, Any]:
    parsed = email.message_from_bytes(message.octets, policy=default)
    return {
        "subject": str(parsed["Subject"]),
        "sender": str(parsed["From"]),
        "text": _text(parsed, hide=message.secrets).splitlines(),
    }


def _text(parsed: EmailMessage, *, hide: tuple[str, ...]) -> str:
    body = parsed.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    for secret in filter(None, hide):
        text = text.replace(secret, "[hidden]")
    return text


def lines(proof: Proof) -> Iterator[str]:
    """Yield the proof as lines for the terminal."""
    data = as_data(proof)
    yield f"Notice ID {data['notice_id']}: {data['name']}"
    for notice in data["notices"]:
        yield f'{notice["kind"]} of "{notice["mailing"]}" to {notice["address"]}: {notice["status"]}'
        for attempt in notice["attempts"]:
            yield f"  attempt {attempt['number']}, {attempt['started']}: {attempt['outcome']}; {attempt['reply']}"
            yield f"    message: {attempt['message']}"
        for event in notice["events"]:
            yield f"  {event['at']}: {event['what']} {event['detail']}".rstrip()
    for name, made, returned in data["posted"]:
        yield f"by post: {name.lower()}, {made}; {returned}"
    if not data["notices"] and not data["posted"]:
        yield "Nothing was sent to this member."
