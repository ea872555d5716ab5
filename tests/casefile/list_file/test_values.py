"""Cells of a kind: whatever stands in them gets a value or a reason, and checking a checked value changes nothing."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefile.list_file import columns, dates, fields, values
from casefile.list_file.faults import FaultKind

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
LIKELY = st.from_regex(r"\A[0-9()+ ./eE@xa-c-]{1,20}\Z")


@pytest.mark.parametrize("field", sorted(values.CHECKS))
@given(cell=st.one_of(TEXT, LIKELY))
def test_every_cell_has_a_value_or_a_reason(field: str, cell: str) -> None:
    checked = values.CHECKS[field](cell)
    assert checked.value or checked.kind
    assert bool(checked.kind) == bool(checked.text)


@pytest.mark.parametrize("field", ["postcode", "phone", "email", "region", "purchased_on"])
@given(cell=LIKELY)
def test_a_sound_value_is_sound_again(field: str, cell: str) -> None:
    checked = values.CHECKS[field](cell)
    if checked.kind in (None, *values.MENDED) and checked.value:
        assert values.CHECKS[field](checked.value) == (checked.value, None, "")


@pytest.mark.parametrize("field", ["postcode", "phone", "email"])
@given(
    cells=st.lists(
        st.one_of(LIKELY, st.sampled_from(["02139", "2139", "(202) 555-0101", "2222222222", "a.b@mail.example"])), max_size=8
    )
)
def test_the_quick_way_agrees_with_the_slow_one(field: str, cells: list[str]) -> None:
    cells = [cell.strip() for cell in cells if cell.strip() and cell.strip()[0] not in "=@+-"]
    quick, faults = columns.check(pa.array(cells, pa.string()), field, "c")
    slow = [values.CHECKS[field](cell) for cell in cells]
    assert quick.to_pylist() == [cell.value for cell in slow]
    found = {int(row): fault.kind for fault in faults for row in fault.rows}
    assert found == {i: cell.kind for i, cell in enumerate(slow) if cell.kind}


@pytest.mark.parametrize(
    ("cell", "day_first", "wanted"),
    [
        ("2005-03-14", False, "2005-03-14"),
        ("2005-03-14T10:11:12Z", False, "2005-03-14"),
        ("3/14/2005 10:11 AM", False, "2005-03-14"),
        ("3/4/05", False, "2005-03-04"),
        ("3/4/05", True, "2005-04-03"),
        ("14.03.2005", True, "2005-03-14"),
        ("20050314", False, "2005-03-14"),
        ("14-Mar-05", False, "2005-03-14"),
        ("March 14, 2005", False, "2005-03-14"),
        ("Mon, Mar 14 2005", False, "2005-03-14"),
        ("14 de marzo de 2005", False, "2005-03-14"),
        ("14/ene/2005", False, None),
        ("0000-00-00", False, None),
        ("yesterday", False, None),
    ],
)
def test_dates(cell: str, day_first: bool, wanted: str | None) -> None:
    found = dates.date(cell, day_first=day_first, today=datetime.date(2026, 1, 1))
    assert found.value == wanted
    assert (found.kind is FaultKind.BAD_DATE) == (wanted is None)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("$1,234.50", "123450"),
        ("12", "1200"),
        ("(3.00)", "-300"),
        ("1.234,50", "123450"),
        ("7,5", None),
        (".5", "50"),
        ("free", None),
    ],
)
def test_amounts(cell: str, wanted: str | None) -> None:
    assert values.amount(cell).value == wanted


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("CUST_FIRST_NM", "given_name"), ("FirstName", "given_name"), ("Apellido Paterno", "family_name"), ("Zip+4", "postcode"),
        ("Phone #", "phone"), ("Home Phone 2", "phone"), ("Bill To City", "city"), ("Address2", "unit"), ("Teléfono", "phone"),
        ("e-mail addr.", "email"), ("Código Postal", "postcode"), ("Order #", "order_number"), ("City, State, Zip", "locality"),
        ("shop", "merchant"), ("a", None), ("", None), ("Location Coordinates", None), ("x" * 5_000, None),
    ],
)  # fmt: skip
def test_headers_mean_fields(header: str, field: str | None) -> None:
    assert fields.lookup(header) == field


def test_every_spelling_means_its_field() -> None:
    wrong = {s: fields.lookup(s) for field, all_of in fields.SPELLINGS.items() for s in all_of if fields.lookup(s) != field}
    assert wrong == {}
