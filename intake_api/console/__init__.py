"""The console: what staff see and do on a case.

`routes` gathers the pages, one module each: `sign_in`, `dashboard`, `queue` and `claim` (review), `members`, `sources`,
`campaigns`, `reach`, `papers`, `jobs`, `trail` (audit). Below them: `letters` (what a ruling says to the claimant), `comparison`
(a claim beside its candidates), `desk` (who asks, on which case, in which role), `labels` (words).
"""
