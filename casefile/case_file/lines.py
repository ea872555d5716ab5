"""On which line of a TOML text each key stands; the standard parser does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

KeyPath = tuple[str | int, ...]
"""Names of tables and keys, and the position within an array of tables: `("benefits", 0, "code")`."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_KEY_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_TOKEN = re.compile(
    r'"""(?:\\.|(?!""").)*(?:"""|$)'  # the order matters: three quotes before one
    r"|'''(?:(?!''').)*(?:'''|$)"
    r'|"(?:\\.|[^"\\\n])*"?'
    r"|'[^'\n]*'?"
    r"|#[^\n]*"
    r"|[\[\]{}]"
    r"|\n",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class KeyLines:
    """The line of every key of one TOML text, counted from 1."""

    lines: dict[KeyPath, int] = field(default_factory=dict)

    def of(self, path: KeyPath) -> int:
        """Return the line of a key, or of the nearest table around it that the text names, or 1."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def find_lines(text: str) -> KeyLines:
    """Return where the keys of a TOML text stand; a text that is not TOML gives what could be read of it."""
    found: dict[KeyPath, int] = {}
    around: dict[KeyPath, int] = {}
    seen_tables: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, statement in _statements(text):
        if header := _HEADER.match(statement):
            path = table = _table_path(header.group(2), is_array=header.group(1) == "[[", seen=seen_tables)
        elif assignment := _ASSIGNMENT.match(statement):
            path = table + _key_parts(assignment.group(1))
        else:
            continue
        found.setdefault(path, number)
        for length in range(1, len(path)):
            around.setdefault(path[:length], number)
    return KeyLines({**around, **found})


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the first line of every statement with its number, skipping lines inside strings, arrays and tables."""
    lines = text.split("\n")
    inside = 0
    starts_at = 1
    number = 1
    for token in _TOKEN.finditer(text):
        piece = token.group()
        if piece == "\n":
            number += 1
            if inside <= 0:
                yield starts_at, lines[starts_at - 1]
                starts_at, inside = number, 0
            continue
        number += piece.count("\n")
        inside += {"[": 1, "{": 1, "]": -1, "}": -1}.get(piece, 0)
    yield starts_at, lines[starts_at - 1]


def _key_parts(text: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in _KEY_PART.findall(text))


def _table_path(text: str, *, is_array: bool, seen: dict[KeyPath, int]) -> KeyPath:
    """Return the path of a table header; within an array of tables it carries the position of its latest member."""
    path: KeyPath = ()
    parts = _key_parts(text)
    for position, part in enumerate(parts):
        path = (*path, part)
        is_last = position == len(parts) - 1
        if is_last and is_array:
            seen[path] = seen.get(path, -1) + 1
        if path in seen:
            path = (*path, seen[path])
    return path
