"""Everything on record about one member's notices: each with its mailing, its attempts and what came back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile import campaigns, class_list, codes, errors
from casefile.ledger import Leased
from casefile.tables.mail import Attempt, Campaign, DeliveryEvent, Notice
from casefile.tables.people import ClassMember
from casefile.tables.postal import PostalFile, PostalRow


@dataclass(frozen=True, slots=True)
class OneNotice:
    """One notice of the member, with all that happened to it in the order of time."""

    notice: Notice
    campaign: Campaign
    attempts: Sequence[Attempt]
    events: Sequence[DeliveryEvent]

    def as_leased(self, attempt: int) -> Leased:
        """Return the notice as the sender of an attempt held it, so that the message can be printed again."""
        one = self.notice
        return Leased(one.id, attempt, one.member_id, one.address or "", one.language, one.provider_group, one.fields)


@dataclass(frozen=True, slots=True)
class History:
    """A member's notices, the first first, and the postal files in which the member stands."""

    member: ClassMember
    notices: Sequence[OneNotice]
    posted: Sequence[tuple[PostalFile, PostalRow]]


def find_member(session: Session, *, given: str) -> ClassMember:
    """Return the member with this notice ID (however it is typed) or key, following merges. Raises `NotFound`."""
    code = codes.tidy(given)
    found = class_list.by_notice_id(session, notice_id=code) if code else None
    if found is None:
        try:
            found = class_list.current(session, member_id=uuid.UUID(given.strip()))
        except ValueError:
            found = None
    if found is None:
        raise errors.NotFound(f'There is no class member with the notice ID "{given}". Check every letter and digit.')
    return found


def of_member(session: Session, *, member_id: uuid.UUID) -> History:
    """Return what was sent to a member, and to members that were merged into it; dry runs are left out, for they went nowhere."""
    member = session.get_one(ClassMember, member_id)
    keys = _keys(session, member_id)
    rows = session.execute(
        sa.select(Notice, Campaign)
        .join(Campaign, Campaign.id == Notice.campaign_id)
        .where(Notice.member_id.in_(keys), sa.not_(Campaign.policy.has_key(campaigns.REHEARSAL)))
        .order_by(Notice.id)
    ).all()
    ids = [notice.id for notice, _ in rows]
    attempts = session.scalars(sa.select(Attempt).where(Attempt.notice_id.in_(ids)).order_by(Attempt.number)).all()
    events = session.scalars(
        sa.select(DeliveryEvent)
        .where(DeliveryEvent.notice_id.in_(ids))
        .order_by(DeliveryEvent.occurred_at, DeliveryEvent.received_at, DeliveryEvent.id)
    ).all()
    posted = session.execute(
        sa.select(PostalFile, PostalRow)
        .join(PostalRow, PostalRow.postal_file_id == PostalFile.id)
        .where(PostalRow.member_id.in_(keys))
        .order_by(PostalFile.number)
    ).all()
    found = [
        OneNotice(
            notice,
            campaign,
            [one for one in attempts if one.notice_id == notice.id],
            [one for one in events if one.notice_id == notice.id],
        )
        for notice, campaign in rows
    ]
    return History(member, found, [(file, row) for file, row in posted])


def _keys(session: Session, member_id: uuid.UUID) -> list[uuid.UUID]:
    rows = session.scalars(
        sa.text("""
        with recursive own as (
            select cast(:member_id as uuid) as id
            union select m.id from class_members m join own on m.merged_into_id = own.id
        ) select id from own
        """),
        {"member_id": member_id},
    )
    return list(rows)
