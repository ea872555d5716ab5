"""Which system receives a domain's mail: the DNS asked once per domain, with a table from MX host to receiving group."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import dns.asyncresolver
import dns.exception
import dns.resolver

from casefile.mail_domains import Received
from casefile.words import MxAnswer

GROUP_OF_SUFFIX = {
    # KumoMTA, assets/policy-extras/shaping.toml (August 2026): one group of limits for each of these suffixes.
    "google.com": "google",
    "googlemail.com": "google",
    "yahoodns.net": "yahoo",
    "olc.protection.outlook.com": "microsoft",
    "mail.protection.outlook.com": "microsoft_365",
    "mx.microsoft": "microsoft_dane",
    "icloud.com": "apple",
    "comcast.net": "comcast",
    "mimecast.com": "mimecast",
    "orange.fr": "orange",
    # Hosts that the vendors' set-up pages tell their customers to enter as MX.
    "pphosted.com": "proofpoint",
    "ppe-hosted.com": "proofpoint",
    "iphmx.com": "cisco",
    "ess.barracudanetworks.com": "barracuda",
}
"""Suffix of an MX host -> receiving group, whose limits are in `notices.pace`; any other host is in the group `default`."""

NEVER_ASKED = ("example", "test", "invalid", "localhost", "local", "internal", "onion", "alt", "home.arpa", "arpa",
               "example.com", "example.net", "example.org")  # fmt: skip
"""Domains that are no one's in the public DNS (RFC 2606, 6761, 6762, 7686, 8375, 9476; ICANN for `internal`)."""

CONCURRENCY = 64
SILENCE_SECONDS = 2.0
"""When nothing has answered by then, there is no DNS here."""

LOOKUP_SECONDS = 6.0
"""For one domain, all its retries together."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found; without DNS `is_reachable` is false and nothing is."""

    is_reachable: bool
    found: list[Received]


def group_of(host: str) -> str:
    """Return the receiving group of an MX host, by its longest known suffix; `default` for any other."""
    labels = host.lower().rstrip(".").split(".")
    suffixes = (".".join(labels[start:]) for start in range(len(labels)))
    return next((GROUP_OF_SUFFIX[suffix] for suffix in suffixes if suffix in GROUP_OF_SUFFIX), "default")


def may_ask(domain: str) -> bool:
    """Return whether a domain can be in the public DNS, so that its name may leave the house."""
    return "." in domain and not any(domain == name or domain.endswith(f".{name}") for name in NEVER_ASKED)


def look_up(
    domains: Sequence[str],
    *,
    resolver: dns.asyncresolver.Resolver | None = None,
    budget_seconds: float,
    silence_seconds: float = SILENCE_SECONDS,
) -> Answers:
    """Ask for the MX of each domain once, some at a time. Blocks; needs no running event loop.

    Where there is no DNS it says so after `silence_seconds` altogether; what is not answered after `budget_seconds` is left out.
    `resolver` is the system's when it is not given.
    """
    asked = [domain for domain in domains if may_ask(domain)]
    try:
        resolver = resolver or dns.asyncresolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        return Answers(is_reachable=False, found=[])
    if not asked:
        return Answers(is_reachable=True, found=[])
    return asyncio.run(_Asking(resolver, iter(asked)).run(silence_seconds, budget_seconds))


class _Asking:
    """Some questions at a time, until all are answered, nobody answers, or the time is up."""

    def __init__(self, resolver: dns.asyncresolver.Resolver, domains: Iterator[str]) -> None:
        self.resolver, self.domains = resolver, domains
        self.found: list[Received] = []
        self.heard = asyncio.Event()

    async def run(self, silence_seconds: float, budget_seconds: float) -> Answers:
        workers = [asyncio.create_task(self._work()) for _ in range(CONCURRENCY)]
        ears = asyncio.create_task(self.heard.wait())
        everything = asyncio.gather(*workers)
        try:
            await asyncio.wait((ears, everything), timeout=silence_seconds, return_when=asyncio.FIRST_COMPLETED)
            if self.heard.is_set():
                await asyncio.wait((everything,), timeout=budget_seconds)
        finally:
            for task in (ears, *workers):
                task.cancel()
            await asyncio.gather(ears, everything, return_exceptions=True)
        return Answers(self.heard.is_set(), self.found if self.heard.is_set() else [])

    async def _work(self) -> None:
        for domain in self.domains:
            self.found.append(await self._ask(domain))

    async def _ask(self, domain: str) -> Received:
        try:
            answer = await self.resolver.resolve(domain, "MX", lifetime=LOOKUP_SECONDS, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            self.heard.set()
            return Received(domain, MxAnswer.MISSING, "", "default")
        except (dns.exception.DNSException, OSError, ValueError):
            return Received(domain, MxAnswer.UNANSWERED, "", "default")
        self.heard.set()
        records = sorted((record.preference, str(record.exchange).lower()) for record in answer.rrset or ())
        return _received(domain, [host for _, host in records])


def _received(domain: str, hosts: Sequence[str]) -> Received:
    """Judge a domain by its MX hosts, the most preferred first; a lone `.` is a null MX (RFC 7505, section 3)."""
    if list(hosts) == ["."]:
        return Received(domain, MxAnswer.NULL_MX, "", "default")
    host = next((host.rstrip(".") for host in hosts if host != "."), "")
    return Received(domain, MxAnswer.MX if host else MxAnswer.NO_MX, host, group_of(host))
