"""The postal file: who is to get the notice on paper, for the mail house, with counts that reconcile."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casefile import cases, codes, keys, postal
from casefile.case_folder import CaseFolder
from casefile.database import Session
from casefile.errors import ListRefused
from casefile.postal import Listing
from casefile.tables.postal import PostalFile, PostalRow
from notices import fields, letters, typesetting
from notices.letters import Recipient
from notices.reach import LABELS, moment
from notices.sending import Desk
from notices.values import links, site_address

COLUMNS = (
    "row", "notice_id", "pin", "name", "street", "unit", "city", "state", "zip", "language", "shop", "claim_url",
)  # fmt: skip
"""The columns of the file, as the mail house prints them."""

OUTCOMES = {
    postal.IN_FILE: "in this file",
    postal.LISTED: "in an earlier file",
    postal.EXCLUDED: "left the class",
    postal.SUPPRESSED: "the post has brought this address back",
    postal.NO_ADDRESS: "no postal address is known",
}
"""How the reconciliation says what became of those who are wanted."""

_RUNS_AS_FORMULA = re.compile(r"^[=+\-@＝＋－＠\s]+")
"""What a spreadsheet would take for a formula at the start of a cell (OWASP, CSV injection). No name or address begins so, and an
apostrophe before it would be printed on the envelope: it is left out."""

CARDS_PER_FILE = 500


@dataclass(frozen=True, slots=True)
class Written:
    """A run: its counts, and the files that the folder holds now."""

    listing: Listing
    case: CaseFolder
    paths: tuple[Path, ...]


def write(desk: Desk, *, folder: Path, with_undelivered: bool = False) -> Written:
    """List everybody whom e-mail does not reach and who stands in no file yet, and write every postal file of the case.

    A file is written before it is on record and shown under its name after; the same file has the same octets every time.
    Beside each stands the reconciliation of its counts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with desk.open_case() as session:
        case = cases.folder_of(cases.get(session, case_id=desk.case_id))
        listing = postal.make_file(
            session,
            languages=case.languages,
            notice_on=case.dates.notice,
            postal_days=case.rules.postal_days,
            with_undelivered=with_undelivered,
        )
        drafts = [_draft(session, desk, case, file, folder) for file in postal.files(session)]
    return Written(listing, case, tuple(path for draft in drafts for path in _show(*draft)))


def postcards(desk: Desk, *, folder: Path, number: int) -> list[Path]:
    """Write the postcards of a postal file as PDF, by language and five hundred to a file. Raises `NotFound`."""
    with desk.open_case() as session:
        case = cases.folder_of(cases.get(session, case_id=desk.case_id))
        file = postal.by_number(session, number=number)
        rows = list(postal.rows_of(session, postal_file_id=file.id))
    return [
        letters.save(folder / f"postcards-{number:04}-{language}-{part:04}.pdf", octets)
        for language in case.languages
        for part, octets in enumerate(_cards(desk, case, file, [row for row in rows if row.language == language], language), 1)
    ]


def _cards(desk: Desk, case: CaseFolder, file: PostalFile, rows: list[PostalRow], language: str) -> Iterator[bytes]:
    for start in range(0, len(rows), CARDS_PER_FILE):
        yield letters.postcards(
            case,
            kind=file.kind,
            language=language,
            site_url=site_address(desk.settings.public_url, case.slug),
            recipients=[recipient(desk.keys.pin, row) for row in rows[start : start + CARDS_PER_FILE]],
            at=file.made_at,
        )


def recipient(pin_key: bytes, row: PostalRow) -> Recipient:
    """Return whose postcard a row is, with the codes as they are printed."""
    pin = keys.pin(pin_key, member_id=row.member_id, counter=row.pin_counter)
    return Recipient(
        row_number=row.row_number,
        name=plain(row.full_name),
        street=" ".join(filter(None, (plain(row.street), plain(row.unit)))),
        place=f"{plain(row.city)}, {plain(row.region)} {plain(row.postcode)}".strip(", "),
        notice_id=codes.spaced(row.notice_id),
        pin=f"{pin[:3]} {pin[3:]}",
        shop_name=row.merchant,
    )


def plain(value: str) -> str:
    """Return a value as one line of text that no spreadsheet runs."""
    return _RUNS_AS_FORMULA.sub("", fields.line(value))


