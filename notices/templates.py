"""Notice templates: read, held to named fields and conditions, and parsed into texts, slots and branches."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import css_inline
from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from casefile.errors import TemplateFaults
from notices.fields import FIELDS, Scope
from notices.placement import misplaced


class Part(StrEnum):
    """The four files of one language of a notice kind."""

    SUBJECT = "subject.txt"
    PREHEADER = "preheader.txt"
    TEXT = "body.txt"
    HTML = "body.html"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template, and where."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one field's value."""

    name: str


@dataclass(frozen=True, slots=True)
class Branch:
    """Two sequences of which one is used: `filled` when field `name` has a value, `empty` when not."""

    name: str
    filled: tuple[Node, ...]
    empty: tuple[Node, ...]


Node = str | Slot | Branch


@dataclass(frozen=True, slots=True)
class Source:
    """One template file: its text as written, what it parses to, and the text of each marked passage."""

    file: str
    text: str
    nodes: tuple[Node, ...]
    passages: Mapping[str, str]

    @property
    def names(self) -> frozenset[str]:
        """Every field that it prints or asks about."""
        return frozenset(_names(self.nodes))

    @property
    def printed(self) -> frozenset[str]:
        """Every field that it prints somewhere."""
        return frozenset(_printed(self.nodes))

    @property
    def conditions(self) -> frozenset[str]:
        """The fields that it asks about."""
        return frozenset(_conditions(self.nodes))


@dataclass(frozen=True, slots=True)
class LanguageVersion:
    """One language of a notice kind."""

    language: str
    subject: Source
    preheader: Source
    text: Source
    html: Source

    @property
    def parts(self) -> tuple[Source, Source, Source, Source]:
        """All four sources."""
        return self.subject, self.preheader, self.text, self.html

    @property
    def names(self) -> frozenset[str]:
        """Every field that any part uses."""
        return frozenset().union(*(part.names for part in self.parts))

    @property
    def conditions(self) -> frozenset[str]:
        """The fields on which any part branches."""
        return frozenset().union(*(part.conditions for part in self.parts))


@dataclass(frozen=True, slots=True)
class NoticeTemplate:
    """A notice kind with its sender and its languages: what two people approve, beside audience and window."""

    kind: str
    sender_name: str
    sender_address: str
    reply_to: str
    unsubscribable: bool
    languages: Mapping[str, LanguageVersion]

    def version(self, language: str) -> LanguageVersion:
        """Return the version in `language`, or in the kind's first language when there is none."""
        return self.languages.get(language) or next(iter(self.languages.values()))


ENVIRONMENT = SandboxedEnvironment(autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
_MARK = re.compile(r"\{#\s*(begin|end)\s+([a-z0-9-]+)\s*#\}")
_KIND_KEYS = {"sender_name", "sender_address", "reply_to", "unsubscribable"}


def read_kind(folder: Path, *, languages: tuple[str, ...], sender: Mapping[str, str]) -> NoticeTemplate:
    """Read a notice kind's folder; where `kind.toml` is silent, `sender` gives sender_name, sender_address, reply_to.

    Raises `TemplateFaults` with every fault of every file, each with its line.
    """
    about = _read_about(folder)
    sources = {f"{language}/{part.value}": _read_text(folder / language / part.value) for language in languages for part in Part}
    return build_kind(
        kind=folder.name,
        sources=sources,
        languages=languages,
        sender_name=str(about.get("sender_name", sender["sender_name"])),
        sender_address=str(about.get("sender_address", sender["sender_address"])),
        reply_to=str(about.get("reply_to", sender["reply_to"])),
        unsubscribable=bool(about.get("unsubscribable", False)),
    )


def build_kind(
    *,
    kind: str,
    sources: Mapping[str, str],
    languages: tuple[str, ...],
    sender_name: str,
    sender_address: str,
    reply_to: str,
    unsubscribable: bool,
) -> NoticeTemplate:
    """Parse the texts of a kind (`"en/subject.txt" -> text`), from folder or ledger; raise `TemplateFaults`."""
    faults: list[Fault] = []
    versions = {}
    for language in languages:
        subject, preheader, text, body = (
            parse(sources[f"{language}/{part.value}"], file=f"{language}/{part.value}", part=part, faults=faults) for part in Part
        )
        versions[language] = LanguageVersion(language, subject, preheader, text, body)
    if faults:
        raise TemplateFaults(f"The templates of {kind} have faults:\n" + "\n".join(map(str, faults)))
    return NoticeTemplate(kind, sender_name, sender_address, reply_to, unsubscribable, versions)


def parse(text: str, *, file: str, part: Part, faults: list[Fault]) -> Source:
    """Parse one template file; what is not allowed goes to `faults` with its line and is left out of the result."""
    reader = _Reader(file, faults)
    body = text.strip() if part in {Part.SUBJECT, Part.PREHEADER} else text
    parsed = reader.read(body)
    if part in {Part.SUBJECT, Part.PREHEADER} and "\n" in body:
        faults.append(Fault(file, 2, "must be a single line"))
    if part is Part.PREHEADER:
        reader.only_case_fields(parsed)
    if part is Part.HTML:
        faults.extend(Fault(file, number, said) for number, said in misplaced(text))
        if not faults:
            parsed = reader.read(inline_styles(text))
    return Source(file, text, parsed, _passages(text, file, faults))


@lru_cache(maxsize=64)
def inline_styles(text: str) -> str:
    """Copy the rules of `<style>` into `style` attributes, since several mail programs drop `<style>`."""
    return str(css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False).inline(text))


