"""A whole address on one line, taken apart into street, unit, city, region and postcode."""

from __future__ import annotations

import re

import usaddress

from matching.normalise.text import fold

Line = tuple[str | None, str | None, str | None, str | None, str | None]
"""(street, unit, city, region, postcode)"""

_COMMAS = re.compile(
    r"^(?P<street>[^,]+?)(?:,\s*(?P<unit>(?:#|apt|unit|ste|suite|bldg|fl|lot|rm|apto)[^,]*))?,\s*(?P<city>[^,\d]+),\s*"
    r"(?P<region>[a-z]{2})\.?,?\s+(?P<postcode>\d{5}(?:-\d{4})?)$"
)
_STREET = ("StreetNamePreDirectional", "StreetNamePreModifier", "StreetNamePreType", "StreetName", "StreetNamePostType",
           "StreetNamePostDirectional", "StreetNamePostModifier")  # fmt: skip


def one_line(text: str) -> Line:
    """Return the parts of `12 N Main St, Apt 4, Springfield, IL 62701`.

    Lines with commas at the usual places are cut there; others are labelled by `usaddress`, a conditional random field, which
    takes about 0.15 ms. What it cannot label stays in the street.
    """
    folded = fold(text)
    usual = _COMMAS.match(folded)
    if usual:
        return usual["street"], usual["unit"], usual["city"].strip(), usual["region"], usual["postcode"]
    try:
        found, _ = usaddress.tag(folded)
    except usaddress.RepeatedLabelError:
        return text, None, None, None, None
    street = " ".join(found[label] for label in ("AddressNumber", *_STREET) if label in found)
    box = found.get("USPSBoxID")
    unit = " ".join(found[label] for label in ("OccupancyType", "OccupancyIdentifier") if label in found)
    line = f"po box {box}" if box and not street else street
    return line or text, unit or None, found.get("PlaceName"), found.get("StateName"), found.get("ZipCode")
