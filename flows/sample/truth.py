"""The truth about a synthetic case, kept apart from what the administrator receives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from flows.sample.claims import Claims
from flows.sample.people import People
from flows.sample.places import Addresses
from flows.sample.pools import Flags, Numbers, Texts
from flows.sample.sheets import NOBODY, Sheet

MAILBOXES = {"accepts": 0.955, "bounces_hard": 0.030, "bounces_soft": 0.015}
"""What becomes of mail; fewer hard bounces than old lists really have, for a campaign pauses itself above 5 %."""
BEHAVIOURS = {"ignores": 0.9906, "unsubscribes": 0.006, "opts_out": 0.003, "complains": 0.0004}
"""What those do who file no claim; complaints stay below the one in a thousand at which a campaign pauses itself."""


def person_ids(person: Numbers) -> Texts:
    """Return the ids by which the truth calls people, empty for nobody."""
    names = np.char.add("P", np.char.zfill((person + 1).astype(str), 7)).astype(object)
    return np.where(person == NOBODY, "", names)


def draw(rng: np.random.Generator, shares: dict[str, float], count: int) -> Texts:
    """Return one of the words for each position, with the given shares."""
    return np.array(list(shares), dtype=object)[rng.choice(len(shares), count, p=list(shares.values()))]


def rows_table(file: str, sheet: Sheet) -> pa.Table:
    """Return whom each row of a file is about; rows are counted from 1, with titles, headers and blank lines."""
    return pa.table(
        {
            "file": pa.array([file] * len(sheet), pa.string()).dictionary_encode(),
            "row": np.arange(1, len(sheet) + 1, dtype=np.int64),
            "kind": pa.array(sheet.kind.tolist(), pa.string()),
            "person_id": pa.array(person_ids(sheet.person).tolist(), pa.string()),
            "fault": pa.array(sheet.fault.tolist(), pa.string()),
        }
    )


def people_table(people: People, addresses: Addresses, **further: Texts | Flags) -> pa.Table:
    """Return every person with their names, addresses and contacts in the class period (`_mid`: in its second half) and now."""
    everyone = np.arange(len(people))
    columns: dict[str, Any] = {
        "person_id": person_ids(everyone),
        "household": people.household,
        "role": people.role,
        "given_name": people.given,
        "middle_name": people.middle,
        "family_name": people.full_family(everyone),
        "family_name_now": people.full_family_now(everyone),
        "suffix": people.suffix,
        "language": people.language,
        "phone": people.phone_then,
        "phone_now": people.phone_now,
        "email": people.email_then,
        "email_now": people.email_now,
        **addresses.lines(people.address_then),
        **{f"{name}_mid": column for name, column in addresses.lines(people.address_mid).items()},
        **{f"{name}_now": column for name, column in addresses.lines(people.address_now).items()},
        **further,
    }
    return pa.table(columns)


def claims_table(claims: Claims) -> pa.Table:
    """Return the claims that are to be filed, with the person who must be found, if any."""
    ids = person_ids(claims.person)
    return pa.table(
        {
            "claim": np.arange(1, len(ids) + 1),
            "person_id": ids,
            "expected_person_id": np.where(claims.is_member, ids, ""),
            "kind": claims.kind,
            "by_notice": np.where(claims.by_notice, "yes", "no").astype(object),
            **claims.columns,
        }
    )


def mailboxes_table(people: People, mailbox: Texts) -> pa.Table:
    """Return what becomes of mail to each e-mail address of the order logs."""
    address, first = np.unique(people.email_then.astype(str), return_index=True)
    return pa.table({"email": pa.array(address.tolist(), pa.string()), "outcome": pa.array(mailbox[first].tolist(), pa.string())})


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table so that the same table gives the same bytes."""
    pyarrow.parquet.write_table(table, path, compression="zstd")


def write_csv(path: Path, table: pa.Table) -> None:
    """Write a small table for people to read."""
    pyarrow.csv.write_csv(table, path)
