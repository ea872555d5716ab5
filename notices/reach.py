"""The reach report: how much of the class was reached, as data, as an annex of every member, as a paper for the court."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from casefile import cases, class_reach, member_results
from casefile.case_folder import CaseFolder
from casefile.class_reach import ClassReach
from casefile.mailings import Mailing
from casefile.member_results import Result
from notices import typesetting, values
from notices.sending import Desk

LABELS: dict[str, str] = {
    Result.ACCEPTED: "Accepted by the receiving server and not returned",
    Result.IN_DOUBT: "In doubt: handed over, the answer was not seen",
    Result.WAITING: "Waiting to be sent or tried again",
    Result.BAD_ADDRESS: "Returned or refused: the address is bad",
    Result.RETURNED: "Returned or refused for another reason",
    Result.REFUSED: "Refused because of the sender, not the address",
    Result.EXPIRED: "Could not be delivered within five days",
    Result.EXCLUDED: "Not sent: had left the class",
    Result.NO_ADDRESS: "Not sent: no e-mail address is known",
    Result.INVALID: "Not sent: the e-mail address is not valid",
    Result.SUPPRESSED: "Not sent: the address was known to be bad",
    Result.DUPLICATE_ADDRESS: "Not sent: shares the address of a member who was written to",
    Result.CANCELLED: "Not sent: taken back before sending",
    Result.NO_MAILING: "Not in a mailing yet",
}
"""How a report says each result."""

EVENTS: dict[str, str] = {
    "confirmed": "Acceptance shown by later evidence",
    "delivered": "Reported as delivered to the mailbox",
    "delayed": "Reported as delayed",
    "bounced_hard": "Returned: the address is bad",
    "bounced_soft": "Returned for another reason",
    "bounced_policy": "Returned because of the sender",
    "complaint": "Complaint about unwanted mail",
    "auto_reply": "Automatic reply",
    "unsubscribed": "Asked for no more reminders",
    "clicked": "Opened a link",
    "resend": "Sent again after doubt",
    "expired": "Left undelivered by decision",
    "cancelled": "Taken back",
}
"""How a report says each delivery event."""

PROVIDERS = {
    "google": "Google",
    "yahoo": "Yahoo and AOL",
    "microsoft": "Microsoft",
    "apple": "Apple",
    "comcast": "Comcast",
    "default": "All others",
}
"""Names of the largest receiving systems."""

DEMONSTRATION = "This is a demonstration: the people, the money and the settlement in this paper are not real."

METHOD = (
    "A member counts as reached when at least one class notice to the member was accepted by the receiving mail server and has "
    "not been returned by the time of this report. Persons are counted, not messages. Reminders and receipts do not count.",
    "A later return outweighs an earlier acceptance, whenever it is read. Figures can therefore change after this report.",
    "A refusal because of the sender (RFC 3463, codes X.7.x) says nothing about the address; such a member is not counted as "
    "reached, and the address stays in use.",
    "Members who share one e-mail address are written to once at it; only the member whom that message names counts as reached.",
    "A member who was merged into another after a mailing counts once, with the best result of both.",
    "A postal notice counts from the day on which its file was made until the post brings it back. Post that never comes back "
    "is not proof of receipt.",
    "All figures come from one snapshot of the case's database.",
)
"""What the figures mean and do not mean."""


@dataclass(frozen=True, slots=True)
class Written:
    """The three files of one report and what they say."""

    found: ClassReach
    paper: Path
    annex: Path
    data: Path


def write(desk: Desk, *, folder: Path) -> Written:
    """Write `reach.pdf`, `reach-annex.csv` and `reach.json` into `folder`, all from one snapshot."""
    folder.mkdir(parents=True, exist_ok=True)
    annex = folder / "reach-annex.csv"
    with class_reach.open_snapshot(desk.engine, case_id=desk.case_id, actor=desk.actor) as session:
        case = cases.folder_of(cases.get(session, case_id=desk.case_id))
        found = class_reach.gather(session)
        rows, sha256 = member_results.write_annex(session, path=annex)
    content = as_data(found, case, annex={"name": annex.name, "rows": rows, "sha256": sha256})
    paper, data = folder / "reach.pdf", folder / "reach.json"
    typesetting.write(paper, typesetting.pdf("reach", content, at=found.at))
    typesetting.write(data, json.dumps(content, ensure_ascii=False, indent=1).encode())
    return Written(found, paper, annex, data)


def as_data(found: ClassReach, case: CaseFolder, *, annex: Mapping[str, Any]) -> dict[str, Any]:
    """Return the report as plain values, in the words and order in which the paper prints them."""
    return {
        **head_of(case, at=found.at),
        "class_size": found.class_size,
        "reached": found.reached,
        "reached_label": LABELS[Result.ACCEPTED],
        "posted": found.posted,
        "faults": found.faults(),
        "waterfall": waterfall(found),
        "accepted_by_mailing": list(found.accepted_by_mailing.items()),
        "mailings": [_mailing(mailing, case) for mailing in found.mailings],
        "postal": _postal(found),
        "postal_files": [(f"File {number}", moment(made_at, case), f"{rows:,}") for number, made_at, rows in found.postal_files],
        "doubts": list(found.doubts.items()),
        "events": [(EVENTS[kind], count) for kind, count in found.events.items()],
        "exclusions": found.exclusions,
        "claims": found.claims,
        "by_provider": _breakdown(found.by_provider, PROVIDERS),
        "by_language": _breakdown(found.by_language, {"en": "English", "es": "Spanish"}),
        "by_state": _breakdown(found.by_state, {"": "Not known"}),
        "files": [(file.name, file.kind.replace("_", " "), file.rows_in, file.sha256) for file in found.files],
        "method": list(METHOD),
        "annex": dict(annex),
    }


def head_of(case: CaseFolder, *, at: datetime.datetime) -> dict[str, str]:
    """Return what the head of every paper says."""
    return {
        "caption": case.caption,
        "short_name": case.short_name,
        "court": case.court,
        "docket_number": case.docket_number,
        "administrator": case.parties.administrator.name,
        "synthetic_note": DEMONSTRATION if case.synthetic else "",
        "at": moment(at, case),
    }


def moment(at: datetime.datetime | None, case: CaseFolder) -> str:
    """Return a moment as a paper says it, in the case's time zone: `November 9, 2026, 10:00 AM MST`."""
    if at is None:
        return "–"
    local = at.astimezone(ZoneInfo(case.time_zone))
    return f"{values.day(local.date(), 'en')}, {values.hour(local, 'en')}"


