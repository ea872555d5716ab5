"""What a case folder says, once `case_file.read` found no fault in it, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

SUPPORTED_LANGUAGES = ("en", "es")
"""The languages that the site and the notices speak (ISO 639-1)."""

LocalisedText = Mapping[str, str]
"""A text in each of the case's languages: language code -> text."""


@dataclass(frozen=True, slots=True)
class CaseDates:
    """The dates that the court ordered; a date means the whole of that day in the case's time zone."""

    class_period_start: date
    class_period_end: date
    preliminary_approval: date
    notice: date
    claim_deadline: date
    exclusion_deadline: date
    objection_deadline: date
    final_hearing: datetime
    """Aware, with the offset that `case.toml` gives."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone whom a class member may write to or call."""

    name: str
    firm: str
    """Empty for the administrator, whose name is the firm's."""
    address: str
    """Postal address, lines separated by newlines."""
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Parties:
    """Who sues whom, who speaks for the class, and who runs the settlement."""

    plaintiff: str
    defendant: str
    class_counsel: Contact
    administrator: Contact


@dataclass(frozen=True, slots=True)
class Money:
    """The settlement fund and what is asked from it, in cents; the net fund is what is left for class members."""

    settlement_fund_cents: int
    fees_sought_cents: int
    expenses_sought_cents: int
    service_award_cents: int
    administration_cents: int
    net_settlement_fund_cents: int


@dataclass(frozen=True, slots=True)
class Benefit:
    """One thing that a class member can claim."""

    code: str
    title: LocalisedText
    description: LocalisedText
    amount_cents: int
    """Expected payment per valid claim."""


@dataclass(frozen=True, slots=True)
class Merchant:
    """A shop that shoppers know, with the other names by which they know it."""

    name: str
    domain: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatchingThresholds:
    """Where the bands of `matching.policy` begin."""

    no_dispute_probability: float
    review_probability: float
    ambiguous_margin_bits: float
    """Two members whose weights (log2) are closer than this are ambiguous."""


@dataclass(frozen=True, slots=True)
class CaseRules:
    """The periods of the settlement agreement, in days, and the share of decisions that is audited."""

    cure_days: int
    cure_mail_days: int
    """Added to the cure period when the deficiency notice goes by post."""
    contest_days: int
    challenge_days: int
    postal_days: int
    """Members who cannot be reached by e-mail are in a postal file after this many days."""
    audit_sample_share: float


@dataclass(frozen=True, slots=True)
class MailIdentity:
    """How mail of the case presents itself; a notice kind may name another sender of the same domain."""

    sender_name: str
    sender_address: str
    reply_to: str
    bounce_domain: str


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """One case as its folder describes it."""

    path: Path
    slug: str
    caption: str
    short_name: str
    court: str
    docket_number: str
    class_definition: LocalisedText
    about: LocalisedText
    """What happened, in a few plain sentences for people who never heard of the defendant."""
    languages: tuple[str, ...]
    """The first is the default."""
    site_domain: str
    time_zone: str
    """IANA name, such as `America/Denver`."""
    synthetic: bool
    """True for imagined people and money: every domain ends in `.example` and every phone number is 555-01xx."""
    dates: CaseDates
    hearing_place: str
    parties: Parties
    money: Money
    benefits: tuple[Benefit, ...]
    merchants: tuple[Merchant, ...]
    matching: MatchingThresholds
    rules: CaseRules
    mail: MailIdentity
    sha256: str
    """Hash over `case.toml` and the merchants file as they lay in the folder."""

    @property
    def claim_deadline_at(self) -> datetime:
        """The last moment, in UTC, at which a claim is on time."""
        return end_of_day(day=self.dates.claim_deadline, time_zone=self.time_zone)

    @property
    def exclusion_deadline_at(self) -> datetime:
        """The last moment, in UTC, at which an exclusion request is on time."""
        return end_of_day(day=self.dates.exclusion_deadline, time_zone=self.time_zone)

    @property
    def objection_deadline_at(self) -> datetime:
        """The last moment, in UTC, at which an objection is on time."""
        return end_of_day(day=self.dates.objection_deadline, time_zone=self.time_zone)

    @property
    def notices_path(self) -> Path:
        """The folder of the notice templates, one folder per kind."""
        return self.path / "notices"


def end_of_day(*, day: date, time_zone: str) -> datetime:
    """Return the last microsecond of a day in a time zone, as UTC (it ends at midnight, Fed. R. Civ. P. 6(a)(4)(A))."""
    return datetime.combine(day, time.max, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
