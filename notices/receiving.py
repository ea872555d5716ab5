"""Before a campaign is sent: each unsent notice is put into the group of the system that receives its domain's mail."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

import dns.asyncresolver

from casefile import mail_domains
from casefile.audience import PROVIDER_DOMAINS
from notices import mx
from notices.recovery import OpenCase

KNOWN = {domain: group for group, domains in PROVIDER_DOMAINS.items() for domain in domains}
"""The table: domains whose receiving group needs no look-up."""

BUDGET_SECONDS = 300.0
"""For all look-ups before one sending; domains left over are asked before the next."""

BATCH = 2000
"""Domains whose answers are kept in one transaction, so that an interruption loses little."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """What the look-ups brought: domains asked, notices put into another group, notices to domains that take no mail."""

    asked: int = 0
    moved: int = 0
    null_mx: int = 0
    no_dns: bool = False
    """Nobody answered, so the table's groups stand."""


def group_notices(open_case: OpenCase, *, campaign_id: uuid.UUID, resolver: dns.asyncresolver.Resolver | None = None) -> Grouped:
    """Look up the domains of a campaign's unsent notices that have no fresh answer, and write the groups into the notices.

    One question per domain, never per recipient; without DNS it ends within about two seconds and the table decides. It may
    run at any time and again. `resolver` is the system's when it is not given.
    """
    with open_case() as session:
        wanted = [one for one in mail_domains.not_fresh(session, campaign_id=campaign_id) if one not in KNOWN and mx.may_ask(one)]
    asked, no_dns, ends = 0, False, time.monotonic() + BUDGET_SECONDS
    for start in range(0, len(wanted), BATCH):
        left = max(1.0, ends - time.monotonic())
        answers = mx.look_up(wanted[start : start + BATCH], budget_seconds=left, resolver=resolver)
        if not answers.is_reachable or left == 1.0:
            no_dns = start == 0
            break
        with open_case() as session:
            mail_domains.keep(session, found=answers.found)
        asked += len(answers.found)
    with open_case() as session:
        moved = mail_domains.apply(session, campaign_id=campaign_id)
        null_mx = mail_domains.refuse_null_mx(session, campaign_id=campaign_id)
    return Grouped(asked, moved, null_mx, no_dns)
