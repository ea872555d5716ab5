"""Reading what brokers and shops send: a file of unknown origin in, rows with their raw bytes and their faults out.

`read` is the door. `guard` runs `child` in a process with limits; there `reading` opens the file (`opening`), which asks
`packages` what it is, `encodings`, `dialects`, `fixed_width` or `sheets` how to cut it into `records`, and `headers` where they
begin; proposes a `mapping` (vocabulary: `fields`, `contents`); and holds every row against it (`checking` over `columns`, by the
rules of `values`, `dates`, `odd_text` and `people`). `faults` names all that can be wrong. `file_store` keeps files as received.
"""
