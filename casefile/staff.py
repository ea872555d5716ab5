"""Staff: who works here, in which role on which case, and their sign-ins: tries, lock-outs, second factor and sessions."""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import email_validator
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from casefile import audit, errors, passwords
from casefile.keys import token_sha256
from casefile.tables.cases import Case
from casefile.tables.staff import Staff, StaffRole, StaffSession
from casefile.words import Role

TRIES = 5
"""Wrong passwords or codes in a row before an account is locked (NIST SP 800-63B-4, section 3.2.2, allows at most 100)."""

LOCK_SECONDS = 900
"""How long it stays locked: a lock that somebody else can bring about must not last."""

SEEN_EVERY_SECONDS = 60
"""A session's last request is written down at most this often, so that reading a page does not write."""


# Who works here


def add(session: Session, *, email: str, name: str, password: str) -> uuid.UUID:
    """Add a person without any role and return their id. Raises `StaffRefused` with the rule that is not met."""
    address = tidy_email(email)
    if not name.strip():
        raise errors.StaffRefused("A member of staff needs a name.")
    if session.scalar(sa.select(Staff.id).where(Staff.email == address)):
        raise errors.StaffRefused(f"{address} is a member of staff already.")
    kept = passwords.hashed(password, names=(name, address))
    person = Staff(email=address, name=name.strip(), password_hash=kept)
    session.add(person)
    session.flush()
    return person.id


def tidy_email(given: str) -> str:
    """Return an e-mail address in the one form that we keep. Raises `StaffRefused` if it cannot be one."""
    try:
        return email_validator.validate_email(given.strip(), check_deliverability=False).normalized.casefold()
    except email_validator.EmailNotValidError as error:
        raise errors.StaffRefused(f"This is not an e-mail address: {error}") from error


def by_email(session: Session, *, email: str) -> Staff:
    """Return the person with this address. Raises `NotFound`."""
    person = session.scalar(sa.select(Staff).where(Staff.email == email.strip().casefold()))
    if person is None:
        raise errors.NotFound(f"There is no member of staff with the address {email.strip()}.")
    return person


def everyone(session: Session) -> Sequence[Staff]:
    """Return all members of staff by name."""
    return session.scalars(sa.select(Staff).order_by(Staff.name, Staff.email)).all()


def actor_names(session: Session, *, actors: set[str]) -> dict[str, str]:
    """Return the name behind each actor of the audit trail: `staff:<id>` becomes a person's name, others stay as they are."""
    ids = {uuid.UUID(actor.removeprefix("staff:")) for actor in actors if actor.startswith("staff:")}
    rows = session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {actor: actor for actor in actors} | {f"staff:{row.id}": row.name for row in rows}


def set_password(session: Session, *, email: str, password: str) -> None:
    """Give a person a new password, unlock them and end all their sessions."""
    person = by_email(session, email=email)
    person.password_hash = passwords.hashed(password, names=(person.name, person.email))
    person.failed_tries, person.locked_until = 0, None
    _end_all(session, staff_id=person.id)


def set_active(session: Session, *, email: str, active: bool) -> None:
    """Let a person in, or no more: then their sessions end at once; their decisions stay."""
    person = by_email(session, email=email)
    person.active = active
    if not active:
        _end_all(session, staff_id=person.id)


def set_second_factor(session: Session, *, email: str, on: bool = True) -> str:
    """Give a person a new authenticator secret and return the address for the app, or take it away and return ""."""
    person = by_email(session, email=email)
    person.totp_secret = passwords.new_secret() if on else None
    person.totp_last_step = None
    _end_all(session, staff_id=person.id)
    return passwords.enrolment_address(person.totp_secret, email=person.email) if person.totp_secret else ""


# Roles on a case


def grant(session: Session, *, staff_id: uuid.UUID, role: Role) -> None:
    """Give a person a role on the session's case; giving it twice changes nothing."""
    insert = postgresql.insert(StaffRole).values(staff_id=staff_id, role=role).on_conflict_do_nothing()
    if session.scalar(insert.returning(StaffRole.id)):
        audit.record(session, action="staff.role_granted", subject="staff", subject_id=staff_id, after={"role": role.value})


def revoke(session: Session, *, staff_id: uuid.UUID, role: Role) -> None:
    """Take a role on the session's case from a person; it holds from their next request on."""
    delete = sa.delete(StaffRole).where(StaffRole.staff_id == staff_id, StaffRole.role == role)
    if session.scalar(delete.returning(StaffRole.id)):
        audit.record(session, action="staff.role_revoked", subject="staff", subject_id=staff_id, before={"role": role.value})


def roles(session: Session, *, staff_id: uuid.UUID) -> frozenset[Role]:
    """Return a person's roles on the session's case."""
    return frozenset(session.scalars(sa.select(StaffRole.role).where(StaffRole.staff_id == staff_id)))


def roles_by_person(session: Session) -> dict[uuid.UUID, frozenset[Role]]:
    """Return everybody who has a role on the session's case."""
    query = sa.select(StaffRole.staff_id, sa.func.array_agg(StaffRole.role)).group_by(StaffRole.staff_id)
    return {staff_id: frozenset(Role(role) for role in held) for staff_id, held in session.execute(query)}


