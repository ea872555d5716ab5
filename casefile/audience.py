"""Who a campaign is for: frozen as one notice per class member, in a waterfall that adds up to the class size."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casefile.tables.mail import Notice
from casefile.words import NoticeStatus


class Choice(StrEnum):
    """Which members a campaign addresses, before those who cannot or must not be written to are taken out."""

    EVERYONE = "everyone"
    NOT_CLAIMED = "not_claimed"
    """Those who were reached and have neither claimed, nor left the class, nor complained, nor stopped reminders."""
    RETURNED = "returned"
    """Those whose last notice came back or expired, for a second mailing to an address that is not suppressed."""


class Reason(StrEnum):
    """Why a member gets no message of a campaign."""

    EXCLUDED = "excluded"
    NOT_CHOSEN = "not_chosen"
    ALREADY_CLAIMED = "already_claimed"
    NO_ADDRESS = "no_address"
    INVALID = "invalid"
    SUPPRESSED = "suppressed"
    DUPLICATE_ADDRESS = "duplicate_address"


SCOPE_ALL = "all"
"""Scope of a suppression that stops every mail to an address: it does not exist."""

SCOPE_REMINDERS = "reminders"
"""Scope of a suppression that stops reminders only: somebody asked for it or complained."""

VALID_ADDRESS = (
    "^[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*"
    "@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?[.])+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$"
)
"""RFC 5321, section 4.1.2, as mail servers take it today: a dot-atom and a domain name with a dot; quotes doubled for SQL."""

PROVIDER_DOMAINS = {
    "google": ("gmail.com", "googlemail.com"),
    "yahoo": ("yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "aim.com", "verizon.net", "att.net", "sbcglobal.net"),
    "microsoft": ("hotmail.com", "outlook.com", "live.com", "msn.com"),
    "apple": ("icloud.com", "me.com", "mac.com"),
    "comcast": ("comcast.net",),
}  # fmt: skip
"""Large domains whose receiving system is known without a look-up; `notices.receiving` looks up the others by MX."""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The class, taken apart: `class_size` = sum of `taken_out` + `to_send`."""

    class_size: int
    taken_out: dict[str, int]
    to_send: int


def freeze(session: Session, *, campaign_id: uuid.UUID, kind: str, choice: Choice, languages: tuple[str, ...]) -> Waterfall:
    """Write one notice per class member, planned or excluded with the reason, replacing what was frozen before.

    A member whose language the campaign does not speak gets its first. About 15 seconds for a million members.
    """
    session.execute(sa.delete(Notice).where(Notice.campaign_id == campaign_id))
    session.execute(
        sa.text(_freeze_statement(choice)),
        {"campaign_id": campaign_id, "kind": kind, "languages": list(languages), "first": languages[0]},
    )
    return waterfall(session, campaign_id=campaign_id)


def waterfall(session: Session, *, campaign_id: uuid.UUID) -> Waterfall:
    """Count the frozen audience by reason."""
    rows = session.execute(
        sa.select(Notice.status, Notice.reason, sa.func.count())
        .where(Notice.campaign_id == campaign_id)
        .group_by(Notice.status, Notice.reason)
    ).all()
    out: dict[str, int] = {reason: count for status, reason, count in rows if status is NoticeStatus.EXCLUDED}
    total = sum(count for _, _, count in rows)
    ordered = {str(reason): out[str(reason)] for reason in Reason if str(reason) in out}
    return Waterfall(class_size=total, taken_out=ordered, to_send=total - sum(out.values()))


def sha256(session: Session, *, campaign_id: uuid.UUID) -> str:
    """Return one hash over everybody: member, address, language, values and, if taken out, the reason.

    Members are hashed in 256 buckets first, so that no value grows with the class.
    """
    found = session.scalar(
        sa.text("""
        select encode(sha256(string_agg(bucket_sha256, ''::bytea order by bucket)), 'hex') from (
            select right(member_id::text, 2) as bucket, sha256(string_agg(convert_to(
                concat_ws('|', member_id, address, language, fields, case when status = 'excluded' then reason end) || E'\\n',
                'UTF8'), ''::bytea order by member_id)) as bucket_sha256
            from notices where campaign_id = :campaign_id group by 1
        ) buckets
        """),
        {"campaign_id": campaign_id},
    )
    return found or ""


def _freeze_statement(choice: Choice) -> str:
    return f"""
    with class as (
        select m.*, lower(trim(m.email)) as address_key from class_members m where m.merged_into_id is null
    ), judged as (
        select class.*, case
            when exists (select from exclusions e where e.member_id = class.id) then '{Reason.EXCLUDED}'
            when {_chosen(choice)} then '{Reason.NOT_CHOSEN}'
            {_claimed(choice)}
            when coalesce(address_key, '') = '' then '{Reason.NO_ADDRESS}'
            when length(address_key) > 254 or length(split_part(address_key, '@', 1)) > 64
                or address_key !~ '{VALID_ADDRESS}' then '{Reason.INVALID}'
            when exists (select from suppressions s where s.address = address_key and s.lifted_at is null
                and s.scope in ({_scopes(choice)})) then '{Reason.SUPPRESSED}'
            end as reason
        from class
    ), counted as (
        select judged.*, row_number() over (partition by reason is null, address_key order by id) as nth from judged
    ), final as (
        select counted.*, case when reason is null and nth > 1 then '{Reason.DUPLICATE_ADDRESS}' else reason end as why
        from counted
    )
    insert into notices (kind, campaign_id, member_id, address, language, provider_group, fields, status, reason)
    select :kind, :campaign_id, id, nullif(trim(email), ''),
        case when language = any(:languages) then language else :first end,
        {_provider_group()},
        jsonb_strip_nulls(jsonb_build_object('full_name', full_name, 'first_name', given_name, 'shop_name', merchant,
            'notice_id', notice_id, 'pin_counter', pin_counter)),
        case when why is null then 'planned' else 'excluded' end, coalesce(why, '')
    from final order by id
    """


def _chosen(choice: Choice) -> str:
    """Return the condition under which a member is not chosen."""
    if choice is Choice.RETURNED:
        return (
            "coalesce((select n.status from notices n join campaigns c on c.id = n.campaign_id"
            " where n.member_id = class.id and n.status <> 'excluded' and not c.policy ? 'rehearsal'"
            " order by n.id desc limit 1), '') not in ('bounced_soft', 'rejected', 'expired')"
        )
    if choice is Choice.NOT_CLAIMED:
        return (
            "exists (select from notices n join delivery_events e on e.notice_id = n.id"
            " where n.member_id = class.id and e.kind in ('complaint', 'unsubscribed'))"
        )
    return "false"


def _claimed(choice: Choice) -> str:
    if choice is not Choice.NOT_CLAIMED:
        return ""
    return (
        "when exists (select from claims c where c.notice_member_id = class.id or c.member_id = class.id)"
        f" then '{Reason.ALREADY_CLAIMED}'"
    )


def _scopes(choice: Choice) -> str:
    return f"'{SCOPE_ALL}', '{SCOPE_REMINDERS}'" if choice is Choice.NOT_CLAIMED else f"'{SCOPE_ALL}'"


def _provider_group() -> str:
    cases = " ".join(
        f"when split_part(address_key, '@', 2) in ({', '.join(repr(domain) for domain in domains)}) then '{group}'"
        for group, domains in PROVIDER_DOMAINS.items()
    )
    known = "(select d.provider_group from mail_domains d where d.domain = split_part(address_key, '@', 2))"
    return f"case {cases} else coalesce({known}, 'default') end"
