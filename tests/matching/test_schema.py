"""The schema file and the tables it speaks of: what is wrong is named with its file and key."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from matching import schema as schemas
from matching.errors import ColumnMissing, MatchingError, SchemaFaulty, TableFaulty
from matching.tables import read_table
from matching.types import AddressColumns, OtherColumn, OtherKind, Schema

WHOLE = """
id = "row_id"
[fields]
given_name = "first"
email = ["email", "prior_email"]
address = [{street = "addr1", unit = "apt", postcode = "zip"}, {street = "prior_street"}]
other = [{column = "gender", kind = "exact"}, {column = "birth_place", kind = "text"}]
"""


@pytest.fixture
def write(tmp_path):
    def write(text: str, name: str = "S.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_schema_of_the_documentation_is_read(write):
    assert schemas.load(write(WHOLE)) == Schema(
        id="row_id",
        given_name=("first",),
        email=("email", "prior_email"),
        address=(AddressColumns(street="addr1", unit="apt", postcode="zip"), AddressColumns(street="prior_street")),
        other=(OtherColumn("gender", OtherKind.EXACT), OtherColumn("birth_place", OtherKind.TEXT)),
    )


def test_two_sides_have_their_own_ids_and_fields(write):
    left, right = schemas.load(
        write('[left]\nid = "claim"\n[left.fields]\nphone = "tel"\n[right]\nid = "member"\n[right.fields]\nphone = "phone"\n')
    )
    assert (left.id, right.id, left.phone, right.phone) == ("claim", "member", ("tel",), ("phone",))


def test_the_fields_of_a_side_may_stand_beside_its_id(write):
    left, right = schemas.load(write('[left]\nid = "a"\nphone = "tel"\n[right]\nid = "b"\nemail = "mail"\n'))
    assert (left.phone, right.email) == (("tel",), ("mail",))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id = 5\n", "id must name"),
        ('[fields]\nphone = "x"\n', "id must name"),
        ('id = "a"\n', "names no field"),
        ('id = "a"\ncolour = "x"\n', "unknown key colour"),
        ('id = "a"\n[fields]\nfirst_name = "x"\n', "unknown key fields.first_name"),
        ('id = "a"\n[fields]\nphone = 7\n', "fields.phone"),
        ('id = "a"\n[fields]\nphone = []\n', "fields.phone"),
        ('id = "a"\n[fields]\nphone = ["p", "p"]\n', "fields.phone names the same column twice"),
        ('id = "a"\n[fields]\naddress = {road = "x"}\n', "unknown key fields.address.road"),
        ('id = "a"\n[fields]\nother = [{column = "x", kind = "fuzzy"}]\n', "fields.other.kind"),
        ('id = "a"\n[fields]\nother = [{kind = "exact"}]\n', "fields.other"),
        ('[left]\nid = "a"\n', "[right] is missing"),
        ('[left]\nid = "a"\nphone = "p"\n[right]\nid = "b"\nfone = "p"\n', "unknown key right.fone"),
        ("id = \n", "cannot be read as TOML"),
    ],
)
def test_a_faulty_schema_is_named_with_file_and_key(write, text, sentence):
    path = write(text)
    with pytest.raises(SchemaFaulty) as error:
        schemas.load(path)
    assert sentence in str(error.value)
    assert str(path) in str(error.value)


def test_a_missing_schema_file_is_named(tmp_path):
    with pytest.raises(SchemaFaulty, match=r"nowhere\.toml"):
        schemas.load(tmp_path / "nowhere.toml")


def check(path: Path, write, text: str = 'id = "id"\n[fields]\nfamily_name = "last"\n') -> None:
    schema_path = write(text)
    schemas.check(read_table(path), schemas.load(schema_path), path=path, schema_path=schema_path)


@pytest.mark.parametrize(
    ("rows", "kind", "sentence"),
    [
        ("", TableFaulty, "empty"),
        ("id,last\n", TableFaulty, "no rows"),
        ("id,name\n1,a\n", ColumnMissing, "fields.family_name names the column 'last'"),
        ("key,last\n1,a\n", ColumnMissing, "id names the column 'id'"),
        ("id,last\n1,a\n1,b\n", TableFaulty, "'1'"),
        ("id,last\n1,a\n,b\n", TableFaulty, "empty in 1 rows"),
        ("id,last\n1,a\n2,a\n3,a\n", TableFaulty, "same value in every row"),
        ("id,last,last\n1,a,b\n2,b,c\n", TableFaulty, "stands twice"),
        ("id,last\n1,a\n2,b,c\n", TableFaulty, "cannot be read"),
    ],
)
def test_a_table_that_cannot_be_matched_is_named(write, rows, kind, sentence):
    path = write(rows, "rows.csv")
    with pytest.raises(kind) as error:
        check(path, write)
    assert sentence in str(error.value)
    assert "rows.csv" in str(error.value)


def test_zips_and_the_surname_null_stay_text(write):
    path = write("id,last,zip\n007,Null,01234\n008,NA,1e5\n009,,\n", "rows.csv")
    assert read_table(path).to_pylist() == [
        {"id": "007", "last": "Null", "zip": "01234"},
        {"id": "008", "last": "NA", "zip": "1e5"},
        {"id": "009", "last": None, "zip": None},
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_usual_encodings_and_delimiters_are_read(tmp_path, encoding):
    path = tmp_path / "rows.txt"
    path.write_bytes("id;last\n1;Núñez\n".encode(encoding))
    assert read_table(path).to_pylist() == [{"id": "1", "last": "Núñez"}]


def test_parquet_numbers_become_their_text(tmp_path):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"id": [1, 2], "zip": [1234.0, None], "last": pa.array(["a", "b"]).dictionary_encode()}), path)
    assert read_table(path).to_pylist() == [{"id": "1", "zip": "1234", "last": "a"}, {"id": "2", "zip": None, "last": "b"}]


def test_a_file_that_is_not_there_or_not_a_table_is_named(tmp_path):
    with pytest.raises(MatchingError, match="there is no such file"):
        read_table(tmp_path / "none.csv")
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 this is no parquet")
    with pytest.raises(TableFaulty, match="cannot be read"):
        read_table(broken)


def test_missing_floats_are_missing(tmp_path):
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"id": [1.0, 2.0], "zip": [62701.0, float("nan")], "share": [0.5, float("nan")]}), path)
    assert read_table(path).to_pylist() == [
        {"id": "1", "zip": "62701", "share": "0.5"},
        {"id": "2", "zip": None, "share": None},
    ]
