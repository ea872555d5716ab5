"""From the list's fields to the columns of a person: what was split is joined, what was joined is split."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casefile.list_file import values
from casefile.list_file.columns import ColumnFaults
from casefile.list_file.faults import FaultKind

OUTPUT = (
    "full_name", "given_name", "middle_name", "family_name", "suffix", "email", "phone", "street", "unit", "city", "region",
    "postcode", "birth_date", "merchant", "purchased_on", "order_number", "amount", "producer_key", "organisation", "country",
)  # fmt: skip
"""The columns that a checked row has, all text; those that the list does not have are null."""

_LOCALITY = r"^(?P<city>.*?)[, ]+(?P<region>[A-Za-z]{2})\.?[, ]+(?P<postcode>\d{3,5}(?:-?\d{4})?)$"
_SURNAMES = pa.array(sorted(values.NULL_WORDS - values.NOT_A_NAME))


def assemble(usable: dict[str, pa.Array], size: int) -> tuple[dict[str, pa.Array], list[ColumnFaults]]:
    """Return the person's columns (OUTPUT, each of `size`) and the faults that only show between columns."""
    person = dict(usable)
    faults: list[ColumnFaults] = []
    if "second_family_name" in person:
        person["family_name"] = _joined(person.get("family_name"), person["second_family_name"], " ", size)
    if "postcode_extension" in person and "postcode" in person:
        person["postcode"] = _with_extension(person["postcode"], person["postcode_extension"])
    if "locality" in person:
        _split_locality(person)
    if "full_address" in person and "street" not in person:
        person["street"] = person["full_address"]
    faults += _impossible_zeros(usable, person)
    faults += _null_surnames(person)
    nothing = pa.nulls(size, pa.string())
    return {name: person.get(name, nothing) for name in OUTPUT}, faults


def _joined(first: pa.Array | None, second: pa.Array, separator: str, size: int) -> pa.Array:
    first = first if first is not None else pa.nulls(size, pa.string())
    return pc.binary_join_element_wise(first, second, separator, null_handling="skip")


def _with_extension(postcode: pa.Array, extension: pa.Array) -> pa.Array:
    """12345 and 6789 are 12345-6789; an extension of three digits lost its zero."""
    digits = pc.if_else(
        pc.match_substring_regex(extension, r"^\d{1,4}$"), pc.utf8_lpad(extension, 4, "0"), pa.scalar(None, pa.string())
    )
    bare = pc.match_substring_regex(postcode, r"^\d{5}$")
    joined = pc.binary_join_element_wise(postcode, digits, "-")
    return pc.if_else(pc.fill_null(pc.and_(bare, digits.is_valid()), False), joined, postcode)


def _split_locality(person: dict[str, pa.Array]) -> None:
    """`Springfield, IL 62704` gives city, region and postcode where the list has no columns for them."""
    parts = pc.extract_regex(person["locality"], _LOCALITY)
    for index, name in enumerate(("city", "region", "postcode")):
        part = pc.struct_field(parts, [index])
        person[name] = pc.coalesce(person[name], part) if name in person else part


def _impossible_zeros(usable: dict[str, pa.Array], person: dict[str, pa.Array]) -> list[ColumnFaults]:
    """A short ZIP in a state whose ZIPs do not begin with 0 lost something else: it is not used."""
    if "postcode" not in usable or "region" not in usable:
        return []
    starts = pc.fill_null(pc.starts_with(person["postcode"], "0"), False)
    region = pc.utf8_upper(person["region"])
    known = pc.is_in(region, value_set=pa.array(sorted(values.REGIONS)))
    elsewhere = pc.invert(pc.is_in(region, value_set=pa.array(sorted(values.ZERO_REGIONS))))
    wrong = pc.fill_null(pc.and_(starts, pc.and_(known, elsewhere)), False)
    rows = np.flatnonzero(wrong.to_numpy(zero_copy_only=False))
    if not len(rows):
        return []
    texts = pc.binary_join_element_wise(
        "The ZIP code ", person["postcode"].take(pa.array(rows)), " does not belong to ", region.take(pa.array(rows)),
        "; it was not used.", "",
    )  # fmt: skip
    person["postcode"] = pc.if_else(wrong, pa.scalar(None, pa.string()), person["postcode"])
    return [ColumnFaults(None, FaultKind.BAD_POSTCODE, rows, texts)]


def _null_surnames(person: dict[str, pa.Array]) -> list[ColumnFaults]:
    """Null, None and Na are surnames and stay; where the given name is the same word it is worth a look."""
    if "family_name" not in person or "given_name" not in person:
        return []
    surname = pc.utf8_lower(person["family_name"])
    same = pc.and_(pc.is_in(surname, value_set=_SURNAMES), pc.equal(surname, pc.utf8_lower(person["given_name"])))
    rows = np.flatnonzero(pc.fill_null(same, False).to_numpy(zero_copy_only=False))
    if not len(rows):
        return []
    text = "Given name and surname are both a word that systems write for nothing; they were not used."
    mask = pa.array(np.isin(np.arange(len(surname)), rows))
    for name in ("family_name", "given_name"):
        person[name] = pc.if_else(mask, pa.scalar(None, pa.string()), person[name])
    return [ColumnFaults(None, FaultKind.PLACEHOLDER, rows, pa.array([text] * len(rows)))]
