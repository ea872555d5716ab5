"""The pages of the documentation that are made from the code: state diagrams and the table of settings.

`python -m docs.generated` writes them; a test checks that they are current.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from casefile import words
from casefile.settings import Settings

FOLDER = Path(__file__).parent / "reference"


def states() -> str:
    """Return the page of all state machines, as Mermaid text and as tables that read without drawing."""
    parts = ["# States\n\nGenerated from `casefile/words.py` by `python -m docs.generated`; do not edit.\n"]
    for name, machine in words.MACHINES.items():
        parts.append(f"## {name.capitalize()}\n")
        lines = [f"    {before.value} --> {after.value}" for before in machine for after in sorted(machine[before])]
        parts.append("```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```\n")
        rows = [f"| {before.value} | {', '.join(sorted(machine[before])) or 'final'} |" for before in machine]
        parts.append("| state | may become |\n| --- | --- |\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def settings() -> str:
    """Return the page of all settings with their environment variable, default and meaning."""
    rows = [
        f"| `REDRESS_{name.upper()}` | {_default(name)} | {field.description} |" for name, field in Settings.model_fields.items()
    ]
    head = "# Settings\n\nGenerated from `casefile/settings.py` by `python -m docs.generated`; do not edit.\n\n"
    return head + "| environment variable | default | meaning |\n| --- | --- | --- |\n" + "\n".join(rows) + "\n"


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if field.default_factory is not None:
        return "by the user who runs it"
    return "none" if field.default is None else f"`{field.default}`"


PAGES: dict[str, tuple[Path, Callable[[], str]]] = {
    "states": (FOLDER / "states.md", states),
    "settings": (FOLDER / "settings.md", settings),
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in PAGES.values():
        path.write_text(text())
