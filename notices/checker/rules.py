"""Every question that is asked of a notice before two people may approve it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from urllib.parse import urlsplit

from casefile.case_folder import CaseFolder
from notices import values as case_texts
from notices.checker import looks, passages, reading
from notices.checker.findings import Finding, Level
from notices.fields import FIELDS, MAILBOX, Scope
from notices.render import Envelope, Rendered, render
from notices.skeleton import Press
from notices.templates import LanguageVersion, NoticeTemplate

LARGEST_OCTETS = 100_000
"""Gmail cuts a message off at about 102 kB, and with it what the court ordered to be said."""

HIGHEST_GRADE = 8.0
"""The domain guide's grade for a summary notice; the Federal Judicial Center asks for plain language without a number."""

COURT_SITES = frozenset({"pacer.uscourts.gov", "www.pacer.uscourts.gov"})
"""Where a notice may link beside the settlement's own site: people read the docket there."""

DATE_FIELDS = ("claim_deadline", "exclusion_deadline", "objection_deadline", "hearing_date")
"""The dates that a class notice must print."""

_MONEY = re.compile(r"[$€£]\s?\d|\d\s?(?:dollars|dólares|USD)\b", re.IGNORECASE)
_SAMPLE = {
    "full_name": "Ana María Sample-Example",
    "first_name": "Ana María",
    "shop_name": "Sunny Garden Supplies",
    "notice_id": "K7M 2QX 9RT",
    "pin": "482 913",
    "claim_number": "K7M 2QX 9RT",
    "decision": "We approved your claim.",
    "decision_reasons": "Reason",
    "deficiency_list": "There is no signature.",
    "payment_amount": "$1.00",
    "payment_method": "check",
    "correction_text": "Text",
}


def check(template: NoticeTemplate, case: CaseFolder, *, site_url: str) -> list[Finding]:
    """Ask everything of a notice kind; the errors come first. `site_url` is what `notices.values.site_address` returns."""
    found = [*_sender(template, case)]
    for version in template.languages.values():
        found += _version(template, version, case, site_url, can_be_sent=not found)
    for one, other in pairwise(template.languages.values()):
        found += passages.same_in_both(one, other)
    return sorted(found, key=lambda finding: (finding.level, finding.file, finding.line or 0))


def _version(
    template: NoticeTemplate, version: LanguageVersion, case: CaseFolder, site_url: str, *, can_be_sent: bool
) -> Iterator[Finding]:
    texts = case_texts.case_values(case, language=version.language, site_url=site_url)
    sample = sample_values(case, version.language, site_url)
    rendered = render(version, {**texts, **sample})
    yield from passages.check(template.kind, version)
    yield from _subject(version, rendered, case)
    yield from _dates(template.kind, version, rendered, case, texts)
    yield from _grade(version, texts)
    yield from _sameness(version, rendered)
    yield from _links(version, rendered, site_url)
    yield from _unsubscribing(template, version)
    if can_be_sent:
        yield from _size(template, version, texts, sample)
    yield from looks.check(rendered.html, file=version.html.file, language=version.language)


def sample_values(case: CaseFolder, language: str, site_url: str) -> dict[str, str]:
    """Return values of an imagined member and claim; the dates in them are the case's."""
    deadline = case_texts.day(case.dates.claim_deadline, language)
    dates = dict.fromkeys(("submitted_on", "cure_deadline", "contest_deadline"), deadline)
    return {**_SAMPLE, **dates, "unsubscribe_url": f"{site_url}/{language}/unsubscribe/token"}


def _sender(template: NoticeTemplate, case: CaseFolder) -> Iterator[Finding]:
    domain = template.sender_address.partition("@")[2].lower()
    if not MAILBOX.fullmatch(template.sender_address) or not MAILBOX.fullmatch(template.reply_to):
        yield Finding(
            Level.ERROR, "sender", "RFC 5322, 3.6.2", "kind.toml", "sender_address and reply_to must be e-mail addresses"
        )
    elif domain != case.site_domain and not domain.endswith(f".{case.site_domain}"):
        text = f"the sender's domain {domain} is not the settlement site's, {case.site_domain}"
        yield Finding(Level.ERROR, "sender", "DMARC alignment (RFC 7489, 3.1); Google sender guidelines", "kind.toml", text)


def _subject(version: LanguageVersion, rendered: Rendered, case: CaseFolder) -> Iterator[Finding]:
    source = "Powers v. Filters Fast (W.D. Wis. 2022); N.D. Cal. guidance"
    if case.short_name not in rendered.subject and case.caption not in rendered.subject:
        yield Finding(Level.ERROR, "subject", source, version.subject.file, "does not name the case", 1)
    if _MONEY.search(rendered.subject):
        yield Finding(Level.ERROR, "subject", source, version.subject.file, "names an amount of money", 1)
    if not rendered.preheader:
        yield Finding(Level.WARNING, "preheader", "what mail programs show", version.preheader.file, "is empty", 1)


