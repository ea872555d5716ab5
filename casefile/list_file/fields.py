"""What a list's columns may hold, and the many headers, English and Spanish, under which brokers and shops send them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

SPELLINGS: dict[str, tuple[str, ...]] = {
    field: tuple(spellings)
    for field, spellings in tomllib.loads(files(__package__).joinpath("spellings.toml").read_text("utf-8")).items()
}
"""Per field the headers that mean it, in lower case without accents and punctuation."""

REPEATABLE = ("email", "phone", "street", "unit", "city", "region", "postcode", "given_name", "family_name", "full_name")
"""Fields of which a list may hold several columns; the first filled one is used, the others stay in the raw row."""

PERSON = ("full_name", "given_name", "middle_name", "family_name", "second_family_name")
CONTACT = ("email", "phone", "street", "full_address", "postcode", "locality")

OWNERS = (
    "customer", "cust", "client", "consumer", "contact", "buyer", "shopper", "member", "primary", "home", "mailing",
    "mail", "mailto", "billing", "bill", "bill to", "billto", "shipping", "ship", "ship to", "shipto", "delivery",
    "recipient", "user", "my", "current", "residential", "res", "person", "individual", "account", "acct", "c",
    "cliente", "comprador", "de envio", "envio", "facturacion", "de facturacion", "del cliente", "entrega", "your",
    "invoice", "order", "subscriber", "p", "in",
)  # fmt: skip
"""Words that only say whose column it is, before or behind its meaning."""

SECONDARY = re.compile(r"\b(ship(ping)?|shipto|delivery|envio|entrega|alternate|alt|secondary|previous|old|work|evening)\b")
"""A second address, phone or e-mail rather than the main one."""


def words(header: str) -> str:
    """Return a header in lower-case words: `CustFirstName`, `CUST_FIRST-NAME` -> `cust first name`; `Teléfono` -> `telefono`."""
    plain = unicodedata.normalize("NFKD", header)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("#", " number ").replace("+", " plus ")
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    plain = re.sub(r"(?<=[A-Za-z])(?=\d)", " ", plain)
    return " ".join(re.findall(r"[a-z0-9]+", plain.lower()))


def _squeezed(text: str) -> str:
    return text.replace(" ", "")


_BY_SPELLING = {_squeezed(spelling): field for field, spellings in SPELLINGS.items() for spelling in spellings}


@cache
def lookup(header: str) -> str | None:
    """Return the field that a header means, or None: whole, then without the words that only say whose it is."""
    said = words(header[:200])
    if not said:
        return None
    for candidate in _shorter(said):
        found = _BY_SPELLING.get(_squeezed(candidate))
        if found:
            return found
    return None


def _shorter(said: str) -> list[str]:
    """The header, the header without a trailing number, and both without owners' words in front or behind."""
    forms = [said]
    numberless = re.sub(r" \d$", "", said)
    if numberless != said:
        forms.append(numberless)
    for form in list(forms):
        for owner in OWNERS:
            if form.startswith(owner + " "):
                forms.append(form[len(owner) + 1 :])
            if form.endswith(" " + owner):
                forms.append(form[: -len(owner) - 1])
    return forms


def is_secondary(header: str) -> bool:
    """Return whether a column is about a second address or number (ship to, alternate, previous)."""
    return bool(SECONDARY.search(words(header)))
