"""The README of a written sample: what is what."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.sample.generate import Sample

TEXT = """# A synthetic case

Nobody in these files ever lived. Every e-mail address ends in `.example`, every telephone number has the exchange 555 (up to
5,000 households: 555-0100 to 555-0199), every street is invented; cities, states and ZIP codes are real so that checks of
them pass. The lawsuit is imagined too.

Seed {seed}. {members:,} class members among {people:,} people; {with_email:,} members have a usable e-mail address in the
order logs. {claims:,} claims are to be filed, {claims_of_members:,} of them by members.

## What the administrator receives

| file | kind | from | rows | about people |
|---|---|---|---|---|
{files}

`lists/` are the marketing lists: name, postal address, telephone, shop and date of the purchase, never an e-mail address.
They hold what real ones hold: title rows, repeated headers, totals, blank lines, ragged rows, line breaks in cells, formula
cells, ZIP codes that lost their zeros, a surname Null, rows that stand twice, and people in several lists under nicknames,
with slips of the hand and with old addresses. `orders/` are the shops' order logs: the source of e-mail addresses.

## The truth, which no program that is measured may read

- `truth/rows.parquet`: every row of every file (`row` counts from 1, with titles, headers and blank lines): what it is
  (`kind`: person, title, header, totals, blank, junk), whom it is about (`person_id`) and what was done to it (`fault`).
- `truth/people.parquet`: every person in the class period (`_mid`: in its second half) and now, household and role in it,
  `in_class`, `email_in_orders`, what becomes of mail to them (`mailbox`: accepts, bounces_hard, bounces_soft) and what they
  do (`behaviour`).
- `truth/mailboxes.parquet`: what a mail server shall do with mail to each e-mail address.
- `truth/claims.csv`: the claims to be filed, field by field; columns that begin with `then_` are those at the time of the
  purchase, empty where nothing changed. `expected_person_id` is the member who must be found; it is empty for people who are
  not in the class (`kind`: household, namesake, stranger). A `duplicate` is a member who files again.
"""


def readme(sample: Sample) -> str:
    """Return the README of a sample."""
    files = "\n".join(
        f"| `{file.path}` | {file.kind} | {file.producer} | {file.rows:,} | {file.people_rows:,} |" for file in sample.files
    )
    return TEXT.format(
        seed=sample.seed,
        members=sample.members,
        people=sample.people,
        with_email=sample.members_with_email,
        claims=sample.claims,
        claims_of_members=sample.claims_of_members,
        files=files,
    )
