"""One spelling for each thing: forms seen in lists with what they become, and the promises that hold for any text."""

import string
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.normalise import addresses, dates, distinct, emails, name_rules, names, nicknames, phones, streets
from matching.normalise.text import fold

LINES = {
    "SMITH, JOHN A JR": ("john", "a", "smith", "jr", "person"),
    "Smith, Jr., John": ("john", None, "smith", "jr", "person"),
    "Dr. John A. Smith, M.D.": ("john", "a", "smith", None, "person"),
    "SMITH JOHN A": ("john", "a", "smith", None, "person"),
    "John Smith III MD": ("john", None, "smith", "iii", "person"),
    "Estate of Mary Jones": ("mary", None, "jones", None, "estate"),
    "The Estate of the late Mary Jones": ("mary", None, "jones", None, "estate"),
    "Mary Jones, Deceased": ("mary", None, "jones", None, "estate"),
    "The Jones Family Trust": (None, None, "jones", None, "trust"),
    "John Smith TTEE": ("john", None, "smith", None, "trust"),
    "John Smith, Trustee of the Smith Living Trust": ("john", None, "smith", None, "trust"),
    "John Smith c/o Mary Smith": ("john", None, "smith", None, "person"),
    "JOHN SMITH OR CURRENT RESIDENT": ("john", None, "smith", None, "person"),
    "Mr. and Mrs. John Smith": ("john", None, "smith", None, "person"),
    "Kim Lee, a minor": ("kim", None, "lee", None, "minor"),
    "Maria de la Cruz": ("maria", None, "delacruz", None, "person"),
    "García López, María José": ("maria", "jose", "garcia lopez", None, "person"),
    "José Ortega y Gasset": ("jose", None, "ortega gasset", None, "person"),
    "de la Cruz y Pérez, Juan": ("juan", None, "delacruz perez", None, "person"),
    "Ludwig van der Berg": ("ludwig", None, "vanderberg", None, "person"),
    "O’Brien, Pat": ("pat", None, "obrien", None, "person"),
    "Smith-Jones, Anne-Marie": ("anne", "marie", "smith jones", None, "person"),
    "Null, Jennifer": ("jennifer", None, "null", None, "person"),
    "Sr. Juan García": ("juan", None, "garcia", None, "person"),
    "Jane Doe a/k/a Jane Roe": ("jane", None, "doe", None, "person"),
    "unknown": (None, None, None, None, None),
    "Current Resident": (None, None, None, None, None),
}


@pytest.mark.parametrize(("line", "parts"), LINES.items())
def test_a_name_on_one_line_is_taken_apart(line, parts):
    table = names.names(full=pa.array([line]))
    assert tuple(table[part][0].as_py() for part in ("given", "middle", "family", "suffix", "kind")) == parts


def test_two_people_on_one_line_are_named_both():
    table = names.names(full=pa.array(["John & Mary Smith"]))
    assert [table[part][0].as_py() for part in ("given", "family", "partner")] == ["john", "smith", "mary"]


def test_columns_are_taken_apart_where_they_hold_more_than_their_part():
    table = names.names(
        given=pa.array(["Mary Ann", "Mr John", "Robert Jr", None, "NULL"]),
        middle=pa.array(["Lee", None, None, None, None]),
        family=pa.array(["O'Brien", "Smith Jr", "Mc Donald", "Jones, Bo", "Null"]),
    )
    assert table.select(["given", "middle", "family", "suffix"]).to_pylist() == [
        {"given": "mary", "middle": "ann lee", "family": "obrien", "suffix": None},
        {"given": "john", "middle": None, "family": "smith", "suffix": "jr"},
        {"given": "robert", "middle": None, "family": "mcdonald", "suffix": "jr"},
        {"given": "bo", "middle": None, "family": "jones", "suffix": None},
        {"given": "null", "middle": None, "family": "null", "suffix": None},
    ]


def test_a_column_of_family_names_first_is_recognised_by_its_names():
    lines = ["SMITH JOHN", "JONES MARY", "BROWN ROBERT", "SMITH PATRICIA", "TRAN LINDA"]
    table = names.names(full=pa.array(lines))
    assert table["given"].to_pylist() == ["john", "mary", "robert", "patricia", "linda"]


def test_the_ends_of_a_double_surname_are_given_apart():
    table = names.names(family=pa.array(["García de la Cruz", "Smith"]))
    assert table.select(["family", "family_first", "family_last"]).to_pylist() == [
        {"family": "garcia delacruz", "family_first": "garcia", "family_last": "delacruz"},
        {"family": "smith", "family_first": "smith", "family_last": "smith"},
    ]


