"""A case folder is read whole or refused with every fault in its file and line; nothing else ever happens."""

from __future__ import annotations

import shutil
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casefile.case_file.lines import find_lines
from casefile.case_file.merchants import duplicate_faults, read_merchants
from casefile.case_file.read import check_case_folder, read_case_folder
from casefile.errors import CaseFolderFaulty

DEMO = Path(__file__).parents[2] / "cases" / "cartmanager"
SOURCE = (DEMO / "case.toml").read_text(encoding="utf-8")
FAULTS = tomllib.loads((Path(__file__).parent / "case_faults.toml").read_text(encoding="utf-8"))["fault"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demonstration case without its notices."""
    for name in ("case.toml", "merchants.csv"):
        shutil.copy(DEMO / name, tmp_path / name)
    return tmp_path


def test_the_demonstration_case_has_no_fault() -> None:
    case = read_case_folder(DEMO)
    assert case.synthetic
    assert case.languages == ("en", "es")
    assert set(case.class_definition) == set(case.about) == {"en", "es"}
    assert case.dates.notice == date(2026, 11, 9)
    assert case.benefits[0].title["es"] == "Pago en efectivo"
    assert case.parties.administrator.address == "P.O. Box 555\nSalt Lake City, UT 84110"
    assert len({merchant.domain for merchant in case.merchants}) == len(case.merchants) >= 100


def test_a_deadline_ends_at_midnight_where_the_court_sits() -> None:
    assert read_case_folder(DEMO).claim_deadline_at == datetime(2027, 5, 11, 5, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize("fault", FAULTS, ids=[entry["name"] for entry in FAULTS])
def test_each_fault_is_reported_on_its_line(fault: dict[str, str], folder: Path) -> None:
    assert SOURCE.count(fault["replace"]) == 1, "the entry must break one place"
    broken = SOURCE.replace(fault["replace"], fault["with"])
    (folder / "case.toml").write_text(broken, encoding="utf-8")
    checked = check_case_folder(folder)
    assert checked.case is None
    lines = broken.split("\n")
    found = [(lines[each.line - 1], each.text) for each in checked.faults if each.file == "case.toml"]
    assert any(fault["at"] in line and fault["says"] in text for line, text in found), checked.faults


def test_all_faults_are_reported_at_once(folder: Path) -> None:
    broken = SOURCE.replace("cure_days = 30", 'cure_days = "x"').replace('slug = "cartmanager"', "slug = 7")
    (folder / "case.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(CaseFolderFaulty) as caught:
        read_case_folder(folder)
    assert "case.slug must be a text in quotes, not 7" in str(caught.value)
    assert 'rules.cure_days must be a whole number, not "x"' in str(caught.value)


def test_a_missing_table_is_one_fault_not_ten(folder: Path) -> None:
    start, end = SOURCE.index("[money]"), SOURCE.index("[[benefits]]")
    (folder / "case.toml").write_text(SOURCE[:start] + SOURCE[end:], encoding="utf-8")
    assert [each.text for each in check_case_folder(folder).faults] == ["money is missing; it must be a table."]


def test_absent_files_are_faults_too(folder: Path) -> None:
    (folder / "merchants.csv").unlink()
    assert [each.file for each in check_case_folder(folder).faults] == ["merchants.csv"]
    (folder / "case.toml").unlink()
    assert "there is no such file" in str(check_case_folder(folder).faults[0])
    assert "there is no such file" in str(check_case_folder(folder / "nowhere").faults[0])


def test_a_file_that_is_not_utf_8_names_the_line(folder: Path) -> None:
    (folder / "case.toml").write_bytes(b'[case]\ncaption = "Se\xf1or"\n')
    assert str(check_case_folder(folder).faults[0]).startswith("case.toml, line 2: this line is not UTF-8")


def test_a_windows_editor_does_no_harm(folder: Path) -> None:
    (folder / "case.toml").write_bytes(b"\xef\xbb\xbf" + SOURCE.replace("\n", "\r\n").encode())
    assert check_case_folder(folder).faults == ()


def test_the_hash_changes_with_either_file(folder: Path) -> None:
    first = read_case_folder(folder).sha256
    assert first == read_case_folder(folder).sha256
    with (folder / "merchants.csv").open("a", encoding="utf-8") as merchants:
        merchants.write("Another Shop,another-shop.example,\n")
    assert first != read_case_folder(folder).sha256


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 0, "is empty"),
        ("shop,site\n", 1, "must name the columns"),
        ("name,domain,aliases\nA,a.example,\nB,b.example\n", 3, "has 2 fields"),
        ("name,domain,aliases\n,a.example,\n", 2, "the name is missing"),
        ("name,domain,aliases\nA,A.EXAMPLE,\n", 2, "small letters"),
        ("name,domain,aliases\nA,http://a.example,\n", 2, "small letters"),
        ('name,domain,aliases\n"A\nB",a.example,\nC,c.example,\n', 2, "line break"),
        ('name,domain,aliases\nA,a.example,"x\n', 2, "not readable as CSV"),
        (f"name,domain,aliases\n{'A' * 201},a.example,\n", 2, "longer than 200"),
    ],
)
def test_merchant_faults(text: str, line: int, says: str) -> None:
    _, faults = read_merchants(text=text, file="merchants.csv")
    assert [(fault.line, says in fault.text) for fault in faults] == [(line, True)]


@pytest.mark.parametrize(
    "second", ["THE  SHOP,other.example,", "Other,shop.example,", "Other,other.example,the shop", "Store,other.example,"]
)
def test_two_merchants_never_answer_to_one_name(second: str) -> None:
    text = f"name,domain,aliases\nThe Shop,shop.example,Store\n{second}\n"
    merchants, faults = read_merchants(text=text, file="merchants.csv")
    assert faults == []
    assert [(fault.line, "The Shop" in fault.text) for fault in duplicate_faults(merchants)] == [(3, True)]


def test_lines_are_those_of_the_text_not_of_strings_or_comments() -> None:
    text = 'a = """\nb = 1\n[c]\n"""\n# d = 1\n[e]\nf = [\n  1, # ]\n  "]",\n]\n"g h".i = 2\n'
    text += "[[j]]\nk = 1\n[[j]]\nk = 2\n[j.l]\nm=1\n"
    lines = find_lines(text)
    assert lines.of(("a",)) == 1
    assert lines.of(("e",)) == 6
    assert lines.of(("e", "f")) == 7
    assert lines.of(("e", "g h", "i")) == 11
    assert lines.of(("j", 0, "k")) == 13
    assert lines.of(("j", 1, "k")) == 15
    assert lines.of(("j", 1, "l", "m")) == 17
    assert lines.of(("j", 1, "missing")) == 14
    assert lines.of(("j",)) == 12
    assert lines.of(("b",)) == 1


LINES = SOURCE.split("\n")
VALUES = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=True).map(str),
    st.text(max_size=20).map(lambda text: '"' + text + '"'),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.sampled_from(["true", "[]", "{}", "[[]]", '["en"]', "{a = 1}", "0x" + "F" * 9000, "9" * 5000, "[" * 3000, "12:00:00"]),
)
EDITS = st.lists(
    st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from(["drop", "value", "text", "twice"]), VALUES, st.text(max_size=30)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_a_broken_case_file_never_raises(edits: list[tuple[int, str, str, str]], folder: Path) -> None:
    lines = list(LINES)
    for place, kind, value, text in edits:
        key = lines[place].partition("=")[0]
        lines[place] = {"drop": "", "value": f"{key}= {value}", "text": text, "twice": lines[place] * 2}[kind]
    (folder / "case.toml").write_text("\n".join(lines), encoding="utf-8", errors="surrogatepass")
    checked = check_case_folder(folder)
    assert (checked.case is None) == bool(checked.faults)
    length = len(lines) + "".join(lines).count("\n")
    assert all(0 <= fault.line <= length + 400 and fault.text.endswith(".") for fault in checked.faults)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300))
def test_any_bytes_as_merchants_never_raise(raw: bytes, folder: Path) -> None:
    (folder / "merchants.csv").write_bytes(b"name,domain,aliases\n" + raw)
    checked = check_case_folder(folder)
    assert (checked.case is None) == bool(checked.faults)
