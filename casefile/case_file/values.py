"""Typed values out of the tables of a `case.toml`; what is missing, unknown or of the wrong type becomes a fault."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from casefile.case_file.lines import KeyLines, KeyPath

MISSING_DATE = date(2000, 1, 1)
"""Stands where a date could not be read; the folder is then never built."""
LONGEST_TEXT = 20_000
"""Characters; a class definition is a page, not a book."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")
_YEARS = range(1900, 2201)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong in a case folder; `str(fault)` is the line that the user reads."""

    file: str
    line: int
    """Counted from 1; 0 is the file as a whole."""
    text: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.text}"


@dataclass(slots=True)
class Findings:
    """The faults found so far in one TOML file, and the keys that have one."""

    file: str
    lines: KeyLines
    faults: list[Fault] = field(default_factory=list)
    faulty: set[KeyPath] = field(default_factory=set)

    def add(self, path: KeyPath, text: str) -> None:
        """Note a fault of a key."""
        self.faults.append(Fault(self.file, self.lines.of(path), text))
        self.faulty.add(path)

    def sound(self, *paths: KeyPath) -> bool:
        """Say whether none of the keys, nor a table around them or a key inside them, has a fault."""
        return not any(bad[: len(path)] == path or path[: len(bad)] == bad for path in paths for bad in self.faulty)


@dataclass(slots=True)
class Section:
    """One table of the file; every `take` names a key that may stand there, and `close` reports those nobody took."""

    path: KeyPath
    values: Mapping[str, Any]
    findings: Findings
    taken: set[str] = field(default_factory=set)

    def text(self, key: str, *, default: str | None = None, several_lines: bool = False) -> str:
        """Return a text without surrounding space."""
        value = self._take(key, str, "a text in quotes", default, "")
        return self._clean(value, key, several_lines=several_lines)

    def integer(self, key: str, *, minimum: int = 0, maximum: int = 10**15, default: int | None = None) -> int:
        """Return a whole number within bounds."""
        value: int = self._take(key, int, "a whole number", default, minimum)
        if not minimum <= value <= maximum:
            self.fault(key, f"{self.name(key)} must be from {minimum} to {maximum}, not {_shown(value)}.")
        return value

    def share(self, key: str, *, default: float | None = None) -> float:
        """Return a number from 0 to 1."""
        value = self._take(key, (int, float), "a number from 0 to 1", default, 0.0)
        if not 0 <= value <= 1:
            self.fault(key, f"{self.name(key)} must be a number from 0 to 1, not {_shown(value)}.")
            return 0.0
        return float(value)

    def bits(self, key: str) -> float:
        """Return a match weight in bits (log2): 10 bits are odds of about a thousand to one."""
        value = self._take(key, (int, float), "a number of bits from 0 to 100", None, 0.0)
        if not 0 <= value <= 100:
            self.fault(key, f"{self.name(key)} must be a number of bits from 0 to 100, not {_shown(value)}.")
            return 0.0
        return float(value)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return true or false."""
        return bool(self._take(key, bool, "true or false", default, False))

    def day(self, key: str) -> date:
        """Return a calendar date."""
        value = self._take(key, date, "a date without quotes, such as 2026-03-31", None, MISSING_DATE)
        if isinstance(value, datetime):
            self.fault(key, f"{self.name(key)} must be a date alone, such as 2026-03-31, without a time of day.")
            return MISSING_DATE
        return value if self._year_is_sound(key, value) else MISSING_DATE

    def moment(self, key: str) -> datetime:
        """Return a point in time with its offset from UTC."""
        sentence = "a date and time with its offset, such as 2026-09-01T10:00:00-06:00"
        missing = datetime(2000, 1, 1, tzinfo=UTC)
        value = self._take(key, datetime, sentence, None, missing)
        if value.tzinfo is None:
            self.fault(key, f"{self.name(key)} must be {sentence}; the offset is missing.")
            return missing
        return value if self._year_is_sound(key, value) else missing

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of different texts."""
        listed = self._take(key, list, "a list of texts", None, [])
        if not all(isinstance(item, str) for item in listed):
            self.fault(key, f"{self.name(key)} must be a list of texts in quotes.")
            return ()
        cleaned = tuple(self._clean(item, key, several_lines=False) for item in listed)
        if len(set(cleaned)) < len(cleaned):
            self.fault(key, f"{self.name(key)} names the same thing twice.")
        return cleaned

    def localised(self, key: str, *, languages: tuple[str, ...]) -> dict[str, str]:
        """Return a text in each of the case's languages."""
        section = self.section(key)
        texts = {language: section.text(language, several_lines=True) for language in languages}
        section.close(kind="language")
        return texts

    def section(self, key: str) -> Section:
        """Return a table inside this one; an absent one is a fault and reads as empty."""
        table = self._take(key, dict, "a table", None, None)
        if table is None:
            # One fault for the table says it all: its keys need none of their own.
            return Section((*self.path, key), {}, Findings("", KeyLines()))
        return Section((*self.path, key), table, self.findings)

    def sections(self, key: str) -> Iterator[Section]:
        """Yield the tables of an array of tables."""
        listed = self._take(key, list, "an array of tables", None, [])
        for position, table in enumerate(listed):
            path = (*self.path, key, position)
            if isinstance(table, dict):
                yield Section(path, table, self.findings)
            else:
                self.findings.add(path, f"{self.name(key)} must hold tables only.")

    def has(self, key: str) -> bool:
        """Say whether the key is there."""
        return key in self.values

    def close(self, *, kind: str = "key") -> None:
        """Report the keys that nobody asked for: a misspelt key would be a rule that silently does not hold."""
        for key in self.values:
            if key not in self.taken:
                known = ", ".join(sorted(self.taken))
                self.fault(key, f"{self.name(key)} is an unknown {kind}; known here: {known}.")

    def fault(self, key: str, text: str) -> None:
        """Note a fault of one key of this table."""
        self.findings.add((*self.path, key), text)

    def name(self, key: str) -> str:
        """Return the key with its tables, as people write it."""
        return shown_path((*self.path, key))

    def _take(self, key: str, kind: type[_T] | tuple[type, ...], sentence: str, default: _T | None, missing: Any) -> Any:
        self.taken.add(key)
        if key not in self.values:
            if default is not None:
                return default
            self.fault(key, f"{self.name(key)} is missing; it must be {sentence}.")
            return missing
        value = self.values[key]
        # In Python true is also a whole number; in a case file it never is.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fault(key, f"{self.name(key)} must be {sentence}, not {_shown(value)}.")
            return missing
        return value

    def _clean(self, value: str, key: str, *, several_lines: bool) -> str:
        text = value.strip()
        if not text and key in self.values and (*self.path, key) not in self.findings.faulty:
            self.fault(key, f"{self.name(key)} is empty.")
        if len(text) > LONGEST_TEXT:
            self.fault(key, f"{self.name(key)} is longer than {LONGEST_TEXT} characters.")
        if _CONTROL.search(text) or ("\n" in text and not several_lines):
            self.fault(key, f"{self.name(key)} holds a line break or a control character.")
        return text

    def _year_is_sound(self, key: str, value: date) -> bool:
        if value.year in _YEARS:
            return True
        self.fault(key, f"{self.name(key)} is in the year {value.year}; years from {_YEARS[0]} to {_YEARS[-1]} are possible.")
        return False


def shown_path(path: KeyPath) -> str:
    """Return a key with its tables as people write it: `benefits[2].code` for the second benefit."""
    shown = ""
    for part in path:
        shown += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if shown else part
    return shown


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > 10**30:
        return "a number of more than thirty digits"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