def test_nicknames_are_known_in_english_and_spanish():
    assert nicknames.related("bob", "robert")
    assert nicknames.related("bob", "rob")
    assert nicknames.related("pepe", "jose")
    assert not nicknames.related("maria", "john")
    assert nicknames.pairs(["bob", "zed", "robert", "pepe", "jose"]).tolist() == [[0, 2], [3, 4]]


STREETS = {
    "123 North Main Street": ("123 n main st", None),
    "123 N. Main St. Apt. 4-B": ("123 n main st", "4b"),
    "0123 n main st, unit 04b": ("123 n main st", "4b"),
    "123 N MAIN ST #4B": ("123 n main st", "4b"),
    "123 Main St 4B": ("123 main st", "4b"),
    "123 Main Street 2nd Floor": ("123 main st", "2"),
    "12 Maple Ave Basement": ("12 maple ave", "bsmt"),
    "12 1/2 Elm St": ("12 1/2 elm st", None),
    "123-15 Queens Blvd": ("123-15 queens blvd", None),
    "500 Fifth Avenue": ("500 5th ave", None),
    "12 North St": ("12 north st", None),
    "100 E Park Ave W": ("100 e park ave w", None),
    "12 St. Mary's Rd": ("12 saint marys rd", None),
    "100 Avenue of the Americas": ("100 ave of the americas", None),
    "100 Avenue A": ("100 ave a", None),
    "77 County Road 12": ("77 county rd 12", None),
    "77 CR 12": ("77 county rd 12", None),
    "4455 Hwy 61": ("4455 hwy 61", None),
    "1 Box Elder Ct": ("1 box elder ct", None),
    "P.O. Box 1234": ("po box 1234", None),
    "Post Office Box #1234": ("po box 1234", None),
    "Apartado 1234": ("po box 1234", None),
    "Rural Route 2, Box 152": ("rr 2 box 152", None),
    "R.R. 2 Box 152": ("rr 2 box 152", None),
    "HC 72 Box 5": ("hc 72 box 5", None),
    "PSC 802 Box 74": ("psc 802 box 74", None),
    "Calle Luna 55": ("55 calle luna", None),
    "c/o John Smith 123 Main St": ("123 main st", None),
    "in care of John Smith 123 Main St": ("123 main st", None),
    "unknown": (None, None),
}


@pytest.mark.parametrize(("line", "parts"), STREETS.items())
def test_a_street_line_takes_the_form_of_publication_28(line, parts):
    table = addresses.addresses(street=pa.array([line]))
    assert (table["street"][0].as_py(), table["unit"][0].as_py()) == parts


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("12 N Main St, Apt 4, Springfield, IL 62701", ("12 n main st", "4", "springfield", "il", "62701")),
        ("12 N Main St Springfield IL 62701-1234", ("12 n main st", None, "springfield", "il", "62701")),
        ("PO BOX 1234 Miami FL 33101", ("po box 1234", None, "miami", "fl", "33101")),
    ],
)
def test_an_address_on_one_line_is_taken_apart(line, row):
    table = addresses.addresses(street=pa.array([line]))
    assert tuple(table[part][0].as_py() for part in ("street", "unit", "city", "region", "postcode")) == row


def test_cities_states_and_postcodes_have_one_spelling():
    table = addresses.addresses(
        city=pa.array(["St. Louis", "E St Louis", "Ft Worth", "Palm Spgs", "N Las Vegas", "Springfield, IL"]),
        region=pa.array(["Missouri", "IL", "Tex.", "Calif", "NV", "nsw"]),
        postcode=pa.array(["01234", "62701-1234", "627011234", "1234", "99999", "62701.0"]),
    )
    assert table["city"].to_pylist() == [
        "saint louis",
        "east saint louis",
        "fort worth",
        "palm springs",
        "north las vegas",
        "springfield",
    ]
    assert table["region"].to_pylist() == ["mo", "il", "tx", "ca", "nv", "nsw"]
    assert table["postcode"].to_pylist() == ["01234", "62701", "62701", "01234", None, "62701"]


def test_postcodes_of_other_countries_stay():
    table = addresses.addresses(postcode=pa.array(["TQ13 8DF", "tq138hu", "K1A0B1", "2119"]))
    assert table["postcode"].to_pylist() == ["tq13 8df", "tq13 8hu", "k1a 0b1", "2119"]


