"""Postal addresses in the forms of USPS Publication 28, taken apart into number, street, unit, box, city, region, postcode."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from matching.normalise import distinct
from matching.normalise.one_line import one_line
from matching.normalise.street_words import CITY_WORDS, DIRECTIONS, STATE_CODES, STATES
from matching.normalise.streets import ordinary, reader, unit_number
from matching.normalise.text import fold, words

PLACEHOLDER_POSTCODES = frozenset({"00000", "99999", "11111", "12345", "0000", "9999"})
"""Typed where a postcode is demanded; 12345 is General Electric's own ZIP in Schenectady and nobody's home."""

_NUMBER = r"^\d+(-\d+)?[a-z]?$"
_ONE_LINE = r"(?i)[, ]+[a-z]{2}\.?[, ]+\d{5}(-\d{4})?$"
_ROUTE = r"^(rr|hc|psc|cmr|unit) \w+$"
_UK = re.compile(r"^([a-z]{1,2}\d[a-z\d]?)\s?(\d[a-z]{2})$")
_CANADA = re.compile(r"^([a-z]\d[a-z])\s?(\d[a-z]\d)$")

PARTS = ("street", "number", "name", "unit", "box", "city", "region", "postcode")


def addresses(
    street: distinct.Column | None = None,
    unit: distinct.Column | None = None,
    city: distinct.Column | None = None,
    region: distinct.Column | None = None,
    postcode: distinct.Column | None = None,
) -> pa.Table:
    """Return street, number, name, unit, box, city, region and postcode as encoded columns; what is not known is null.

    `street` is the whole delivery line without the unit (`12 n main st`, `po box 12`, `rr 2 box 152`) with Publication 28's
    short suffixes and directionals; `number` and `name` are its parts, `box` the number of a PO box or rural route box. Units
    are only their identifier (`4b`). Regions are state codes where they are states; postcodes are five-digit ZIPs, UK and
    Canadian codes with their blank, others as they are. A whole address in the street column is taken apart where its row has
    neither city nor postcode.
    """
    given = {"street": street, "unit": unit, "city": city, "region": region, "postcode": postcode}
    length = next(len(column) for column in given.values() if column is not None)
    texts = {name: distinct.as_text(column) if column is not None else None for name, column in given.items()}
    texts = _spread_one_lines(texts)
    unknown = distinct.nulls(length)
    number, name, own_unit, box = _streets(texts["street"]) if texts["street"] is not None else (unknown,) * 4
    apart = distinct.each(texts["unit"], unit_number) if texts["unit"] is not None else unknown
    cities = distinct.each(texts["city"], _city) if texts["city"] is not None else unknown
    regions = distinct.each(texts["region"], _region) if texts["region"] is not None else unknown
    postcodes = _postcodes(texts["postcode"]) if texts["postcode"] is not None else unknown
    line = _line(number, name, box)
    columns = (line, number, name, distinct.first_known(apart, own_unit), box, cities, regions, postcodes)
    return pa.table(dict(zip(PARTS, columns, strict=True)))


def _spread_one_lines(texts: dict[str, pa.Array | None]) -> dict[str, pa.Array | None]:
    """Take whole addresses in the street column apart, in rows that have neither city nor postcode."""
    street, city, postcode = texts["street"], texts["city"], texts["postcode"]
    if street is None:
        return texts
    whole = pc.fill_null(pc.match_substring_regex(street, _ONE_LINE), False)
    for other in (city, postcode):
        whole = pc.and_(whole, other.is_null()) if other is not None else whole
    if not pc.any(whole).as_py():
        return texts
    names = ("street", "unit", "city", "region", "postcode")
    found = distinct.split(pc.if_else(whole, street, None), one_line, parts=len(names))
    spread = dict(texts)
    for name, column in zip(names, found, strict=True):
        before = texts[name] if texts[name] is not None else pa.nulls(len(street), pa.string())
        plain = distinct.decode(column)
        spread[name] = pc.if_else(whole, plain if name == "street" else pc.coalesce(plain, before), before)
    return spread


def _streets(text: pa.Array) -> tuple[pa.DictionaryArray, ...]:
    """Cut the house number off the column in one pass: what remains has few distinct values to take apart."""
    text = _lower(text)
    head_and_rest = pc.split_pattern(text, " ", max_splits=1)
    sizes = pc.list_value_length(head_and_rest)
    head = pc.list_element(head_and_rest, 0)
    cut = pc.and_(pc.greater(sizes, 1), pc.match_substring_regex(head, _NUMBER))
    rest = pc.binary_join(pc.list_slice(head_and_rest, 1), "")
    own_number = pc.if_else(cut, pc.utf8_ltrim(head, "0"), None)
    number, street, unit, box = distinct.split(pc.if_else(cut, rest, text), reader(), parts=4, ordinary=ordinary, at=1)
    return _number(own_number, number), street, unit, box


def _line(number: pa.DictionaryArray, name: pa.DictionaryArray, box: pa.DictionaryArray) -> pa.DictionaryArray:
    """Write the delivery line: number and street name, or the box behind its route or behind `po box`."""
    street, boxes = distinct.decode(name), distinct.decode(box)
    numbered = pc.binary_join_element_wise(distinct.decode(number), street, " ")
    line = pc.coalesce(numbered, street, distinct.decode(number))
    if box.null_count == len(box):
        return distinct.encode(line)
    route = pc.fill_null(pc.match_substring_regex(street, _ROUTE), False)
    boxed = pc.if_else(route, pc.binary_join_element_wise(street, boxes, " box "), None)
    return distinct.encode(pc.coalesce(boxed, line, pc.binary_join_element_wise("po box", boxes, " ")))


def _number(own: pa.Array, found: pa.DictionaryArray) -> pa.DictionaryArray:
    """Join the number before the street with what the street rule found behind it, such as a fraction ("1/2")."""
    if found.null_count == len(found):
        return distinct.encode(own)
    later = distinct.decode(found)
    return distinct.encode(pc.coalesce(pc.binary_join_element_wise(own, later, " "), own, later))


def _lower(text: pa.Array) -> pa.Array:
    if pc.all(pc.string_is_ascii(text)).as_py() is not False:
        return pc.ascii_lower(text)
    return distinct.decode(distinct.each(text, fold))


def _city(text: str) -> str | None:
    parts = words(text)
    if parts and len(parts) > 1 and parts[-1] in STATE_CODES and "," in text:
        parts = parts[:-1]
    last = len(parts) - 1
    spelled = [CITY_WORDS.get(word, word) if _spelled_out(word, at, last) else word for at, word in enumerate(parts)]
    return " ".join(spelled) or None


def _spelled_out(word: str, at: int, last: int) -> bool:
    """Saint, Fort and directions stand before a name, Heights and Springs after it."""
    if word in DIRECTIONS.values() or word in ("ft", "mt", "pt", "lk"):
        return at == 0 < last
    return at < last if word in ("st", "ste") else at > 0


def _region(text: str) -> str | None:
    name = " ".join(words(text))
    return STATES.get(name, name) or None


def _postcodes(text: pa.Array) -> pa.DictionaryArray:
    """Normalise postcodes; where most are five-digit ZIPs, shorter ones have lost their zeros in a spreadsheet."""
    digits = pc.match_substring_regex(text, r"^\d{5}(-?\d{4})?$")
    american = pc.mean(digits.cast(pa.int8())).as_py()
    pad = american is not None and american > 0.5
    five = pc.if_else(digits, pc.utf8_slice_codeunits(text, 0, 5), text)
    return distinct.each(five, lambda value: _postcode(value, pad=pad))


def _postcode(text: str, *, pad: bool) -> str | None:
    code = re.sub(r"\.0$", "", fold(text))
    zip_code = re.fullmatch(r"(\d{5})[- ]?(?:\d{4}|\*{4})?-?", code)
    if zip_code:
        code = zip_code[1]
    elif pad and re.fullmatch(r"\d{3,4}", code):
        code = code.zfill(5)
    elif pad and re.fullmatch(r"\d{7,8}", code):
        code = code.zfill(9)[:5]
    else:
        parts = _UK.match(code) or _CANADA.match(code)
        code = f"{parts[1]} {parts[2]}" if parts else " ".join(words(code))
    return None if not code or code in PLACEHOLDER_POSTCODES else code
