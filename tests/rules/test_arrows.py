"""The rooms keep their arrows, their number, and their manners."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = {"casefile", "flows", "intake_api", "matching", "notices"}
PACKAGES = ROOMS | {"tests", "benchmarks", "docs"}


def modules():
    return [path for room in sorted(ROOMS) for path in sorted((ROOT / room).rglob("*.py"))]


def test_the_arrows_between_the_rooms_hold():
    command = [Path(sys.executable).with_name("lint-imports"), "--config", ROOT / "pyproject.toml", "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_no_sixth_room():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    folders = {line.split("/")[0] for line in tracked if line.endswith(".py") and "/" in line}
    assert folders <= PACKAGES


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_one_sentence_that_says_what_it_owns(path):
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring
    if path.name == "__init__.py":
        assert not [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_room_for_odds_and_ends(path):
    assert not {part.removesuffix(".py") for part in path.parts} & {"utils", "helpers", "common", "core", "misc"}


def test_every_error_is_a_sentence_class():
    tree = ast.parse((ROOT / "casefile" / "errors.py").read_text())
    assert all(ast.get_docstring(node) for node in tree.body if isinstance(node, ast.ClassDef))


def test_no_index_address_anywhere():
    needles = ("pypi.org", "pythonhosted", "registry.npmjs", "--index-url")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    found = [
        name
        for name in tracked
        if (ROOT / name).is_file()
        and name != "tests/rules/test_arrows.py"
        and any(needle in (ROOT / name).read_text(errors="ignore") for needle in needles)
    ]
    assert found == []


def test_the_packages_are_the_rooms():
    include = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {name.rstrip("*") for name in include} == ROOMS
