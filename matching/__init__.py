"""Are these two people the same? Normalising, blocking, comparing, scoring, clustering, explaining, measuring.

A library without a database: columns in, columns out. `engine.dedupe` and `engine.link` are the doors; `types` holds what
goes in and what comes out.
"""
