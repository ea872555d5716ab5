"""The reach report: how much of the class a case's mailings reached, as data, as an annex of every member, as a paper for the court."""
