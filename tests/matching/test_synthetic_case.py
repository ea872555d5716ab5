"""The matcher on the synthetic case: households full of traps, where spouses share phone and e-mail, and Jr lives with Sr.

When this fails, `python -m benchmarks.matching_sample` says whom the wrong clusters put together. Most of what is left are
fathers and sons of one name at one address whose rows state no suffix: the rows alone cannot tell them apart.
"""

from benchmarks.matching_sample import measure


def test_households_are_not_people(tmp_path):
    precision, recall, wrong, _ = measure(people=3000, seed=5, folder=tmp_path / "sample")
    assert precision.share >= 0.95, wrong.most_common(5)
    assert recall.share >= 0.95
