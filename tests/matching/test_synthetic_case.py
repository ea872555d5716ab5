"""The matcher on the synthetic case, whose households are full of traps: spouses sharing phone and e-mail, Jr and Sr, twins.

When this fails, look at `python -m benchmarks.matching_sample`: most wrong clusters have been spouses (same family name, phone and
address, given names plainly different, at -3 bits for the given name where the priors say -5, and a household class that was too
weak), and Jr beside Sr at one address.
"""

from benchmarks.matching_sample import measure


def test_households_are_not_people(tmp_path):
    precision, recall, wrong, _ = measure(people=3000, seed=5, folder=tmp_path / "sample")
    assert precision.share >= 0.95, wrong.most_common(5)
    assert recall.share >= 0.95
