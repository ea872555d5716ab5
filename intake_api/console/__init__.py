"""The console: what staff see and do on a case.

`routes` gathers `sign_in`, `dashboard`, `queue` and `claim` (review), `members`, `sources`, `jobs`, `campaigns`, `trail` (audit).
Below them: `desk` (who asks, on which case, in which role), `comparison` (a claim beside its candidates), `labels` (words).
"""
