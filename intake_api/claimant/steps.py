"""The order of the claim form: which page comes next, what is still missing, and what a finished form says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casefile.tables.people import ClassMember
from intake_api.claimant.fields import Form
from intake_api.claimant.forms import AddressForm, ContactForm, NameForm, PaymentForm
from intake_api.translations import marked

MOST_EARLIER = 10
"""Sets of details at the time of a purchase; more than anybody has needed, and few enough to match."""

MOST_SHOPS = 50

PARTS = (
    marked("Your notice"),
    marked("Where you shopped"),
    marked("About you"),
    marked("When you shopped"),
    marked("Payment"),
    marked("Check and sign"),
)
"""The parts that the head of each page counts."""


@dataclass(frozen=True, slots=True)
class Step:
    """A page that asks for one thing and keeps it under the same name in the draft."""

    name: str
    heading: str
    form: type[Form]
    part: int
    following: str
    note: str = ""


PLAIN = {
    step.name: step
    for step in (
        Step("name", marked("What is your name now?"), NameForm, 3, "address"),
        Step(
            "address",
            marked("What is your postal address now?"),
            AddressForm,
            3,
            "contact",
            marked("A check goes to this address, so enter it as the post office knows it."),
        ),
        Step(
            "contact",
            marked("How can we reach you?"),
            ContactForm,
            3,
            "earlier",
            marked("You may leave both empty. We then write to your postal address."),
        ),
        Step("payment", marked("How would you like to be paid?"), PaymentForm, 5, "check"),
    )
}
"""The pages that only show a form and keep its answers; the others have their own modules."""

PERSON_FIELDS = (*NameForm.model_fields, *AddressForm.model_fields, *ContactForm.model_fields)


def missing(answers: Mapping[str, Any]) -> str | None:
    """Return the first page whose answer a claim cannot do without, or None when it can be signed."""
    email = answers.get("contact", {}).get("email")
    needed = {
        "shops": answers.get("merchants") or answers.get("other_shop"),
        "name": answers.get("name"),
        "address": answers.get("address"),
        "earlier": answers.get("same"),
        "earlier/1": answers.get("same") != "no" or answers.get("at_purchase"),
        "payment": answers.get("payment"),
        "contact": answers.get("payment", {}).get("method") != "digital" or email,
    }
    return next((page for page, answer in needed.items() if not answer), None)


def finished(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers as a claim version keeps them and as the matcher reads them."""
    earlier = answers.get("at_purchase", []) if answers["same"] == "no" else []
    return {
        "now": answers["name"] | answers["address"] | answers.get("contact", {}),
        "at_purchase": earlier,
        "merchants": answers.get("merchants", []),
        "other_shop": answers.get("other_shop", ""),
        "payment": answers["payment"]["method"],
        "has_notice": bool(answers.get("pin_passed")),
    }


def prefilled(member: ClassMember) -> dict[str, dict[str, str]]:
    """Return what the class list knows of a member as answers to look over; asked for only after the PIN passed."""
    known = {name: getattr(member, name, None) or "" for name in PERSON_FIELDS}
    if not known["family_name"] and member.full_name:
        known["given_name"], _, known["family_name"] = member.full_name.rpartition(" ")
    return {step: {name: known[name] for name in PLAIN[step].form.model_fields} for step in ("name", "address", "contact")}


def masked(text: str | None) -> str:
    """Return a name that its owner recognises and nobody else learns: the first letter of each word."""
    return " ".join(word[0] + "•" * 4 for word in (text or "").split())
