"""Where a field may stand in an HTML template: in text, and as the whole address of a link; nowhere else."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from notices.fields import FIELDS, Form


class _Placement(HTMLParser):
    """Finds fields that stand where their value cannot be made safe."""

    _SLOT = re.compile(r"\{\{\s*(\w+)\s*\}\}")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.raw = ""
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.raw = tag if tag in {"script", "style"} else self.raw
        if tag in {"script", "iframe", "object", "embed", "form"}:
            self._note(f"<{tag}> has no place in a mail")
        for name, value in attrs:
            if "{{" in name or name.startswith("on"):
                self._note(f"the attribute {name} is not allowed")
            self._attribute(name, value or "")

    def handle_endtag(self, tag: str) -> None:
        self.raw = "" if tag == self.raw else self.raw

    def handle_data(self, data: str) -> None:
        if self.raw and ("{{" in data or "{%" in data):
            self._note(f"a field cannot stand inside <{self.raw}>")

    def handle_comment(self, data: str) -> None:
        if "{{" in data:
            self._note("a field cannot stand inside an HTML comment")

    def _attribute(self, name: str, value: str) -> None:
        fields = self._SLOT.findall(value)
        if not fields:
            return
        linked = name in {"href", "src"}
        plain = [field for field in fields if field in FIELDS and FIELDS[field].form is not Form.ADDRESS]
        whole = bool(self._SLOT.fullmatch(value.strip())) or value.startswith(("tel:{{", "mailto:{{"))
        if linked and plain and not value.startswith(("tel:", "mailto:")):
            self._note(f"{plain[0]} is not a web address and cannot stand in {name}")
        elif linked and not whole:
            self._note(f"a field in {name} must be the whole value")
        elif not linked and name not in {"alt", "title", "lang", "content"}:
            self._note(f"a field cannot stand in the attribute {name}")

    def _note(self, text: str) -> None:
        self.found.append((self.getpos()[0], text))


def misplaced(text: str) -> list[tuple[int, str]]:
    """Return line and reason of every field or element in an HTML template whose value could not be made safe there."""
    placement = _Placement()
    placement.feed(text)
    placement.close()
    return placement.found