class _Reader:
    """Turns a template into nodes and writes down what is not allowed."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file = file
        self.faults = faults

    def read(self, text: str) -> tuple[Node, ...]:
        try:
            tree = ENVIRONMENT.parse(text)
        except TemplateSyntaxError as error:
            self._fault(error.lineno, f"cannot be read: {error.message}")
            return ()
        return tuple(self._sequence(tree.body))

    def only_case_fields(self, parsed: tuple[Node, ...]) -> None:
        for name in sorted(set(_names(parsed))):
            if FIELDS[name].scope is not Scope.CASE:
                self._fault(1, f"the preheader may use fields of the case only, not {name}")

    def _sequence(self, body: list[nodes.Node]) -> Iterator[Node]:
        for node in body:
            if isinstance(node, nodes.Output):
                yield from self._output(node)
            elif isinstance(node, nodes.If):
                yield from self._branch(node)
            else:
                self._fault(node.lineno, f"{type(node).__name__.lower()} is not allowed; use fields and conditions only")

    def _output(self, node: nodes.Output) -> Iterator[Node]:
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                yield part.data
            elif isinstance(part, nodes.Name) and self._known(part):
                yield Slot(part.name)
            elif not isinstance(part, nodes.Name):
                self._fault(part.lineno, "only the name of a field may stand between {{ and }}")

    def _branch(self, node: nodes.If) -> Iterator[Node]:
        negated = isinstance(node.test, nodes.Not)
        test = node.test.node if isinstance(node.test, nodes.Not) else node.test
        if not isinstance(test, nodes.Name):
            self._fault(node.lineno, "a condition may only name a field: {% if field %} or {% if not field %}")
            return
        if not self._known(test):
            return
        chosen = tuple(self._sequence(node.body))
        # elif is an if inside the else
        other = tuple(self._sequence([*node.elif_, *node.else_])) if not node.elif_ else tuple(self._chain(node))
        yield Branch(test.name, other, chosen) if negated else Branch(test.name, chosen, other)

    def _chain(self, node: nodes.If) -> Iterator[Node]:
        first, *rest = node.elif_
        yield from self._branch(nodes.If(first.test, first.body, rest, node.else_, lineno=first.lineno))

    def _known(self, node: nodes.Name) -> bool:
        if node.name in FIELDS:
            return True
        self._fault(node.lineno, f"there is no field {node.name!r}")
        return False

    def _fault(self, number: int, text: str) -> None:
        self.faults.append(Fault(self.file, number, text))


def _names(parsed: tuple[Node, ...]) -> Iterator[str]:
    for node in parsed:
        if isinstance(node, Slot):
            yield node.name
        elif isinstance(node, Branch):
            yield node.name
            yield from _names(node.filled)
            yield from _names(node.empty)


def _printed(parsed: tuple[Node, ...]) -> Iterator[str]:
    for node in parsed:
        if isinstance(node, Slot):
            yield node.name
        elif isinstance(node, Branch):
            yield from _printed((*node.filled, *node.empty))


def _conditions(parsed: tuple[Node, ...]) -> Iterator[str]:
    for node in parsed:
        if isinstance(node, Branch):
            yield node.name
            yield from _conditions(node.filled)
            yield from _conditions(node.empty)


def _passages(text: str, file: str, faults: list[Fault]) -> dict[str, str]:
    """Return the text between each pair of passage marks."""
    found: dict[str, str] = {}
    opened: dict[str, tuple[int, int]] = {}
    for mark in _MARK.finditer(text):
        word, name, number = mark[1], mark[2], text.count("\n", 0, mark.start()) + 1
        if word == "begin":
            opened[name] = (mark.end(), number)
        elif name in opened:
            found[name] = text[opened.pop(name)[0] : mark.start()].strip()
        else:
            faults.append(Fault(file, number, f"passage {name!r} ends but never began"))
    faults.extend(Fault(file, number, f"passage {name!r} begins but never ends") for name, (_, number) in opened.items())
    return found


def _read_about(folder: Path) -> dict[str, object]:
    path = folder / "kind.toml"
    try:
        about = tomllib.loads(_read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise TemplateFaults(f"{path.name} of {folder.name} cannot be read: {error}") from error
    if unknown := sorted(set(about) - _KIND_KEYS):
        raise TemplateFaults(f"{path.name} of {folder.name} has unknown keys: {', '.join(unknown)}")
    return about


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = "is missing" if isinstance(error, FileNotFoundError) else "cannot be read as UTF-8"
        raise TemplateFaults(f"The template {path} {reason}.") from error
