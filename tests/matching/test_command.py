"""`redress dedupe`, `link` and `evaluate` as a user runs them, on small files."""

import csv
import sys

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from benchmarks.people.__main__ import broker
from flows.cli.main import run
from matching import review_sheets
from matching.errors import LabelsFaulty

FIELDS = """
given_name = "first"
middle_name = "middle"
family_name = "last"
suffix = "suffix"
email = "email"
phone = "phone"
address = [{street = "addr1", unit = "apt", city = "city", region = "st", postcode = "zip"}]
"""


@pytest.fixture(scope="module")
def people():
    return broker(rows=1_500, claim_count=200, seed=3)


@pytest.fixture
def folder(tmp_path, people):
    for name, table in people.items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    (tmp_path / "rows.toml").write_text(f'id = "row_id"\n[fields]{FIELDS}')
    (tmp_path / "claims.toml").write_text(
        f'[left]\nid = "claim_id"\n[left.fields]{FIELDS}\n[right]\nid = "row_id"\n[right.fields]{FIELDS}'
    )
    return tmp_path


@pytest.fixture
def redress(monkeypatch, capsys):
    """Run the command; return exit status, standard output and standard error."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["redress", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            run()
        captured = capsys.readouterr()
        return left.value.code or 0, captured.out, captured.err

    return call


def test_dedupe_writes_its_four_files_and_finds_people(folder, redress):
    status, said, _ = redress("dedupe", folder / "rows.parquet", "--schema", folder / "rows.toml", "--out", folder / "out")
    assert status == 0, said
    pairs, clusters = (pq.read_table(folder / "out" / f"{name}.parquet") for name in ("pairs", "clusters"))
    assert pairs.column_names[:4] == ["left_id", "right_id", "weight", "probability"]
    assert clusters.column_names == ["id", "cluster"]
    assert clusters.num_rows == 1_500
    assert set(clusters["cluster"].to_pylist()) <= set(clusters["id"].to_pylist())
    assert (folder / "out" / "model.json").is_file()
    page = (folder / "out" / "report.html").read_text()
    for never in ("<script", "http://www.google", "https://", "src="):
        assert never not in page.replace("http://www.w3.org/2000/svg", "")
    for heading in ("The data", "Which pairs were compared", "What could not be learned", "Sampled pairs", "SHA-256"):
        assert heading in page
    status, said, _ = redress(
        "evaluate", folder / "out", "--truth", folder / "truth.parquet", "--id", "row_id", "--entity", "person"
    )
    assert status == 0
    assert "clusters" in said
    assert "<svg" in (folder / "out" / "evaluation.html").read_text()


def test_csv_gives_the_same_pairs_as_parquet(folder, redress, people):
    table = people["rows"].cast(pa.schema([(name, pa.string()) for name in people["rows"].column_names]))
    pyarrow.csv.write_csv(table, folder / "rows.csv")
    for name, file in (("a", "rows.parquet"), ("b", "rows.csv")):
        arguments = ("--schema", folder / "rows.toml", "--out", folder / name, "--no-report")
        assert redress("dedupe", folder / file, *arguments)[0] == 0
    assert pq.read_table(folder / "a" / "pairs.parquet").equals(pq.read_table(folder / "b" / "pairs.parquet"))
    assert not (folder / "a" / "report.html").exists()


def test_link_finds_claims_in_the_list_and_a_saved_model_serves_again(folder, redress):
    files = (folder / "claims.parquet", folder / "rows.parquet", "--schema", folder / "claims.toml")
    status, said, _ = redress("link", *files, "--out", folder / "out")
    assert status == 0, said
    pairs = pq.read_table(folder / "out" / "pairs.parquet")
    assert all(one.startswith("c") for one in pairs["left_id"].to_pylist())
    assert all(one.startswith("r") for one in pairs["right_id"].to_pylist())
    assert not (folder / "out" / "clusters.parquet").exists()
    assert redress("link", *files, "--out", folder / "two", "--model", folder / "out" / "model.json", "--no-report")[0] == 0
    again = pq.read_table(folder / "two" / "pairs.parquet")
    # The people are counted by what the model finds, so far below even odds a name may count as rarer by a bit.
    weights = pairs["weight"].to_numpy()
    np.testing.assert_allclose(again["weight"].to_numpy(), weights, atol=1.0)
    np.testing.assert_allclose(again["weight"].to_numpy()[weights > 0], weights[weights > 0], atol=0.1)


def test_two_reviews_give_rates_with_intervals(folder, redress, people):
    redress("dedupe", folder / "rows.parquet", "--schema", folder / "rows.toml", "--out", folder / "out", "--no-report")
    arguments = ("--rows", folder / "rows.parquet", "--schema", folder / "rows.toml")
    status, said, _ = redress("evaluate", folder / "out", "--draw", 6, *arguments)
    assert status == 0
    truth = dict(zip(people["truth"]["row_id"].to_pylist(), people["truth"]["person"].to_pylist(), strict=True))
    for sheet in ("review_a.csv", "review_b.csv"):
        assert "probability" not in (folder / "out" / sheet).read_text().splitlines()[0]
        _fill(folder / "out" / sheet, truth)
    status, said, _ = redress(
        "evaluate", folder / "out", "--review", folder / "out" / "review_a.csv", "--review", folder / "out" / "review_b.csv"
    )
    assert status == 0
    assert "kappa is 1.000" in said
    assert "no candidate" in said
    assert "precision" in said


def _fill(path, truth):
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["answer"] = "same" if row["right_id"] and truth[row["left_id"]] == truth[row["right_id"]] else "different"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("dedupe", "none.csv", "--schema", "rows.toml", "--out", "out"), "there is no such file"),
        (("dedupe", "rows.parquet", "--schema", "none.toml", "--out", "out"), "no such schema file"),
        (("dedupe", "rows.parquet", "--schema", "claims.toml", "--out", "out"), "schema is for two tables"),
        (("dedupe", "claims.parquet", "--schema", "rows.toml", "--out", "out"), "'row_id'"),
        (("dedupe", "rows.parquet", "--schema", "rows.toml", "--out", "rows.toml"), "cannot be written"),
        (("dedupe", "rows.parquet", "--schema", "rows.toml", "--out", "out", "--model", "none.json"), "no such model"),
        (("dedupe", "rows.parquet", "--schema", "rows.toml", "--out", "out", "--model", "rows.toml"), "not a matching model"),
        (("evaluate", "nowhere"), "no such file"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(folder, redress, monkeypatch, arguments, sentence):
    monkeypatch.chdir(folder)
    status, _, said = redress(*arguments)
    assert status == 2
    assert sentence in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "rows",
    [
        "id,first,last\n1,Ana,Null\n",
        "id,first,last\n1,Ana,Null\n2,,\n",
        "id,first,last\n1,,\n2,,\n3,,\n",
        "id,first,last\n1,😀,😀\n2,مريم,عبد الله\n3,😀,😀\n4," + "x" * 300 + ",y\n",
    ],
)
def test_tiny_and_strange_tables_still_get_their_four_files(tmp_path, redress, rows):
    (tmp_path / "rows.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "s.toml").write_text('id = "id"\n[fields]\ngiven_name = "first"\nfamily_name = "last"\n')
    status, said, error = redress("dedupe", tmp_path / "rows.csv", "--schema", tmp_path / "s.toml", "--out", tmp_path / "out")
    assert status == 0, said + error
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "pairs.parquet",
        "clusters.parquet",
        "model.json",
        "report.html",
    }


def test_sheets_are_read_with_care(tmp_path):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("sample_id,answer\n1,Same\n2,no\n3,unsure\n4,\n")
    assert review_sheets.read(sheet) == {1: True, 2: False}
    sheet.write_text("sample_id,answer\n1,perhaps\n")
    with pytest.raises(LabelsFaulty, match="line 2"):
        review_sheets.read(sheet)
    sheet.write_text("number,answer\n1,same\n")
    with pytest.raises(LabelsFaulty, match="sample_id"):
        review_sheets.read(sheet)


def test_a_third_review_settles_what_two_dispute():
    first, second = {1: True, 2: True, 3: False}, {1: True, 2: False}
    assert review_sheets.agreement(first, second).to_settle == (2,)
    assert review_sheets.settled([first, second]) == {1: True}
    assert review_sheets.settled([first, second, {2: False}]) == {1: True, 2: False}


def test_a_formula_in_a_name_is_disarmed(tmp_path, people):
    from matching.types import Schema

    table = pa.table({"id": ["1", "2"], "last": ["=cmd()", "Null"]})
    sample = pa.table({"sample_id": [1], "left_id": ["1"], "right_id": ["2"], "band": ["x"], "size": [1]})
    review_sheets.write(tmp_path / "a.csv", sample, [(table, Schema(id="id", family_name=("last",)))])
    assert "'=cmd()" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
