"""E-mail addresses: the address as it was given, and beside it a key under which one mailbox is one spelling."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from matching.normalise import distinct

GMAIL_DOMAINS = pa.array(["gmail.com", "googlemail.com"])
"""Google delivers an address with other dots, a +tag, or the older domain to the same mailbox
(support.google.com/mail/answer/7436150). Other providers differ and are left alone."""

PLACEHOLDER_LOCALS = pa.array(
    ["none", "noemail", "no-email", "no.email", "noreply", "no-reply", "donotreply", "na", "n/a", "null", "unknown", "test",
     "nomail", "notprovided", "not-provided", "decline", "declined", "refused", "x", "xx", "xxx", "a", "asdf"]
)  # fmt: skip
"""What clerks type where an address is demanded and none is known; such an address says nothing about who it is."""

PLACEHOLDER_DOMAINS = pa.array(
    ["none.com", "noemail.com", "nomail.com", "na.com", "none.none", "no.com", "email.com", "test.com", "x.com", "xx.com",
     "example.com", "abc.com", "asdf.com"]
)  # fmt: skip
"""Domains that stand beside such a local part."""

_SHAPE = r"^[^@\s\"(),:;<>\[\]\\]+@[^@\s\"(),:;<>\[\]\\.]+(\.[^@\s\"(),:;<>\[\]\\.]+)*$"


def emails(values: distinct.Column) -> pa.Table:
    """Return `address` (as given), `key`, `local` and `domain` of the key, each null where there is no usable address.

    The key is lower case (domains by RFC 5321 section 2.4; local parts because no provider of note tells case apart), with
    Gmail's dots and +tag removed. It is for comparing only: mail goes to the address as given.
    """
    given = _unwrap(distinct.as_text(values))
    usable = pc.match_substring_regex(given, _SHAPE)
    given = pc.if_else(usable, given, None)
    parts = pc.split_pattern(pc.utf8_lower(given), "@", max_splits=1)
    local, domain = pc.list_element(parts, 0), pc.list_element(parts, 1)
    placeholder = pc.and_(pc.is_in(local, PLACEHOLDER_LOCALS), pc.is_in(domain, PLACEHOLDER_DOMAINS))
    given, local, domain = (pc.if_else(placeholder, None, column) for column in (given, local, domain))
    local, domain = _gmail(local, domain)
    key = pc.binary_join_element_wise(local, domain, "@")
    return pa.table(
        {
            "address": given.dictionary_encode(),
            "key": key.dictionary_encode(),
            "local": local.dictionary_encode(),
            "domain": domain.dictionary_encode(),
        }
    )


def _unwrap(given: pa.Array) -> pa.Array:
    """Take the address out of `Name <address>` and `mailto:address`."""
    odd = pc.match_substring_regex(given, r"[<>]|^mailto:|[,;.]$")
    if not pc.any(odd).as_py():
        return given
    bare = pc.replace_substring_regex(given, r"^(?i:mailto:)|^.*<|>.*$", "")
    return pc.if_else(odd, pc.utf8_trim(bare, ",;. "), given)


def _gmail(local: pa.Array, domain: pa.Array) -> tuple[pa.Array, pa.Array]:
    gmail = pc.is_in(domain, GMAIL_DOMAINS)
    plain = pc.replace_substring(pc.replace_substring_regex(local, r"\+.*$", ""), ".", "")
    usable = pc.and_(gmail, pc.not_equal(plain, ""))
    return pc.if_else(usable, plain, local), pc.if_else(gmail, "gmail.com", domain)
