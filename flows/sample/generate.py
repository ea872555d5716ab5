"""The door to the synthetic case: people, lists, order logs, claims and truth, written into a folder."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from casefile.case_folder import CaseFolder
from casefile.errors import RedressError
from flows.sample import brokers, sheets, truth
from flows.sample.claims import Claims, make_claims
from flows.sample.orders import OrderLogs, make_order_logs, write_order_log
from flows.sample.people import People, make_people
from flows.sample.places import Addresses
from flows.sample.pools import Flags, Texts
from flows.sample.purchases import Purchases, choose_members, make_purchases, shop_names
from flows.sample.readme import readme
from flows.sample.variation import write_down

MOST_PEOPLE = 1_000_000
LEAST_PEOPLE = 50
OUTSIDERS = 0.25
"""Look-alikes and others who are not in the class, per member."""
TWICE = 0.12
"""Share of the disclosed purchases that a second marketer got too."""
MARKER = "sample.json"

Progress = Callable[[str], None]


class SampleRefused(RedressError):
    """The sample cannot be made as asked; nothing was written."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One file that the administrator receives."""

    path: str
    kind: str
    """A word of `SourceKind`."""
    producer: str
    rows: int
    """All rows, with titles, headers, blank lines and totals."""
    people_rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Sample:
    """What was written."""

    seed: int
    members: int
    people: int
    claims: int
    claims_of_members: int
    members_with_email: int
    files: tuple[SampleFile, ...]


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is true before anybody writes it down."""

    people: People
    addresses: Addresses
    purchases: Purchases
    in_class: Flags
    mailbox: Texts
    """What becomes of mail to each person."""
    case: CaseFolder


Received = list[tuple[SampleFile, pa.Table]]
"""What the administrator receives, each file with the truth about its rows."""


def write_sample(*, out: Path, members: int, seed: int, case: CaseFolder, progress: Progress | None = None) -> Sample:
    """Write a synthetic case with this many class members into `out`; the same seed gives the same bytes.

    Raises `SampleRefused` for an impossible size or a folder that holds something else.
    """
    if not LEAST_PEOPLE <= members <= MOST_PEOPLE:
        raise SampleRefused(f"A sample has from {LEAST_PEOPLE} to {MOST_PEOPLE:,} people, not {members:,}.")
    say = progress or (lambda _: None)
    _make_room(out)
    streams = [np.random.default_rng([seed, number]) for number in range(6)]
    say("people")
    world = _make_world(streams[:2], members, case)
    received = _write_lists(streams[2], out, world, say)
    say("order logs")
    logs = make_order_logs(streams[3], people=world.people, addresses=world.addresses, purchases=world.purchases, case=case)
    received += _write_orders(out, logs)
    say("claims and truth")
    claims = make_claims(
        streams[4],
        people=world.people,
        addresses=world.addresses,
        purchases=world.purchases,
        in_class=world.in_class,
        can_get_notice=logs.has_email & (world.mailbox == "accepts"),
        case=case,
    )
    _write_truth(out, world, [table for _, table in received], claims)
    known = truth.people_table(
        world.people,
        world.addresses,
        in_class=world.in_class,
        email_in_orders=logs.has_email,
        mailbox=world.mailbox,
        behaviour=_behaviours(streams[5], world, claims),
    )
    truth.write_parquet(out / "truth" / "people.parquet", known)
    sample = Sample(
        seed=seed,
        members=members,
        people=len(world.people),
        claims=len(claims.person),
        claims_of_members=int(claims.is_member.sum()),
        members_with_email=int((logs.has_email & world.in_class).sum()),
        files=tuple(file for file, _ in received),
    )
    (out / "README.md").write_text(readme(sample), encoding="utf-8")
    (out / MARKER).write_text(json.dumps(asdict(sample), indent=2) + "\n", encoding="utf-8")
    return sample


def _make_world(streams: list[np.random.Generator], members: int, case: CaseFolder) -> World:
    people, addresses = make_people(streams[0], round(members * (1 + OUTSIDERS)))
    in_class = choose_members(streams[1], count=len(people), members=members)
    purchases = make_purchases(streams[1], in_class=in_class, case=case)
    return World(people, addresses, purchases, in_class, _mailboxes(streams[1], people), case)


def _make_room(out: Path) -> None:
    """Clear what an earlier sample left; touch nothing else."""
    if out.exists() and any(out.iterdir()) and not (out / MARKER).exists():
        raise SampleRefused(f"The folder {out} is not empty and holds no sample of ours; choose another one.")
    for name in ("lists", "orders", "truth"):
        shutil.rmtree(out / name, ignore_errors=True)
        (out / name).mkdir(parents=True)
    (out / MARKER).write_text("{}\n", encoding="utf-8")


def _mailboxes(rng: np.random.Generator, people: People) -> Texts:
    """Return what becomes of mail to each person; who shares an address shares its fate."""
    drawn = truth.draw(rng, truth.MAILBOXES, len(people))
    _, first, position = np.unique(people.email_then.astype(str), return_index=True, return_inverse=True)
    return drawn[first][position]


def _write_lists(rng: np.random.Generator, out: Path, world: World, say: Progress) -> Received:
    purchases, people = world.purchases, world.people
    disclosed = np.flatnonzero(purchases.disclosed)
    rows = np.concatenate([disclosed, disclosed[rng.random(len(disclosed)) < TWICE]])
    rows = rows[rng.permutation(len(rows))]
    of_broker = brokers.assign(rng, len(rows))
    received = []
    for place, broker in enumerate(brokers.BROKERS):
        say(broker.file)
        at = rows[of_broker == place]
        written = write_down(
            rng,
            people=people,
            addresses=world.addresses,
            person=purchases.person[at],
            address=purchases.address_of(people, at),
            habits=broker.habits,
            street_form=broker.street_form,
        )
        columns = broker.lay_out(written, shop_names(rng, world.case, purchases.shop[at]), purchases.day[at])
        sheet = broker.spoil(rng, sheets.make_sheet(columns, purchases.person[at]))
        path = f"lists/{broker.file}"
        broker.write(out / path, sheet)
        kind = "supplement" if broker.is_supplement else "disclosure_list"
        received.append((_described(out, path, kind, broker.name, sheet), truth.rows_table(path, sheet)))
    return received


def _write_orders(out: Path, logs: OrderLogs) -> Received:
    received = []
    for year, sheet in logs.by_year.items():
        path = f"orders/shop-orders-{year}.csv"
        write_order_log(out / path, sheet)
        received.append((_described(out, path, "contact_source", "The shops", sheet), truth.rows_table(path, sheet)))
    return received


def _behaviours(rng: np.random.Generator, world: World, claims: Claims) -> Texts:
    behaviour = np.where(world.in_class, truth.draw(rng, truth.BEHAVIOURS, len(world.people)), "not_in_class")
    behaviour[claims.person[claims.is_member & ~claims.by_notice]] = "claims_without_notice"
    behaviour[claims.person[claims.by_notice]] = "claims_by_notice"
    return behaviour


def _write_truth(out: Path, world: World, tables: list[pa.Table], claims: Claims) -> None:
    folder = out / "truth"
    truth.write_parquet(folder / "rows.parquet", pa.concat_tables(tables).unify_dictionaries())
    truth.write_parquet(folder / "mailboxes.parquet", truth.mailboxes_table(world.people, world.mailbox))
    truth.write_csv(folder / "claims.csv", truth.claims_table(claims))


def _described(out: Path, path: str, kind: str, producer: str, sheet: sheets.Sheet) -> SampleFile:
    with (out / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return SampleFile(
        path=path,
        kind=kind,
        producer=producer,
        rows=len(sheet),
        people_rows=int((sheet.person != sheets.NOBODY).sum()),
        sha256=digest,
    )
