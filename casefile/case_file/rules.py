"""What must agree within a case folder: the order of its dates, the sums of its money, its domains, its thresholds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from casefile.case_file.lines import KeyPath
from casefile.case_file.merchants import PlacedMerchant
from casefile.case_file.values import Fault, Findings, shown_path
from casefile.case_folder import CaseDates, CaseFolder, Contact, MatchingThresholds, Money

_FICTIONAL_PHONE = re.compile(r"555-?01\d\d$")
"""Numbers set aside for fiction (NANPA, 555-0100 to 555-0199)."""

_IN_ORDER = (
    ("class_period_start", "class_period_end"),
    ("class_period_end", "preliminary_approval"),
    ("preliminary_approval", "notice"),
    ("notice", "claim_deadline"),
    ("notice", "exclusion_deadline"),
    ("notice", "objection_deadline"),
    ("exclusion_deadline", "final_hearing"),
    ("objection_deadline", "final_hearing"),
)
"""Pairs of dates of which the first may not come after the second; a claim deadline may lie after the hearing."""

_STRICTLY_BEFORE = {"notice"}
"""A deadline on the day of the notice would give nobody a day."""


def apply_rules(case: CaseFolder, findings: Findings) -> None:
    """Add a fault for everything in a case that contradicts itself, leaving out keys that are faulty in themselves."""
    _check_dates(case.dates, findings)
    _check_money(case.money, findings)
    _check_benefits(case, findings)
    _check_mail(case, findings)
    _check_thresholds(case.matching, findings)
    if case.synthetic:
        _check_synthetic(case, findings)


def synthetic_merchant_faults(placed: Iterable[PlacedMerchant]) -> Iterator[Fault]:
    """Yield a fault for every merchant of a synthetic case whose domain could be a real shop's."""
    for entry in placed:
        if not _is_reserved(entry.merchant.domain):
            yield Fault(entry.file, entry.line, _synthetic_sentence(f'the domain "{entry.merchant.domain}"'))


def _check_dates(dates: CaseDates, findings: Findings) -> None:
    for early, late in _IN_ORDER:
        if not findings.sound(("dates", early), ("dates", late)):
            continue
        first, second = getattr(dates, early), getattr(dates, late)
        second = second.date() if late == "final_hearing" else second
        if first > second or (first == second and early in _STRICTLY_BEFORE):
            sentence = f"dates.{late} ({second}) must come after dates.{early} ({first})."
            findings.add(("dates", late), sentence)


def _check_money(money: Money, findings: Findings) -> None:
    if not findings.sound(("money",)):
        return
    asked = money.fees_sought_cents + money.expenses_sought_cents + money.service_award_cents + money.administration_cents
    net = money.settlement_fund_cents - asked
    if net != money.net_settlement_fund_cents:
        findings.add(
            ("money", "net_settlement_fund_cents"),
            f"the money does not add up: the fund of {money.settlement_fund_cents} cents less fees, expenses, service"
            f" award and administration leaves {net} cents, not {money.net_settlement_fund_cents}.",
        )


def _check_benefits(case: CaseFolder, findings: Findings) -> None:
    first_place: dict[str, int] = {}
    for place, benefit in enumerate(case.benefits):
        path: KeyPath = ("benefits", place)
        first = first_place.setdefault(benefit.code, place)
        if first != place and findings.sound((*path, "code")):
            findings.add((*path, "code"), f'the code "{benefit.code}" already stands for benefit {first + 1}.')
        if benefit.amount_cents > case.money.net_settlement_fund_cents and findings.sound(("money",), (*path, "amount_cents")):
            findings.add((*path, "amount_cents"), "one claim of this benefit would be paid more than the whole net fund holds.")


def _check_mail(case: CaseFolder, findings: Findings) -> None:
    site = case.site_domain
    domains = {
        ("mail", "sender_address"): case.mail.sender_address.rpartition("@")[2],
        ("mail", "bounce_domain"): case.mail.bounce_domain,
    }
    for path, domain in domains.items():
        if findings.sound(("case", "site_domain"), path) and not _is_within(domain.lower(), site):
            # Mailbox providers demand it: RFC 7489, section 3.1 (alignment), and the court approved one sender.
            findings.add(path, f"{shown_path(path)} must be on the site's domain {site}, not on {domain}.")


def _check_thresholds(matching: MatchingThresholds, findings: Findings) -> None:
    if findings.sound(("matching",)) and matching.review_probability >= matching.no_dispute_probability:
        findings.add(
            ("matching", "review_probability"),
            "matching.review_probability must be lower than matching.no_dispute_probability.",
        )


def _check_synthetic(case: CaseFolder, findings: Findings) -> None:
    """A synthetic case must not be able to reach anybody (RFC 2606, section 2: `.example` belongs to no one)."""
    contacts = {"class_counsel": case.parties.class_counsel, "administrator": case.parties.administrator}
    domains: dict[KeyPath, str] = {
        ("case", "site_domain"): case.site_domain,
        ("mail", "sender_address"): case.mail.sender_address,
        ("mail", "reply_to"): case.mail.reply_to,
        ("mail", "bounce_domain"): case.mail.bounce_domain,
        **{("parties", who, "email"): contact.email for who, contact in contacts.items()},
    }
    for path, domain in domains.items():
        if findings.sound(path) and not _is_reserved(domain):
            findings.add(path, _synthetic_sentence(f'{shown_path(path)} "{domain}"'))
    for who, contact in contacts.items():
        _check_synthetic_phone(who, contact, findings)


def _check_synthetic_phone(who: str, contact: Contact, findings: Findings) -> None:
    path: KeyPath = ("parties", who, "phone")
    if findings.sound(path) and not _FICTIONAL_PHONE.search(contact.phone):
        findings.add(path, f'{shown_path(path)} "{contact.phone}" must be a 555-01xx number, for the case is marked synthetic.')


def _is_within(domain: str, site: str) -> bool:
    return domain == site or domain.endswith("." + site)


def _is_reserved(domain: str) -> bool:
    return domain.lower().endswith(".example")


def _synthetic_sentence(subject: str) -> str:
    return f"{subject} must end in .example, for the case is marked synthetic."
