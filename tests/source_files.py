"""Source files with rows, written straight into a test's case."""

import hashlib

from casefile.tables.people import SourceFile, SourceRow
from casefile.words import RowOutcome, SourceKind


def add_file(session, name, people, kind=SourceKind.DISCLOSURE_LIST):
    file = SourceFile(
        sha256=hashlib.sha256(name.encode()).hexdigest(), size_bytes=1, original_name=name, kind=kind, encoding="utf-8",
        dialect={}, columns=[], mapping={}, rows_in=len(people), rows_accepted=len(people), rows_warned=0, rows_rejected=0,
    )  # fmt: skip
    session.add(file)
    session.flush()
    rows = [
        SourceRow(source_file_id=file.id, row_number=number, raw=b"", outcome=RowOutcome.ACCEPTED, **person)
        for number, person in enumerate(people, start=1)
    ]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]
