"""What the tests of notices share: the demonstration case, its templates and values of one member."""

from __future__ import annotations

from pathlib import Path

import pytest

from notices.templates import NoticeTemplate, read_kind
from notices.values import case_values

ROOT = Path(__file__).parents[2]
CASE = ROOT / "cases" / "cartmanager"
SITE = "https://cartmanager-settlement.example"
KINDS = ("class_notice", "reminder", "claim_received", "deficiency", "decision", "payment", "correction")


class Quiet(dict):  # type: ignore[type-arg]
    """A mapping with a short face: hypothesis prints the arguments of every example."""

    def __repr__(self) -> str:
        return f"<{len(self)} items>"


@pytest.fixture(scope="session")
def demo_case():
    """The demonstration case's folder."""
    from casefile.case_file.read import read_case_folder

    return read_case_folder(CASE)


@pytest.fixture(scope="session")
def kinds(demo_case) -> dict[str, NoticeTemplate]:
    """Every notice kind of the demonstration case."""
    sender = {
        "sender_name": demo_case.mail.sender_name,
        "sender_address": demo_case.mail.sender_address,
        "reply_to": demo_case.mail.reply_to,
    }
    return Quiet((kind, read_kind(CASE / "notices" / kind, languages=demo_case.languages, sender=sender)) for kind in KINDS)


@pytest.fixture(scope="session")
def values(demo_case) -> dict[str, dict[str, str]]:
    """The case's values per language."""
    return Quiet((language, case_values(demo_case, language=language, site_url=SITE)) for language in demo_case.languages)


@pytest.fixture(scope="session")
def member() -> dict[str, str]:
    """The values of one member and one claim."""
    return {
        "first_name": "José",
        "full_name": "José Núñez-O'Brien",
        "shop_name": "Sunny Garden Supplies",
        "notice_id": "K7M 2QX 9RT",
        "pin": "482 913",
        "unsubscribe_url": f"{SITE}/unsubscribe/mfrggzdfmztwq2lk",
        "claim_number": "C7M 2QX 9RT",
        "submitted_on": "December 1, 2026",
        "cure_deadline": "January 15, 2027",
        "decision": "We approved it in part.",
        "decision_reasons": "- The second order is not in the records.",
        "contest_deadline": "February 1, 2027",
        "deficiency_list": "- There is no signature.\n- There is no address.",
        "payment_amount": "$12.00",
        "payment_method": "check",
        "correction_text": "The last day to object is March 8, 2027.",
    }
