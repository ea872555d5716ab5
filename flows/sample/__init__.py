"""The synthetic case: people who never lived, the lists and order logs that name them, and the truth kept apart.

`pools` holds the names and places; `places` and `people` make the population; `purchases` says who bought what and whose
data was disclosed; `variation` writes a person down as clerks do; `brokers` and `orders` lay out the files, `sheets` puts in
the faults of real ones and `formats` writes the bytes; `claims` decides who files what; `truth` keeps what is true; `generate`
is the door. `dates` moves a case's court dates to today.
"""
