"""Mail addresses as reports write them: in fields, in lists and in prose."""

from __future__ import annotations

import re

# Bounded, so that a megabyte without an @ is read in linear time.
ADDRESS = re.compile(
    r"(\"[^\"\n@]{1,62}\"|[^\s<>()\[\]{}:;,\"'`@\\|«»“”]{1,64}(?:'[^\s<>()\[\]{}:;,\"'`@\\|]{1,40})?)@"
    r"(\w[\w-]{0,62}(?:\.{1,2}\w[\w-]{0,62}){0,12}|\[[0-9A-Fa-f:.]{3,60}\])"
)
MAIL_SYSTEM = re.compile(
    r"^(?:mailer[-_.]?daemon|post[-_.]?master|mail[-_.]?daemon|mail(?:er|[-_.]?deliver\w*)?[-_.](?:deliver\w*|system|admin\w*|service)[\w.-]*|mdaemon|microsoftexchange\w*"
    r"|[\w.-]{0,40}smtp[-_.](?:mail|gateway|service|server|daemon)[\w.-]*|[\w.-]{0,40}smtp_gateways?|system[-_.]?admin\w*)",
    re.I,
)
ROLE = re.compile(
    r"^(?:mail|mailer|no-?reply|do-?not-?reply|smtp|bounces?|root|daemon|majordomo|listserv|abuse|auto-?reply)$", re.I
)


def first_address(value: str) -> str:
    """Return the first address in a header or a field, without its type ("rfc822;") and brackets, or ""."""
    found = addresses_in(re.sub(r"^\s*[A-Za-z0-9-]{1,20}\s*;", "", value[:2_000]))
    return found[0] if found else ""


def addresses_in(value: str) -> list[str]:
    """Return every address in `value`, in order, each once (compared without case)."""
    found: dict[str, str] = {}
    for match in ADDRESS.finditer(value):
        address = clean(f"{match.group(1)}@{match.group(2)}")
        if address:
            found.setdefault(address.casefold(), address)
    return list(found.values())


def clean(address: str) -> str:
    """Return `address` without the punctuation of the sentence around it, or "" when nothing is left."""
    local, _, domain = address.rpartition("@")
    local = re.sub(r"^(?:mailto:|smtp[:=]|rfc822;|[*=.>#&-]+(?=[\w]))", "", local, flags=re.I)
    domain = domain.rstrip(".-_")
    return f"{local}@{domain}" if local and domain else ""


def is_mail_system(address: str) -> bool:
    """Say whether the local part is one under which mail systems write their reports."""
    return bool(MAIL_SYSTEM.match(address.rpartition("@")[0]))


def is_daemon(address: str) -> bool:
    """Say whether the local part is that of a machine or a role rather than of a person."""
    return is_mail_system(address) or bool(ROLE.match(address.rpartition("@")[0]))
