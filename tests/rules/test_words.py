"""Every status has its place in its machine, a diagram that is current, and every setting a line in the docs."""

import pytest

from casefile import words
from casefile.settings import Settings
from docs import generated


@pytest.mark.parametrize("name", words.MACHINES)
def test_every_status_has_its_transitions(name):
    machine = words.MACHINES[name]
    enum = type(next(iter(machine)))
    assert set(machine) == set(enum)
    assert all(after in enum for allowed in machine.values() for after in allowed)


@pytest.mark.parametrize("name", words.MACHINES)
def test_every_status_can_be_reached(name):
    machine = words.MACHINES[name]
    first, *_ = machine
    seen, edge = {first}, [first]
    while edge:
        edge = [after for before in edge for after in machine[before] if after not in seen]
        seen.update(edge)
    assert seen == set(machine)


@pytest.mark.parametrize("page", generated.PAGES)
def test_generated_pages_are_current(page):
    path, text = generated.PAGES[page]
    assert path.read_text() == text(), "run `python -m docs.generated`"


def test_every_setting_is_described():
    assert all(field.description for field in Settings.model_fields.values())
