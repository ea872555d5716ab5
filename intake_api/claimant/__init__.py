"""The claimant site, public and without JavaScript.

`routes` gathers the pages: `settlement` (home, documents, objection), `claim` (the form), `notice_pages`, `shop_pages` and
`earlier_pages` (its longer steps), `signing` (check, signature, receipt), `exclusion`, `status`. Below them: `steps` (the
order of the form), `forms` and `fields` (what may be typed), `attestations` (what is signed), `visits` (one request).
"""
