"""Reading what brokers and shops send: a file of unknown origin in, rows with their raw bytes and their faults out.

`guard` runs `child` in a process with limits; the child opens the file (`opening`), which asks `encodings`, `dialects`,
`fixed_width` or `sheets` how to cut it into records and `headers` where they begin, proposes a mapping (`mapping`, with the
vocabulary of `fields`) and checks every row (`values`, `checking`). `faults` is the list of all that can be wrong.
"""