@dataclass(frozen=True, slots=True)
class CaseRoles:
    """A case on which somebody has a role."""

    case_id: uuid.UUID
    slug: str
    caption: str
    short_name: str
    roles: frozenset[Role]


def cases_of(session: Session, *, staff_id: uuid.UUID) -> list[CaseRoles]:
    """Return the cases on which a person has a role, by name.

    Looks into one case after the other, because the wall between cases stands here too: two short statements per case.
    """
    before = session.info["case_id"]
    found = []
    for case in session.scalars(sa.select(Case).order_by(Case.short_name)).all():
        _enter(session, case.id)
        if held := roles(session, staff_id=staff_id):
            found.append(CaseRoles(case.id, case.slug, case.caption, case.short_name, held))
    _enter(session, before)
    return found


def _enter(session: Session, case_id: uuid.UUID | None) -> None:
    session.execute(sa.text("select set_config('app.case_id', :case_id, true)"), {"case_id": str(case_id or "")})


# Sign-ins


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that went well: the cookie's token (kept nowhere), and whether a second factor is still asked for."""

    staff_id: uuid.UUID
    token: str
    awaiting_code: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a session's cookie."""

    session_id: uuid.UUID
    staff_id: uuid.UUID
    name: str
    email: str
    awaiting_code: bool


def sign_in(session: Session, *, email: str, password: str) -> SignIn | None:
    """Start a session, or return None and count the wrong try.

    A refusal is a value and not an error, because the count has to be committed. Unknown, locked, inactive and wrong look alike
    and take the same time, so that nobody learns who works here.
    """
    query = sa.select(Staff).where(Staff.email == email.strip().casefold()).with_for_update()
    person = session.scalar(query)
    right = passwords.agrees(person.password_hash if person else None, password)
    if person is None or not person.active or _locked(person):
        return None
    if not right:
        _count_failure(person)
        return None
    if person.totp_secret is None:
        person.failed_tries = 0
    return _open(session, person, awaiting_code=person.totp_secret is not None)


def give_code(session: Session, *, token: str, code: str, idle_seconds: int, absolute_seconds: int) -> SignIn | None:
    """Turn a session that awaits its code into a full one with a new token, or return None and count the wrong try."""
    waiting = who(session, token=token, idle_seconds=idle_seconds, absolute_seconds=absolute_seconds)
    if waiting is None or not waiting.awaiting_code:
        return None
    person = session.scalars(sa.select(Staff).where(Staff.id == waiting.staff_id).with_for_update()).one()
    if _locked(person) or person.totp_secret is None:
        return None
    step = passwords.code_step(person.totp_secret, given=code, last_step=person.totp_last_step)
    if step is None:
        _count_failure(person)
        return None
    person.totp_last_step, person.failed_tries = step, 0
    end(session, token=token)
    return _open(session, person, awaiting_code=False)


def who(session: Session, *, token: str, idle_seconds: int, absolute_seconds: int, is_active: bool = True) -> SignedIn | None:
    """Return who is behind a cookie, or None if the session is unknown, ended, idle for too long or too old.

    A page that asks by itself (`is_active` False) does not count as the person's doing: an unattended desk is signed out.
    """
    now = _now()
    query = (
        sa.select(StaffSession, Staff)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(
            StaffSession.token_sha256 == token_sha256(token),
            StaffSession.ended_at.is_(None),
            StaffSession.seen_at > now - datetime.timedelta(seconds=idle_seconds),
            StaffSession.started_at > now - datetime.timedelta(seconds=absolute_seconds),
            Staff.active,
        )
    )
    found = session.execute(query).first()
    if found is None:
        return None
    opened, person = found
    if is_active and opened.seen_at < now - datetime.timedelta(seconds=min(SEEN_EVERY_SECONDS, idle_seconds // 2)):
        opened.seen_at = now
    return SignedIn(opened.id, person.id, person.name, person.email, opened.awaiting_code)


def end(session: Session, *, token: str) -> None:
    """End a session; ending it twice changes nothing."""
    query = sa.update(StaffSession).where(StaffSession.token_sha256 == token_sha256(token), StaffSession.ended_at.is_(None))
    session.execute(query.values(ended_at=_now()))


def _open(session: Session, person: Staff, *, awaiting_code: bool) -> SignIn:
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_sha256=token_sha256(token),
            staff_id=person.id,
            awaiting_code=awaiting_code,
        )
    )
    session.flush()
    return SignIn(staff_id=person.id, token=token, awaiting_code=awaiting_code)


def _end_all(session: Session, *, staff_id: uuid.UUID) -> None:
    query = sa.update(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
    session.execute(query.values(ended_at=_now()))


def _locked(person: Staff) -> bool:
    return person.locked_until is not None and person.locked_until > _now()


def _count_failure(person: Staff) -> None:
    person.failed_tries += 1
    if person.failed_tries >= TRIES:
        person.locked_until = _now() + datetime.timedelta(seconds=LOCK_SECONDS)
        person.failed_tries = 0


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
