"""Measures against small examples counted by hand, and intervals against published values."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import evaluate, intervals, review_sample
from matching.errors import LabelsFaulty


def test_clopper_pearson_and_wilson_give_the_published_values():
    # Newcombe 1998, Statistics in Medicine 17:857, table I: 81 of 263, 15 of 148, 0 of 20.
    exact, score = intervals.clopper_pearson(81, 263), intervals.wilson(81, 263)
    assert (round(exact.low, 4), round(exact.high, 4)) == (0.2527, 0.3676)
    assert (round(score.low, 4), round(score.high, 4)) == (0.2553, 0.3662)
    assert round(intervals.wilson(15, 148).low, 4) == 0.0624
    assert round(intervals.clopper_pearson(0, 20).high, 4) == 0.1684


def test_no_error_in_300_says_fewer_than_two_percent():
    assert intervals.clopper_pearson(0, 300, confidence=0.90).high < 0.01
    assert intervals.clopper_pearson(0, 300).high == pytest.approx(0.0122, abs=1e-4)


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_share_lies_in_its_intervals(hits, misses):
    for interval in (intervals.clopper_pearson(hits, hits + misses), intervals.wilson(hits, hits + misses)):
        if hits + misses:
            assert 0 <= interval.low <= interval.share <= interval.high <= 1
        else:
            assert (interval.low, interval.high) == (0, 1)


def test_kappa_of_the_textbook():
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: agreement .7, by chance .5, kappa .4
    first = [True] * 25 + [False] * 25
    second = [True] * 20 + [False] * 5 + [True] * 10 + [False] * 15
    assert intervals.cohen_kappa(first, second) == pytest.approx(0.4)
    assert intervals.cohen_kappa([True, True], [True, True]) == 1.0
    with pytest.raises(ValueError, match="same pairs"):
        intervals.cohen_kappa([True], [])


def test_expected_precision_is_the_mean_of_the_probabilities():
    rows = {one.threshold: one for one in evaluate.expected(np.array([0.9, 0.8, 0.3, 0.0]), [0.5, 0.95])}
    assert (rows[0.5].pairs, rows[0.5].precision, rows[0.5].recall) == (2, pytest.approx(0.85), pytest.approx(0.85))
    assert rows[0.95].pairs == 0
    assert np.isnan(rows[0.95].precision)


ENTITIES = pa.table({"id": ["1", "2", "3", "4", "5"], "entity": ["a", "a", "a", "b", "b"]})


def test_clusters_are_measured_by_their_pairs():
    found = pa.table({"id": ["1", "2", "3", "4", "5"], "cluster": ["x", "x", "y", "y", "z"]})
    measured = evaluate.clusters(found, ENTITIES)
    # answers {12, 34}; truth {12, 13, 23, 45}: one right, one wrong, three missed
    assert (measured.true_positives, measured.false_positives, measured.false_negatives) == (1, 1, 3)
    assert (measured.precision, measured.recall, measured.f1) == (0.5, 0.25, pytest.approx(1 / 3))


def test_pairs_are_measured_at_their_threshold():
    pairs = pa.table({"left_id": ["1", "3", "4"], "right_id": ["2", "4", "5"], "probability": [0.9, 0.6, 0.4]})
    same, true = evaluate.same_entity(pairs, ENTITIES)
    assert (same.tolist(), true) == ([True, False, True], 4)
    measured = evaluate.pairwise(same, pairs["probability"].to_numpy(), true)
    assert (measured.true_positives, measured.false_positives, measured.false_negatives) == (1, 1, 3)


def test_pairs_of_two_tables_count_across_only():
    left = pa.table({"id": ["c1", "c2", "c3"], "entity": ["a", "b", "z"]})
    pairs = pa.table({"left_id": ["c1", "c2"], "right_id": ["1", "3"], "probability": [0.9, 0.9]})
    same, true = evaluate.same_entity(pairs, left, ENTITIES)
    assert (same.tolist(), true) == ([True, False], 5)


def test_a_row_without_label_is_named():
    with pytest.raises(LabelsFaulty, match="'9'"):
        evaluate.clusters(pa.table({"id": ["9"], "cluster": ["x"]}), ENTITIES)


def test_calibration_compares_promise_and_truth():
    bands = evaluate.calibration(np.array([0.2, 0.6, 0.7, 1.0]), np.array([False, True, False, True]))
    assert sum(band.pairs for band in bands) == 4
    middle = next(band for band in bands if band.low == 0.5)
    assert (middle.pairs, middle.promised, middle.true) == (2, pytest.approx(0.65), 0.5)


PAIRS = pa.table(
    {
        "left_id": [f"c{i}" for i in range(1000)],
        "right_id": [f"m{i}" for i in range(1000)],
        "probability": np.linspace(0.002, 1, 1000),
    }
)


def test_a_sample_is_seeded_and_covers_every_band_and_the_recall_stratum():
    sample = review_sample.draw(PAIRS, per_band=5, seed=7, unmatched=[f"u{i}" for i in range(40)])
    assert sample.equals(review_sample.draw(PAIRS, per_band=5, seed=7, unmatched=[f"u{i}" for i in range(40)]))
    rows = sample.to_pylist()
    counts = {row["band"]: sum(other["band"] == row["band"] for other in rows) for row in rows}
    assert set(counts.values()) == {5}
    assert len(counts) == len(evaluate.BAND_EDGES)
    assert {row["size"] for row in rows if row["band"] == review_sample.NO_CANDIDATE} == {40}


def test_an_estimate_weighs_strata_by_their_size_and_counts_missed_members():
    high = review_sample.Stratum("0.99 to 1", size=1000, judged=100, matches=99)
    low = review_sample.Stratum("0.1 to 0.5", size=100, judged=50, matches=10)
    missed = review_sample.Stratum(review_sample.NO_CANDIDATE, size=500, judged=50, matches=1)
    found = review_sample.estimate([high, low, missed], accepted=["0.99 to 1"])
    assert found.precision.share == pytest.approx(0.99)
    assert found.recall.share == pytest.approx(990 / (990 + 20 + 10))
    assert found.recall.low < found.recall.share < found.recall.high


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8))
def test_estimates_stay_between_zero_and_one(drawn):
    judged = [
        review_sample.Stratum(str(i), max(size, hits + misses), hits + misses, hits)
        for i, (size, hits, misses) in enumerate(drawn)
    ]
    found = review_sample.estimate(judged, accepted=["0"])
    for interval in (found.precision, found.recall):
        assert 0 <= interval.low <= interval.high <= 1


def test_answers_become_strata_and_the_unsure_are_left_out():
    sample = review_sample.draw(PAIRS, per_band=2, seed=1)
    answers = {row["sample_id"]: True for row in sample.to_pylist()[1:]}
    judged = review_sample.strata(sample, answers)
    assert sum(one.judged for one in judged) == sample.num_rows - 1
    assert all(one.matches == one.judged for one in judged)
