"""The case's books: settings, database, tables, audit, and one module per subject with its reads and writes.

`words` (statuses, roles) and `errors` know nothing; `settings` and `database` open the one PostgreSQL; `tables/` maps it;
`audit` records every change; each subject (`cases`, `sources`, `class_list`, `claims`, `matches`, `ledger`, `staff`, `jobs`,
`reports`) owns its reads and writes; `list_file/` reads what brokers send.
"""
