"""Which system receives a domain's mail: recipients are paced by the receiving MX, not by the domain in the address."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from casefile import receivers
from notices.recovery import OpenCase

MX_SUFFIXES: Mapping[str, str] = {
    "google.com": "google",
    "googlemail.com": "google",
    "yahoodns.net": "yahoo",
    "olc.protection.outlook.com": "microsoft",
    "mail.protection.outlook.com": "microsoft-business",
    "mx.microsoft": "microsoft-business",
    "icloud.com": "apple",
    "comcast.net": "comcast",
    "mimecast.com": "mimecast",
    "orange.fr": "orange",
}
"""Suffix of an MX host -> receiving group, as KumoMTA groups them (shaping.toml, August 2026)."""

NULL_MX = "null-mx"
"""Group of domains that say they take no mail (RFC 7505)."""

LOOKUP_SECONDS = 3.0
FEWEST_NOTICES = 20
"""A domain with fewer recipients is not worth a question: it stays in the group `default`."""

Resolve = Callable[[str], list[str]]


def assign(open_case: OpenCase, *, campaign_id: uuid.UUID, resolve: Resolve | None = None) -> dict[str, int]:
    """Look up the receiving systems of a frozen audience's larger domains and return how many notices each group has.

    Without DNS everything stays as it is. The group is no part of what was approved: it changes the pace, not the mail.
    """
    with open_case() as session:
        domains = receivers.unknown_domains(session, campaign_id=campaign_id, fewest=FEWEST_NOTICES)
    found = groups_of(domains, resolve or resolve_by_dns)
    with open_case() as session:
        receivers.assign(session, campaign_id=campaign_id, groups=found)
        return receivers.counts(session, campaign_id=campaign_id)


def groups_of(domains: Iterable[str], resolve: Resolve) -> dict[str, str]:
    """Return the receiving group of each domain that has one of ours; look-ups run side by side."""
    names = list(domains)
    with ThreadPoolExecutor(max_workers=16) as pool:
        hosts = pool.map(resolve, names)
        return {name: group for name, found in zip(names, hosts, strict=True) if (group := group_of(found))}


def group_of(hosts: Iterable[str]) -> str:
    """Return the group of a domain's MX hosts, empty if it is none of the large ones."""
    for host in hosts:
        name = host.rstrip(".").lower()
        if not name:
            return NULL_MX
        for suffix, group in MX_SUFFIXES.items():
            if name == suffix or name.endswith(f".{suffix}"):
                return group
    return ""


def resolve_by_dns(domain: str) -> list[str]:
    """Return the MX hosts of a domain by preference, nothing when nobody answers in time."""
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(domain, "MX", lifetime=LOOKUP_SECONDS)
    except dns.exception.DNSException:
        return []
    return [str(record.exchange).rstrip(".") for record in sorted(answer, key=lambda record: record.preference)]
