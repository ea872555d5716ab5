"""Every key that a case file may have is explained on the page about it."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def keys(table: dict[str, object]) -> set[str]:
    found = set(table)
    for value in table.values():
        for inner in value if isinstance(value, list) else [value]:
            found |= keys(inner) if isinstance(inner, dict) else set()
    return found


def test_every_key_is_explained() -> None:
    page = (ROOT / "docs" / "case-folder.md").read_text(encoding="utf-8")
    table = tomllib.loads((ROOT / "cases" / "cartmanager" / "case.toml").read_text(encoding="utf-8"))
    explained = set(re.findall(r"`\[*([a-z_]+)\]*`", page))
    assert keys(table) - explained == set()