def waterfall(found: ClassReach) -> list[tuple[str, int]]:
    """Return the class taken apart: every line that is not empty, adding up to the class."""
    return [(label, found.results[result]) for result, label in LABELS.items() if found.results.get(result)]


def percent(part: int, whole: int) -> str:
    """Return a share to a tenth, half a tenth upwards, as the paper rounds it: `83.1 %`."""
    if not whole:
        return "–"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10} %"


def _mailing(mailing: Mailing, case: CaseFolder) -> dict[str, Any]:
    counts = ", ".join(
        f"{count:,} {status.replace('_', ' ')}" for status, count in sorted(mailing.by_status.items()) if status != "excluded"
    )
    return {
        "name": mailing.name,
        "kind": mailing.kind.replace("_", " "),
        "status": mailing.status.value,
        "first": moment(mailing.first_accepted_at, case),
        "last": moment(mailing.last_accepted_at, case),
        "audience": mailing.audience,
        "to_send": mailing.to_send,
        "outcome": counts or "nothing was to be sent",
        "approvals": [
            f"{one.name} ({one.role}), {moment(one.at, case)}" + (f": {one.note}" if one.note else "")
            for one in mailing.approvals
        ],
        "approval_sha256": mailing.approval_sha256,
        "text_sha256": mailing.text_sha256,
    }


def _postal(found: ClassReach) -> list[tuple[str, int]]:
    return [
        ("Not reached by e-mail, notice sent by post, not returned", found.posted),
        ("Not reached by e-mail, notice sent by post, returned", found.posted_returned),
        (
            "Not reached by e-mail, not in a postal file",
            found.class_size - found.reached - found.posted - found.posted_returned,
        ),
    ]


def _breakdown(parts: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> list[tuple[str, int, int, int, int]]:
    """Return name, members, accepted, returned and others, the largest first."""
    rows = []
    for key, counts in parts.items():
        total, accepted = sum(counts.values()), counts.get(Result.ACCEPTED, 0)
        returned = sum(counts.get(result, 0) for result in RETURNED)
        rows.append((names.get(key, key), total, accepted, returned, total - accepted - returned))
    return sorted(rows, key=lambda row: (-row[1], row[0]))


RETURNED = (Result.BAD_ADDRESS, Result.RETURNED, Result.REFUSED, Result.EXPIRED)
"""Results of members whose message came back or never got there."""
