"""The synthetic case: people who never lived, the lists and order logs that name them, and the truth kept apart.

`pools` holds the names and places; `places` and `people` make the population; `purchases` says who bought what and whose
data was disclosed; `variation` writes a person down as clerks do; `brokers` and `orders` lay out the files and `formats`
writes their bytes with the faults of real ones; `claims` decides who files what; `generate` is the door.
"""
