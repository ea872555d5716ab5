"""Who a notice was sent to: its ID finds the member, and the PIN proves that its reader may see what we know of them."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import class_list, keys
from casefile.settings import Settings
from casefile.tables.cases import Merchant
from casefile.tables.people import ClassMember, Disclosure


def pin_key(settings: Settings, *, case_id: uuid.UUID) -> bytes:
    """Return the key from which this case's PINs are derived, in notices and at the site alike."""
    return keys.case_key(keys.installation_key(settings), case_id=case_id, purpose="pin")


def find(session: Session, *, notice_id: str) -> ClassMember | None:
    """Return the member to whom a notice ID (tidied by `codes.tidy`) was printed, even if merged into another since."""
    return session.scalar(sa.select(ClassMember).where(ClassMember.notice_id == notice_id))


def open_with_pin(session: Session, *, key: bytes, notice_id: str, pin: str) -> ClassMember | None:
    """Return the member as known today when the PIN is the notice's, else None.

    The PIN belongs to the member that was printed on the notice; after a merge it opens the member merged into.
    """
    member = find(session, notice_id=notice_id)
    if member is None or not keys.pin_agrees(key, member_id=member.id, counter=member.pin_counter, given=pin):
        return None
    return class_list.current(session, member_id=member.id)


def merchants_of(session: Session, *, member_id: uuid.UUID) -> list[Merchant]:
    """Return the shops from which a member's data was disclosed, by name."""
    known = sa.select(Disclosure.merchant_id).where(Disclosure.member_id == member_id)
    return list(session.scalars(sa.select(Merchant).where(Merchant.id.in_(known)).order_by(Merchant.name)))
