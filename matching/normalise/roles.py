"""In which role a name stands on a line: the person, an estate, a trust, a minor; and who only takes the mail."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    """What a line names; only a person files and is paid in his own name (authority to act is shown for the others)."""

    PERSON = "person"
    ESTATE = "estate"
    TRUST = "trust"
    MINOR = "minor"


_ESTATE = re.compile(
    r"^(?:the )?(?:est(?:ate)?|succession|sucesion)\.? (?:of|de)(?: the late)? |,?\s*\(?\b(?:estate|deceased|decd|dec'd)\b\.?\)?$"
)
_TRUST = re.compile(
    r"^(?:the )?trust(?:ee)? (?:of|for) |,?\s*\b(?:as )?(?:trustees?|ttees?)\b.*$"
    r"|^the (?=.*\btrust\b)|\s+(?:family |living |revocable |irrevocable |rev |liv |testamentary )*(?:trust|trst)\b.*$"
)
_MINOR = re.compile(r",?\s*\(?\b(?:a minor(?: child)?|minor)\b\)?.*$")
_FOR_MAIL = re.compile(
    r"[,\s]+(?:c/o|c\\o|in care of|care of|attn:?|attention:?)\s.*$|\s+or (?:the )?(?:current )?(?:resident|occupant)$"
    r"|\s*\((?:decd|aka|fka|nee)?[^)]*\)$"
)
_ALIAS = re.compile(r"[,\s]+(?:a/k/a|aka|f/k/a|fka|n/k/a|nka|d/b/a|dba|nee|formerly)\s.*$")
_ATTENTION = re.compile(r"^(?:c/o|in care of|attn:?|attention:?|to the parents? (?:or guardian )?of|parents? of)\s+")


def take_role(text: str) -> tuple[str, Kind]:
    """Return the folded line without the words of its role, and the role.

    Estates and trusts follow how titles to property are written (Uniform Probate Code 1-201); `c/o`, `attn`, "or current
    resident" (USPS Publication 28, sections 352-354) and `a/k/a` say where mail goes or who else it may be, not who it is.
    """
    text = _ATTENTION.sub("", text)
    for kind, pattern in ((Kind.ESTATE, _ESTATE), (Kind.TRUST, _TRUST), (Kind.MINOR, _MINOR)):
        bare = pattern.sub("", text).strip(" ,")
        if bare != text and bare:
            return _without_mail_words(bare), kind
    return _without_mail_words(text), Kind.PERSON


def _without_mail_words(text: str) -> str:
    return _ALIAS.sub("", _FOR_MAIL.sub("", text)).strip(" ,") or text
