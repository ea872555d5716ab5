"""The synthetic people that benchmarks stand on: seeded, visibly synthetic, with a truth that fits."""

import pyarrow.compute as pc

from benchmarks.people.__main__ import birth, broker


def test_the_same_seed_gives_the_same_lists_and_another_seed_others():
    first, again, other = broker(400, 40, seed=1), broker(400, 40, seed=1), broker(400, 40, seed=2)
    assert all(first[name].equals(again[name]) for name in first)
    assert not first["rows"].equals(other["rows"])


def test_sizes_are_as_asked_and_the_truth_covers_every_row():
    made = broker(2_000, 300, seed=4)
    assert (made["rows"].num_rows, made["claims"].num_rows) == (2_000, 300)
    assert made["truth"]["row_id"].equals(made["rows"]["row_id"])
    listed = pc.is_in(made["claims_truth"]["person"], made["truth"]["person"].combine_chunks())
    assert listed.equals(made["claims_truth"]["listed"])
    assert 0.6 < pc.mean(listed.cast("int8")).as_py() < 0.9
    assert birth(500, seed=4)["rows"].num_rows == 500


def test_people_are_visibly_synthetic():
    made = broker(2_000, 300, seed=4)
    for name in ("rows", "claims"):
        assert pc.all(pc.ends_with(made[name]["email"].drop_null(), ".example")).as_py()
        phones = pc.replace_substring_regex(made[name]["phone"].drop_null(), r"\D", "")
        assert pc.all(pc.match_substring_regex(phones, r"^1?\d{3}555")).as_py()


def test_a_broker_list_lacks_what_brokers_lack():
    rows = broker(4_000, 0, seed=4)["rows"]
    assert "born" not in rows.column_names
    filled = {name: 1 - rows[name].null_count / rows.num_rows for name in rows.column_names}
    assert 0.2 < filled["email"] < 0.32
    assert 0.68 < filled["phone"] < 0.85