def reconciliation(file: PostalFile, case: CaseFolder) -> list[str]:
    """Return the lines that show how a file's rows follow from those who were to be written to."""
    counts = file.counts
    lines = [
        f"Postal file {file.number} of {case.short_name}, made on {moment(file.made_at, case)}",
        f"SHA-256 {file.sha256}",
        "",
        f"{counts['wanted']:>10,}  members whom e-mail does not reach",
    ]
    lines += [f"{counts['outcomes'].get(outcome, 0):>10,}  {said}" for outcome, said in OUTCOMES.items()]
    lines += ["", "Those in this file, by why e-mail does not reach them:"]
    lines += [f"{count:>10,}  {LABELS[why]}" for why, count in counts["by_reason"].items()]
    lines += ["", f"{counts['late']:>10,}  of them should have been listed earlier ({case.rules.postal_days} days)"]
    return lines


@dataclass(frozen=True, slots=True)
class Returned:
    """A list of letters that came back: `lines` = `recorded` + the faults."""

    lines: int
    recorded: int
    faults: tuple[str, ...]


def record_returned(desk: Desk, *, path: Path) -> Returned:
    """Record the letters of a CSV file with the columns `notice_id` and `reason`. Raises `ListRefused` without the first."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows = [(str(row.get("notice_id") or ""), str(row.get("reason") or "")) for row in reader]
            has_column = "notice_id" in (reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ListRefused(f"{path} cannot be read as a CSV file in UTF-8.") from error
    if not has_column:
        raise ListRefused(f"{path} has no column notice_id.")
    tidied = [(number, given, codes.tidy(given), why) for number, (given, why) in enumerate(rows, 2)]
    with desk.open_case() as session:
        known = {code: why for _, _, code, why in tidied if code is not None}
        unknown = set(postal.record_returned(session, returned=known, at=datetime.datetime.now(datetime.UTC)))
    faults = [
        f"line {number}: {given!r} " + ("is not a notice ID" if code is None else "stands in no postal file")
        for number, given, code, _ in tidied
        if code is None or code in unknown
    ]
    return Returned(len(rows), len(rows) - len(faults), tuple(faults))


SAMPLE = Recipient(1, "Jordan Example", "12 Sample Street Apt 3", "Provo, UT 84601", "K7M 2QX 9RT", "123 456", "Blue Kettle Teas")
"""An imagined person for the proof of a postcard."""


def proofs(desk: Desk, *, folder: Path, kind: str) -> list[Path]:
    """Write the long-form notice and a proof of the postcard in every language, as they would be filed."""
    folder.mkdir(parents=True, exist_ok=True)
    with desk.open_case() as session:
        case = cases.folder_of(cases.get(session, case_id=desk.case_id))
    site_url, at = site_address(desk.settings.public_url, case.slug), datetime.datetime.now(datetime.UTC)
    written = []
    for language in case.languages:
        whole = letters.long_form(case, kind=kind, language=language, site_url=site_url, at=at)
        card = letters.postcards(case, kind=kind, language=language, site_url=site_url, recipients=[SAMPLE], at=at)
        written.append(letters.save(folder / f"long-form-{language}.pdf", whole))
        written.append(letters.save(folder / f"postcard-{language}.pdf", card))
    return written


def _draft(session: Session, desk: Desk, case: CaseFolder, file: PostalFile, folder: Path) -> tuple[Path, Path, list[str]]:
    path = folder / f"postal-{file.number:04}.csv"
    draft, digest = path.with_name(f"{path.name}.draft"), hashlib.sha256()
    with draft.open("wb") as out:
        for line in _lines(session, desk, case, file):
            out.write(line)
            digest.update(line)
    if file.sha256 is None:
        postal.keep_sha256(session, postal_file_id=file.id, sha256=digest.hexdigest())
    return draft, path, reconciliation(file, case)


def _show(draft: Path, path: Path, lines: list[str]) -> tuple[Path, Path]:
    """Give a file its name, after the commit."""
    draft.replace(path)
    counts = path.with_name(f"{path.stem}-counts.txt")
    typesetting.write(counts, ("\n".join(lines) + "\n").encode())
    return path, counts


def _lines(session: Session, desk: Desk, case: CaseFolder, file: PostalFile) -> Iterator[bytes]:
    pin_key, site_url = desk.keys.pin, site_address(desk.settings.public_url, case.slug)
    claim_urls = {language: links(site_url, language)["claim_url"] for language in case.languages}
    yield _line(COLUMNS)
    for row in postal.rows_of(session, postal_file_id=file.id):
        one = recipient(pin_key, row)
        address = (row.street, row.unit, row.city, row.region, row.postcode)
        yield _line(
            (
                str(row.row_number),
                one.notice_id,
                one.pin,
                one.name,
                *map(plain, address),
                row.language,
                plain(row.merchant),
                claim_urls[row.language],
            )
        )


def _line(cells: tuple[str, ...]) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()