PHONES = {
    "(202) 555-0123": "2025550123",
    "1-202-555-0123": "2025550123",
    "+1 202 555 0123 x44": "2025550123",
    "202.555.0123 ext. 9": "2025550123",
    "2025550123.0": "2025550123",
    "555-0123": "5550123",
    "+44 20 7946 0123": "+442079460123",
    "011 44 20 7946 0123": "+442079460123",
    "07700 900123": "07700900123",
    "800-555-0199": None,
    "1-888-555-0100": None,
    "0000000000": None,
    "1234567890": None,
    "202-555-5555": None,
    "9999999999": None,
    "5.55E+09": None,
    "none": None,
}


@pytest.mark.parametrize(("given_number", "number"), PHONES.items())
def test_a_phone_number_has_one_spelling_and_nobodys_number_none(given_number, number):
    assert phones.phones(pa.array([given_number])).to_pylist() == [number]


EMAILS = {
    "J.Doe+shop@GMail.com": ("J.Doe+shop@GMail.com", "jdoe@gmail.com"),
    "jdoe@googlemail.com": ("jdoe@googlemail.com", "jdoe@gmail.com"),
    "j.doe+shop@mail.example": ("j.doe+shop@mail.example", "j.doe+shop@mail.example"),
    "Joe <Joe@Shop.example>": ("Joe@Shop.example", "joe@shop.example"),
    "mailto:x.y@z.example": ("x.y@z.example", "x.y@z.example"),
    "none@none.com": (None, None),
    "not an address": (None, None),
    "a@b@c.example": (None, None),
}


@pytest.mark.parametrize(("written", "pair"), EMAILS.items())
def test_an_email_keeps_its_address_and_gets_a_key(written, pair):
    table = emails.emails(pa.array([written]))
    assert (table["address"][0].as_py(), table["key"][0].as_py()) == pair


DATES = {
    "1980-06-05": 19800605, "19800605": 19800605, "06/05/1980": 19800605, "6/5/80": 19800605, "June 5th, 1980": 19800605,
    "5 jun 1980": 19800605, "05 de junio de 1980": 19800605, "1980-06-05T00:00:00": 19800605, "29377": 19800605,
    "12312020": 20201231, "1980": 19800000, "1980-06": 19800600, "06/1980": 19800600, "Jun 1980": 19800600,
    "1980-02-30": 19800200, "19801332": 19800000, "1980-25-12": 19801225, "1900-01-01": None, "9999-12-31": None, "nan": None,
}  # fmt: skip


@pytest.mark.parametrize(("written", "number"), DATES.items())
def test_a_date_is_read_as_far_as_it_goes(written, number):
    assert dates.dates(pa.array([written])).to_pylist() == [number]


def test_the_column_settles_whether_the_day_comes_first():
    assert dates.dates(pa.array(["25/12/1980", "05/06/1980"])).to_pylist() == [19801225, 19800605]
    assert dates.dates(pa.array(["12/25/1980", "05/06/1980"])).to_pylist() == [19801225, 19800506]


def test_typed_dates_are_read():
    assert dates.dates(pa.array([date(1980, 6, 5), None])).to_pylist() == [19800605, None]


WORDS = st.text(st.sampled_from(string.ascii_letters + " .,'-#/&0123456789ñéßłøÇ"), max_size=30)
_WORDS_OF_LISTS = """
smith john jr sr iii v de la cruz y estate of trust c/o mr dr o'brien garcia-lopez & and , unknown van minor md a 123 n north
main st street apt 4b # po box rr 2 hwy 61 ave avenue of fl 2nd floor saint calle unit ste bldg 1/2 county road
"""
PIECES = st.lists(st.sampled_from(_WORDS_OF_LISTS.split()), max_size=7).map(" ".join)
ANY = st.one_of(WORDS, PIECES, st.text(max_size=20))
FEW = settings(max_examples=60, deadline=None)


@FEW
@given(st.lists(st.tuples(ANY, ANY, ANY, ANY), min_size=1, max_size=5))
def test_names_normalised_twice_are_as_once(rows):
    columns = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)]
    once = names.names(*columns)
    twice = names.names(*(once[part] for part in ("given", "middle", "family", "suffix")))
    for part in ("given", "middle", "family", "suffix"):
        assert twice[part].to_pylist() == once[part].to_pylist(), part


@FEW
@given(st.lists(ANY, min_size=1, max_size=5))
def test_full_names_normalised_twice_are_as_once(lines):
    once = names.names(full=pa.array(lines))
    twice = names.names(once["given"], once["middle"], once["family"], once["suffix"])
    for part in ("given", "middle", "family", "suffix"):
        assert twice[part].to_pylist() == once[part].to_pylist(), part


