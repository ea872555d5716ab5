"""The values that a case gives to its templates, formatted for people in each language."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_currency

from casefile.case_folder import CaseFolder, Contact

LOCALES = {"en": "en_US", "es": "es_US"}
"""Language of a notice -> the locale whose dates and money it prints."""

_DEMONSTRATION = {
    "en": "This is a demonstration. The people, the money and the settlement in this message are not real.",
    "es": "Esto es una demostración. Las personas, el dinero y el acuerdo de este mensaje no son reales.",
}


def day(value: date, language: str) -> str:
    """Return a date as people write it: `March 4, 2027`, `4 de marzo de 2027`."""
    return format_date(value, format="long", locale=LOCALES[language])


def money(cents: int, language: str) -> str:
    """Return US dollars: whole amounts without cents."""
    pattern = "¤#,##0" if cents % 100 == 0 else "¤#,##0.00"
    return format_currency(cents / 100, "USD", format=pattern, locale=LOCALES[language], currency_digits=False)


def hour(value: datetime, language: str) -> str:
    """Return the time of day with its zone's name, such as `10:00 AM MST`."""
    return f"{format_time(value, format='short', locale=LOCALES[language])} {value.tzname()}".replace("\u202f", " ")


def case_values(case: CaseFolder, *, language: str, site_url: str) -> dict[str, str]:
    """Return every case field in `language`; `site_url` is what `site_address` returns."""
    hearing = case.dates.final_hearing.astimezone(ZoneInfo(case.time_zone))
    dates = case.dates
    return {
        "language": language,
        "caption": case.caption,
        "short_name": case.short_name,
        "court": case.court,
        "docket_number": case.docket_number,
        "about": case.about[language],
        "class_definition": case.class_definition[language],
        "class_period_start": day(dates.class_period_start, language),
        "class_period_end": day(dates.class_period_end, language),
        "preliminary_approval_date": day(dates.preliminary_approval, language),
        "claim_deadline": day(dates.claim_deadline, language),
        "exclusion_deadline": day(dates.exclusion_deadline, language),
        "objection_deadline": day(dates.objection_deadline, language),
        "hearing_date": day(hearing.date(), language),
        "hearing_time": hour(hearing, language),
        "hearing_place": case.hearing_place,
        "plaintiff": case.parties.plaintiff,
        "defendant": case.parties.defendant,
        **_contact("counsel", case.parties.class_counsel),
        **_contact("administrator", case.parties.administrator),
        "settlement_fund": money(case.money.settlement_fund_cents, language),
        "fees_sought": money(case.money.fees_sought_cents, language),
        "service_award_sought": money(case.money.service_award_cents, language),
        "benefits": benefits(case, language),
        "sender_name": case.mail.sender_name,
        "synthetic_note": _DEMONSTRATION[language] if case.synthetic else "",
        **links(site_url, language),
    }


def site_address(public_url: str, slug: str) -> str:
    """Return where a case's pages begin, without language and last slash."""
    return f"{public_url.rstrip('/')}/{slug}"


def links(site_url: str, language: str) -> dict[str, str]:
    """Return the addresses that notices print; none carries anything about a person."""
    home = f"{site_url}/{language}"
    return {
        "site_url": home,
        "claim_url": f"{home}/claim",
        "exclusion_url": f"{home}/exclude",
        "objection_url": f"{home}/object",
        "documents_url": f"{home}/documents",
        "status_url": f"{home}/status",
    }


def benefits(case: CaseFolder, language: str) -> str:
    """Return the benefits, one a line: title, then what it is."""
    return "\n".join(f"{benefit.title[language]}: {benefit.description[language]}" for benefit in case.benefits)


def _contact(prefix: str, contact: Contact) -> dict[str, str]:
    found = {
        f"{prefix}_name": contact.name,
        f"{prefix}_address": ", ".join(contact.address.split("\n")),
        f"{prefix}_phone": contact.phone,
        f"{prefix}_email": contact.email,
    }
    return found | ({f"{prefix}_firm": contact.firm} if contact.firm else {})