def _dates(
    kind: str, version: LanguageVersion, rendered: Rendered, case: CaseFolder, texts: Mapping[str, str]
) -> Iterator[Finding]:
    rule, source = "dates", "the court's order, as case.toml has it"
    known = _known_dates(case, version.language)
    for part, text in ((version.text, rendered.text), (version.html, reading.text_of(rendered.html))):
        for said in reading.dates_in(text, version.language):
            if said.lower() not in known:
                yield Finding(Level.ERROR, rule, source, part.file, f"{said} is not a date of the case", _line(part.text, said))
        for name in DATE_FIELDS if kind == "class_notice" else ():
            if texts[name] not in text:
                yield Finding(Level.ERROR, rule, source, part.file, f"does not print {name}, {texts[name]}")


def _known_dates(case: CaseFolder, language: str) -> set[str]:
    dates = case.dates
    days = [getattr(dates, name) for name in dates.__slots__]
    plain = [day.date() if isinstance(day, datetime.datetime) else day for day in days]
    own = {case_texts.day(day, language).lower() for day in plain}
    words = f"{case.class_definition[language]} {case.about[language]}"
    return own | {said.lower() for said in reading.dates_in(words, language)}


def _grade(version: LanguageVersion, texts: Mapping[str, str]) -> Iterator[Finding]:
    """Read the text with one plain word for each name, date and address: those are not the writer's choice."""
    plain = dict.fromkeys(FIELDS, "name") | {name: texts[name] for name in ("about", "class_definition", "benefits")}
    grade = reading.grade(render(version, plain).text, version.language)
    if grade is not None and grade > HIGHEST_GRADE:
        text = f"reads at grade {grade:.1f}; plain language is {HIGHEST_GRADE:g} or below"
        yield Finding(
            Level.WARNING,
            "reading grade",
            "Fed. R. Civ. P. 23(c)(2)(B): plain, easily understood language",
            version.text.file,
            text,
        )


def _sameness(version: LanguageVersion, rendered: Rendered) -> Iterator[Finding]:
    page = rendered.html.replace(f">{rendered.preheader}<", "><", 1)
    if said := reading.first_difference(page, rendered.text):
        yield Finding(Level.ERROR, "text and page", "RFC 2046, 5.1.4: alternatives say the same", version.text.file, said)


def _links(version: LanguageVersion, rendered: Rendered, site_url: str) -> Iterator[Finding]:
    home = urlsplit(site_url)
    for link in sorted(set(looks.links_in(rendered.html)) | set(re.findall(r"https?://[^\s<>\"]+[^\s<>\".,;:]", rendered.text))):
        host = urlsplit(link).hostname
        if host != home.hostname and host not in COURT_SITES:
            text = f"{link} leads away from the settlement's site"
            yield Finding(
                Level.ERROR, "links", "phishing looks like this", version.html.file, text, _line(version.html.text, link)
            )
        elif not link.startswith("https://") and not link.startswith(site_url):
            yield Finding(
                Level.ERROR, "links", "RFC 8058, 3.1; browsers warn", version.html.file, f"{link} is not encrypted (https)"
            )


def _unsubscribing(template: NoticeTemplate, version: LanguageVersion) -> Iterator[Finding]:
    source = "RFC 8058; unsubscribing is not an exclusion (Rule 23(c)(2)(B)(v))"
    for part in (version.text, version.html):
        if not template.unsubscribable:
            if "unsubscribe_url" in part.printed:
                yield Finding(
                    Level.ERROR, "unsubscribe", source, part.file, "prints unsubscribe_url, but kind.toml says it cannot be"
                )
        elif not {"unsubscribe_url", "exclusion_url"} <= part.printed:
            text = "must print unsubscribe_url and, beside it, exclusion_url as the way out of the class"
            yield Finding(Level.ERROR, "unsubscribe", source, part.file, text)


def _size(
    template: NoticeTemplate, version: LanguageVersion, texts: Mapping[str, str], sample: Mapping[str, str]
) -> Iterator[Finding]:
    long = {
        name: value * 10 if FIELDS[name].scope is Scope.MEMBER and "url" not in name else value for name, value in sample.items()
    }
    now = datetime.datetime.now(datetime.UTC)
    letter = Envelope("a@mail.example", "", "<a@mail.example>", "b@mail.example", now, unsubscribe_url=sample["unsubscribe_url"])
    head, body = Press(template, {version.language: texts}).message(version.language, long, letter)
    if len(head) + len(body) > LARGEST_OCTETS:
        text = f"the message has {len(head) + len(body):,} octets; Gmail cuts off what is beyond {LARGEST_OCTETS:,}"
        yield Finding(Level.ERROR, "size", "Gmail clips at 102 kB", version.html.file, text)


def _line(text: str, part: str) -> int | None:
    return text.count("\n", 0, text.index(part)) + 1 if part in text else None
