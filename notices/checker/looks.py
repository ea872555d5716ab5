"""Can people see it: contrast of the colours, words for pictures, a language for the screen reader, links that go home."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from notices.checker.findings import Finding, Level

LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3 (AA), for text of normal size; we ask it of large text too."""

_HEX = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})\b", re.IGNORECASE)
_NAMES = {"white": "#ffffff", "black": "#000000"}
_VOID = frozenset({"meta", "br", "img", "hr", "link", "input", "col", "area", "base", "source", "track", "wbr"})


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (#rrggbb), 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def check(page: str, *, file: str, language: str) -> Iterator[Finding]:
    """Yield what is wrong with a rendered page whose styles are inlined."""
    reader = _Page(file, language)
    reader.feed(page)
    reader.close()
    yield from reader.found
    if not reader.has_language:
        yield Finding(Level.ERROR, "language", "WCAG 2.2, 3.1.1", file, f'<html> has no lang="{language}"')


def links_in(page: str) -> list[str]:
    """Return every web address that a page links to or loads."""
    return re.findall(r"""(?:href|src)=["'](https?://[^"']+)""", page)


class _Page(HTMLParser):
    """Walks a page with the colours that hold at each place."""

    def __init__(self, file: str, language: str) -> None:
        super().__init__(convert_charrefs=True)
        self.file, self.language = file, language
        self.has_language = False
        self.found: list[Finding] = []
        self._stack: list[tuple[str, str, str, bool]] = [("", "#000000", "#ffffff", False)]
        self._seen: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.has_language = given.get("lang") == self.language
        if tag == "img" and "alt" not in given:
            self._note("alternative text", "WCAG 2.2, 1.1.1", "a picture has no alt text")
        if tag == "img" and given.get("src", "").startswith("http"):
            self._note(
                "pictures", "privacy of readers", "a picture is loaded from outside and would tell who reads", Level.WARNING
            )
        if tag not in _VOID:
            self._stack.append((tag, *self._colours(tag, given.get("style", ""))))

    def handle_endtag(self, tag: str) -> None:
        while len(self._stack) > 1 and self._stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        _, colour, ground, hidden = self._stack[-1]
        if not data.strip() or hidden or (colour, ground) in self._seen:
            return
        self._seen.add((colour, ground))
        ratio = contrast(colour, ground)
        if ratio < LEAST_CONTRAST:
            self._note("contrast", "WCAG 2.2, 1.4.3", f"{colour} on {ground} has a contrast of {ratio:.1f}, not {LEAST_CONTRAST}")

    def _colours(self, tag: str, style: str) -> tuple[str, str, bool]:
        _, colour, ground, hidden = self._stack[-1]
        rules = dict(rule.split(":", 1) for rule in style.split(";") if ":" in rule)
        rules = {name.strip().lower(): value.strip().lower() for name, value in rules.items()}
        hidden = hidden or tag in {"style", "script", "head", "title"} or rules.get("display") == "none"
        return (
            _colour(rules.get("color", "")) or colour,
            _colour(rules.get("background-color", "") or rules.get("background", "")) or ground,
            hidden,
        )

    def _note(self, rule: str, source: str, text: str, level: Level = Level.ERROR) -> None:
        self.found.append(Finding(level, rule, source, self.file, text, self.getpos()[0]))


def _colour(value: str) -> str:
    found = _HEX.search(_NAMES.get(value, value))
    if found is None:
        return ""
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
