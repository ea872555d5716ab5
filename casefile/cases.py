"""Cases: opening one from its folder, finding it again, and its merchants."""

from __future__ import annotations

import contextlib
import dataclasses
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from casefile import audit, errors
from casefile.case_folder import CaseFolder
from casefile.tables.cases import Case, Merchant
from casefile.tables.people import Disclosure


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """What opening a folder did; opening the same folder again changes nothing."""

    id: uuid.UUID
    slug: str
    is_new: bool
    changed: tuple[str, ...]
    """Names of the facts that differ from what was known, such as `dates.claim_deadline`."""
    merchants_added: int
    merchants_changed: int
    merchants_removed: int
    merchants_kept: int
    """Merchants that are no longer in the folder but that disclosures name; they stay."""


def open_folder(session: Session, *, folder: CaseFolder) -> OpenedCase:
    """Load a checked folder into the database, with its merchants, and audit what that changed.

    The session comes from `database.open_session`; it belongs to the case afterwards. Raises `CaseSlugTaken` when another
    case stands under the folder's slug.
    """
    facts = facts_of(folder)
    is_new = _insert(session, folder, facts)
    case = session.scalars(sa.select(Case).where(Case.slug == folder.slug).with_for_update()).one()
    before = {} if is_new else dict(_flat(case.facts))
    if not is_new:
        _require_same_case(case, folder)
    enter(session, case_id=case.id)
    added, changed, removed, kept = _store_merchants(session, folder)
    after = dict(_flat(facts))
    differing = tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))
    if not is_new and (differing or case.folder_sha256 != folder.sha256 or case.folder != str(folder.path)):
        case.caption, case.short_name, case.facts = folder.caption, folder.short_name, facts
        case.folder, case.folder_sha256 = str(folder.path), folder.sha256
        case.updated_at = session.scalar(sa.select(sa.func.now())) or case.updated_at
        session.flush()
    if is_new or differing or added or changed or removed:
        audit.record(
            session,
            action="case.opened" if is_new else "case.changed",
            subject="case",
            subject_id=case.id,
            before={name: before.get(name) for name in differing} if not is_new else None,
            after={name: after.get(name) for name in differing}
            | {"folder_sha256": folder.sha256, "merchants": {"added": added, "changed": changed, "removed": removed}},
        )
    return OpenedCase(case.id, case.slug, is_new, differing, added, changed, removed, kept)


def enter(session: Session, *, case_id: uuid.UUID) -> None:
    """Make a session without a case one of this case, to the end of its transaction."""
    session.info["case_id"] = case_id
    session.execute(sa.text("select set_config('app.case_id', :case_id, true)"), {"case_id": str(case_id)})


def by_slug(session: Session, *, slug: str) -> Case:
    """Return a case by its short name. Raises `NotFound` with the names that there are."""
    case = session.scalar(sa.select(Case).where(Case.slug == slug))
    if case is None:
        names = ", ".join(session.scalars(sa.select(Case.slug).order_by(Case.slug).limit(20)))
        known = f"There are: {names}." if names else "No case is open yet: redress case open FOLDER."
        raise errors.NotFound(f'There is no case "{slug}". {known}')
    return case


def get(session: Session, *, case_id: uuid.UUID) -> Case:
    """Return a case by its id. Raises `NotFound`."""
    case = session.get(Case, case_id)
    if case is None:
        raise errors.NotFound("There is no such case.")
    return case


def every(session: Session) -> Sequence[Case]:
    """Return all cases of the installation by short name."""
    return session.scalars(sa.select(Case).order_by(Case.slug)).all()


def every_folder(session: Session) -> list[CaseFolder]:
    """Return all cases as their folders described them; one that another version of Redress opened is left out."""
    found = []
    for case in every(session):
        with contextlib.suppress(errors.CaseOutdated):
            found.append(folder_of(case))
    return found


def merchants(session: Session) -> Sequence[Merchant]:
    """Return the merchants of the session's case by name."""
    return session.scalars(sa.select(Merchant).order_by(Merchant.name)).all()


def folder_of(case: Case) -> CaseFolder:
    """Return the case as its folder described it when it was opened; its merchants are rows, so `merchants` is empty here.

    Raises `CaseOutdated` when another version of Redress opened it and kept other facts.
    """
    try:
        return _adapter().validate_python(case.facts)
    except ValidationError as error:
        raise errors.CaseOutdated(
            f'The case "{case.slug}" was opened by another version of Redress. Open it again: redress case open {case.folder}'
        ) from error


def facts_of(folder: CaseFolder) -> dict[str, Any]:
    """Return what the database keeps of a folder, as JSON values; merchants are rows of their own."""
    facts: dict[str, Any] = _adapter().dump_python(dataclasses.replace(folder, merchants=()), mode="json")
    return facts


@cache
def _adapter() -> TypeAdapter[CaseFolder]:
    return TypeAdapter(CaseFolder)


def _insert(session: Session, folder: CaseFolder, facts: dict[str, Any]) -> bool:
    """Add the case unless its slug is there; two commands at once cannot both add it."""
    values = {
        "slug": folder.slug,
        "caption": folder.caption,
        "short_name": folder.short_name,
        "facts": facts,
        "folder": str(folder.path),
        "folder_sha256": folder.sha256,
    }
    added = postgresql.insert(Case).values(values).on_conflict_do_nothing(index_elements=["slug"]).returning(Case.id)
    return session.scalar(added) is not None


def _require_same_case(case: Case, folder: CaseFolder) -> None:
    """A docket number changes when a case is transferred and a caption when a party changes; both at once is another case."""
    if case.facts.get("docket_number") != folder.docket_number and case.caption != folder.caption:
        raise errors.CaseSlugTaken(
            f'The slug "{folder.slug}" belongs to another case already: {case.caption}. Choose another slug in case.toml.'
        )


def _store_merchants(session: Session, folder: CaseFolder) -> tuple[int, int, int, int]:
    """Bring the merchants' rows to what the folder says; return how many were added, changed, removed and kept."""
    known = {merchant.name: merchant for merchant in session.scalars(sa.select(Merchant))}
    wanted = {merchant.name: merchant for merchant in folder.merchants}
    new = [merchant for name, merchant in wanted.items() if name not in known]
    if new:
        rows = [{"name": each.name, "domain": each.domain, "aliases": list(each.aliases)} for each in new]
        session.execute(sa.insert(Merchant), rows)
    changed = 0
    for name in known.keys() & wanted.keys():
        row, merchant = known[name], wanted[name]
        if (row.domain, row.aliases) != (merchant.domain, list(merchant.aliases)):
            row.domain, row.aliases = merchant.domain, list(merchant.aliases)
            changed += 1
    gone = [known[name].id for name in known.keys() - wanted.keys()]
    removed = _remove_merchants(session, gone)
    session.flush()
    return len(new), changed, removed, len(gone) - removed


def _remove_merchants(session: Session, ids: list[uuid.UUID]) -> int:
    if not ids:
        return 0
    is_named = sa.exists().where(Disclosure.merchant_id == Merchant.id)
    removed = session.scalars(sa.delete(Merchant).where(Merchant.id.in_(ids), ~is_named).returning(Merchant.id))
    return len(removed.all())


def _flat(facts: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Return the facts with dotted names, leaving out where the folder lies and its hash."""
    flat: list[tuple[str, Any]] = []
    for name, value in facts.items():
        if isinstance(value, dict):
            flat.extend(_flat(value, f"{prefix}{name}."))
        elif prefix or name not in {"path", "sha256"}:
            flat.append((prefix + name, value))
    return flat