@FEW
@given(st.lists(st.tuples(ANY, ANY, ANY, ANY, ANY), min_size=1, max_size=5))
def test_addresses_normalised_twice_are_as_once(rows):
    columns = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)]
    once = addresses.addresses(*columns)
    parts = ("street", "unit", "city", "region", "postcode")
    twice = addresses.addresses(*(once[part] for part in parts))
    for part in parts:
        assert twice[part].to_pylist() == once[part].to_pylist(), part


@FEW
@given(st.lists(st.one_of(ANY, st.from_regex(r"\+?[0-9() .x-]{7,18}", fullmatch=True)), min_size=1, max_size=5))
def test_phones_normalised_twice_are_as_once(values):
    once = phones.phones(pa.array(values))
    assert phones.phones(once).to_pylist() == once.to_pylist()


@FEW
@given(
    st.lists(st.from_regex(r"[+(]?1?[- ]?[0-9]{3}[)-. ]{0,2}[0-9]{3}[-. ]?[0-9]{4}( ?x[0-9]{1,3})?", fullmatch=True), min_size=1)
)
def test_a_column_of_phones_is_read_as_one_by_one(values):
    assert phones.phones(pa.array(values)).to_pylist() == [phones.phone(value) for value in values]


@FEW
@given(st.lists(PIECES.filter(bool), min_size=1))
def test_a_column_of_streets_is_read_as_one_by_one(lines):
    columns = distinct.split(pa.array(lines), streets.street_parts, parts=4, ordinary=streets.ordinary, at=1)
    assert list(zip(*(column.to_pylist() for column in columns), strict=True)) == [streets.street_parts(line) for line in lines]


@FEW
@given(st.lists(st.one_of(WORDS, PIECES).filter(str.strip), min_size=1))
def test_a_column_of_names_is_read_as_one_by_one(values):
    table = names.names(given=pa.array(values), family=pa.array(values))
    for value, row in zip(values, table.to_pylist(), strict=True):
        assert row["family"] == name_rules.family_parts(value).family
        assert row["given"] == (name_rules.given_parts(value)[0] or name_rules.family_parts(value).given)


@FEW
@given(PIECES)
def test_ordinary_streets_and_easy_units_are_read_as_by_all_rules(line):
    assert streets.reader()(line) == streets.street_parts(line)


@FEW
@given(st.lists(st.one_of(ANY, st.emails()), min_size=1, max_size=5))
def test_email_keys_normalised_twice_are_as_once(values):
    once = emails.emails(pa.array(values))["key"]
    assert emails.emails(once)["key"].to_pylist() == once.to_pylist()


@FEW
@given(
    st.lists(
        st.one_of(ANY, st.dates().map(str), st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}", fullmatch=True)),
        min_size=1,
    )
)
def test_dates_normalised_twice_are_as_once(values):
    once = dates.dates(pa.array(values))
    assert dates.dates(once.cast(pa.string())).to_pylist() == once.to_pylist()


@FEW
@given(st.text(max_size=40))
def test_folding_twice_is_as_once_and_leaves_no_accents(text):
    once = fold(text)
    assert fold(once) == once
    assert len(fold("É" * len(text))) == len(text)


@FEW
@given(st.lists(st.one_of(st.none(), ANY), max_size=6))
def test_every_row_has_its_answer_and_unknown_stays_unknown(values):
    column = pa.array(values, pa.string())
    for answered in (names.names(family=column)["family"], phones.phones(column), dates.dates(column), distinct.encode(column)):
        assert len(answered) == len(values)
        for given_value, answer in zip(values, answered.to_pylist(), strict=True):
            assert given_value is not None or answer is None


def test_columns_of_any_kind_and_chunking_are_taken():
    chunked = pa.chunked_array([["Smith"], [], ["Jones", None]], pa.string())
    assert names.names(family=chunked)["family"].to_pylist() == ["smith", "jones", None]
    assert names.names(family=chunked.combine_chunks().dictionary_encode())["family"].to_pylist() == ["smith", "jones", None]
    assert names.names(family=pa.array(["Smith"], pa.large_string()))["family"].to_pylist() == ["smith"]
    assert phones.phones(pa.array([2025550123, None])).to_pylist() == ["2025550123", None]
    assert addresses.addresses(postcode=pa.array([62701, None]))["postcode"].to_pylist() == ["62701", None]
    assert names.names(family=pa.nulls(3, pa.string()))["family"].to_pylist() == [None] * 3
    assert emails.emails(pa.nulls(2))["key"].to_pylist() == [None] * 2
    assert dates.dates(pa.nulls(2)).to_pylist() == [None] * 2
