"""The tables of `case.toml`, each turned into its dataclass."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from casefile.case_file.values import Section
from casefile.case_folder import (
    SUPPORTED_LANGUAGES,
    Benefit,
    CaseDates,
    CaseRules,
    Contact,
    MailIdentity,
    MatchingThresholds,
    Merchant,
    Money,
    Parties,
)

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}")
_CODE = re.compile(r"[a-z][a-z0-9-]{0,29}")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+{_LABEL}")


def is_domain(text: str) -> bool:
    """Say whether a text is a host name in lower case with at least one dot (RFC 1123, section 2.1)."""
    return _DOMAIN.fullmatch(text) is not None


def read_slug(section: Section) -> str:
    """Return the name that stands in addresses and file names."""
    slug = section.text("slug")
    sentence = "must be 1 to 40 small letters, digits and hyphens and begin with a letter"
    return _checked(section, "slug", slug, lambda text: _SLUG.fullmatch(text) is not None, sentence)


def read_languages(section: Section) -> tuple[str, ...]:
    """Return the languages of the case, the default one first."""
    languages = section.texts("languages")
    for language in languages:
        if language not in SUPPORTED_LANGUAGES:
            known = ", ".join(SUPPORTED_LANGUAGES)
            section.fault("languages", f'{section.name("languages")} has the unknown language "{language}"; known: {known}.')
    if not languages and (*section.path, "languages") not in section.findings.faulty:
        section.fault("languages", f"{section.name('languages')} names no language.")
    return tuple(language for language in languages if language in SUPPORTED_LANGUAGES)


def read_domain(section: Section, key: str) -> str:
    """Return a host name."""
    return _checked(section, key, section.text(key), is_domain, "must be a domain in small letters, such as shop.example")


def read_time_zone(section: Section) -> str:
    """Return an IANA time zone name."""
    return _checked(section, "time_zone", section.text("time_zone"), _is_time_zone, "must be a time zone such as America/Denver")


def read_email(section: Section, key: str) -> str:
    """Return an e-mail address as it is written."""
    return _checked(section, key, section.text(key), _is_email, "must be an e-mail address")


def read_phone(section: Section, key: str) -> str:
    """Return a telephone number as it is written."""
    return _checked(section, key, section.text(key), _is_phone, "must be a telephone number such as 1-800-555-0100")


def read_dates(section: Section) -> CaseDates:
    """Return the dates that the court ordered."""
    return CaseDates(
        class_period_start=section.day("class_period_start"),
        class_period_end=section.day("class_period_end"),
        preliminary_approval=section.day("preliminary_approval"),
        notice=section.day("notice"),
        claim_deadline=section.day("claim_deadline"),
        exclusion_deadline=section.day("exclusion_deadline"),
        objection_deadline=section.day("objection_deadline"),
        final_hearing=section.moment("final_hearing"),
    )


def read_parties(section: Section) -> Parties:
    """Return the parties and the two addresses to which class members turn."""
    return Parties(
        plaintiff=section.text("plaintiff"),
        defendant=section.text("defendant"),
        class_counsel=_read_contact(section.section("class_counsel"), has_firm=True),
        administrator=_read_contact(section.section("administrator"), has_firm=False),
    )


def read_money(section: Section) -> Money:
    """Return the fund and its parts."""
    return Money(
        settlement_fund_cents=section.integer("settlement_fund_cents", minimum=1),
        fees_sought_cents=section.integer("fees_sought_cents"),
        expenses_sought_cents=section.integer("expenses_sought_cents"),
        service_award_cents=section.integer("service_award_cents"),
        administration_cents=section.integer("administration_cents"),
        net_settlement_fund_cents=section.integer("net_settlement_fund_cents"),
    )


def read_benefit(section: Section, *, languages: tuple[str, ...]) -> Benefit:
    """Return one benefit."""
    sentence = "must be 1 to 30 small letters, digits and hyphens and begin with a letter"
    benefit = Benefit(
        code=_checked(section, "code", section.text("code"), lambda text: _CODE.fullmatch(text) is not None, sentence),
        title=section.localised("title", languages=languages),
        description=section.localised("description", languages=languages),
        amount_cents=section.integer("amount_cents"),
    )
    section.close()
    return benefit


def read_merchant(section: Section) -> Merchant:
    """Return one merchant written in `case.toml` itself."""
    aliases = section.texts("aliases") if section.has("aliases") else ()
    merchant = Merchant(name=section.text("name"), domain=read_domain(section, "domain"), aliases=aliases)
    section.taken.add("aliases")
    section.close()
    return merchant


def read_matching(section: Section) -> MatchingThresholds:
    """Return the thresholds of the bands."""
    return MatchingThresholds(
        no_dispute_probability=section.share("no_dispute_probability"),
        review_probability=section.share("review_probability"),
        ambiguous_margin_bits=section.bits("ambiguous_margin_bits"),
    )


def read_rules(section: Section) -> CaseRules:
    """Return the periods of the agreement; the defaults are those common in published settlement agreements."""
    return CaseRules(
        cure_days=section.integer("cure_days", maximum=3650, default=30),
        cure_mail_days=section.integer("cure_mail_days", maximum=365, default=3),
        contest_days=section.integer("contest_days", maximum=3650, default=30),
        challenge_days=section.integer("challenge_days", maximum=3650, default=45),
        postal_days=section.integer("postal_days", maximum=365, default=14),
        audit_sample_share=section.share("audit_sample_share", default=0.02),
    )


def read_mail(section: Section) -> MailIdentity:
    """Return how mail of the case presents itself."""
    return MailIdentity(
        sender_name=section.text("sender_name"),
        sender_address=read_email(section, "sender_address"),
        reply_to=read_email(section, "reply_to"),
        bounce_domain=read_domain(section, "bounce_domain"),
    )


def _read_contact(section: Section, *, has_firm: bool) -> Contact:
    contact = Contact(
        name=section.text("name"),
        firm=section.text("firm") if has_firm else "",
        address=section.text("address", several_lines=True),
        phone=read_phone(section, "phone"),
        email=read_email(section, "email"),
    )
    section.close()
    return contact


def _checked(section: Section, key: str, text: str, is_sound: Callable[[str], bool], sentence: str) -> str:
    already_faulty = (*section.path, key) in section.findings.faulty
    if not already_faulty and not is_sound(text):
        section.fault(key, f'{section.name(key)} {sentence}, not "{text[:80]}".')
    return text


def _is_time_zone(text: str) -> bool:
    return text in zoneinfo.available_timezones()


def _is_email(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _is_phone(text: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, "US"))
    except phonenumbers.NumberParseException:
        return False
