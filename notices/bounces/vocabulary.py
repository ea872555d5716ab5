"""What reply texts mean, in the words and languages that mail systems use: the table `words.toml`, read once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from notices.bounces.report import Severity

WORDS = tomllib.loads(files("notices.bounces").joinpath("words.toml").read_text(encoding="utf-8"))
MAX_TEXT = 4_000

ADDRESS_IN_TEXT = re.compile(r"<?[^\s<>()\[\]:;,\"'@]{1,64}@[\w-]{1,63}(?:\.{1,2}[\w-]{1,63}){0,12}(?!\w)>?")
URL_IN_TEXT = re.compile(r"\b(?:https?|ftp)://(?:www\.)?([A-Za-z0-9.-]{1,200})[^\s<>\"]{0,500}", re.I)


@dataclass(frozen=True, slots=True)
class Rule:
    """A text that fits `pattern` has this reason; the first rule that fits wins.

    `beats_code` rules are believed against a status code that blames the address: a full mailbox, or a refused sender, that
    is reported as 5.1.1.
    """

    reason: str
    severity: Severity
    beats_code: bool
    pattern: re.Pattern[str]


RULES = tuple(
    Rule(
        reason=entry["reason"],
        severity=Severity(entry["severity"]),
        beats_code=entry.get("beats_code", False),
        pattern=re.compile("|".join(entry["phrases"])),
    )
    for entry in WORDS["rule"]
)


def mark(name: str, *, before: str = "", flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Return one of the `[marks]` of the table as a pattern, each phrase after `before`, without regard to case."""
    return re.compile(f"{before}(?:{'|'.join(WORDS['marks'][name])})", re.I | flags)


def folded(text: str) -> str:
    """Return `text` as the rules read it: one line, case folded, addresses as "<@>", web addresses as their host."""
    short = URL_IN_TEXT.sub(r"\1", text[:MAX_TEXT])
    short = ADDRESS_IN_TEXT.sub("<@>", short)
    return re.sub(r"\s+", " ", short).casefold().replace("’", "'")


def rule_for(text: str) -> Rule | None:
    """Return the first rule that fits `text` (as received), or None."""
    words = folded(text)
    return next((rule for rule in RULES if rule.pattern.search(words)), None)
