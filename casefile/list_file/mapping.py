"""Which column holds what: proposed from the headers and from the contents, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field

from casefile.errors import ListRefused
from casefile.list_file import contents, fields, given_names
from casefile.list_file.faults import Fault, FaultKind


@dataclass(frozen=True, slots=True)
class Mapping:
    """Per field the columns (unique names) that hold it, the best one first."""

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def as_json(self) -> dict[str, str | list[str]]:
        """Return {field: column}, with a list where several columns hold one field."""
        return {f: list(c) if len(c) > 1 else c[0] for f, c in self.columns.items()}

    @property
    def usable(self) -> bool:
        """Whether a person can be told from another by these columns at all."""
        return any(f in self.columns for f in (*fields.PERSON, "email", "phone"))


def from_json(said: Dictionary[str, object], names: tuple[str, ...]) -> Mapping:
    """Return the mapping that a person or a saved profile gives; raises ListRefused for an unknown field or a missing column."""
    columns: dict[str, tuple[str, ...]] = {}
    for name, given in said.items():
        if name not in fields.SPELLINGS:
            raise ListRefused(f"The mapping names the field {name!r}; known are {', '.join(fields.SPELLINGS)}.")
        wanted = tuple(str(c) for c in given) if isinstance(given, list | tuple) else (str(given),)
        missing = [c for c in wanted if c not in names]
        if missing:
            raise ListRefused(
                f"The mapping needs the column {missing[0]!r}, which this list does not have; it has {', '.join(names)}."
            )
        columns[name] = wanted
    return Mapping(columns)


def propose(names: tuple[str, ...], rows: list[list[str]], *, has_header: bool) -> Mapping:
    """Propose a mapping for columns `names` from their headers and the cells of the first `rows`."""
    cells = {name: [row[i] for row in rows if i < len(row)] for i, name in enumerate(names)}
    chosen = {name: found for name in names if has_header and (found := fields.lookup(name))}
    faults: list[Fault] = []
    for name, by_header in list(chosen.items()):
        by_contents = _correction(by_header, cells[name])
        if by_contents != by_header:
            chosen.pop(name)
        if by_contents and by_contents != by_header:
            chosen[name] = by_contents
            text = f"The header {name!r} says {by_header}, the cells are {by_contents}: mapped by the cells."
            faults.append(Fault(None, name, FaultKind.HEADER_CONTRADICTED, text))
    for name, found in _by_contents(names, cells, chosen).items():
        chosen[name] = found
        text = f"Column {name!r} was mapped to {found} by its cells; please confirm."
        faults.append(Fault(None, name, FaultKind.MAPPED_BY_CONTENTS, text))
    return Mapping(_ordered(names, _settled(chosen, cells)), tuple(faults))


CORRECTIONS: tuple[tuple[str, str, float, str | None], ...] = (
    ("street", "region", 0.8, "region"),  # St is a street or a state
    ("full_name", "digits", 0.8, "producer_key"),  # Customer is a name or a number
    ("organisation", "digits", 0.8, "producer_key"),
    ("postcode_extension", "postcode", 0.8, "postcode"),
    ("unit", "locality", 0.8, "locality"),  # Address 2 is a flat or city, state and ZIP
    ("given_name", "comma_name", 0.8, "full_name"),
)
"""Headers with two meanings: (field by the header, kind of the cells, their least share, field by the cells)."""

NEVER_CORRECTED = frozenset({"producer_key", "order_number", "product", "amount", "full_address", "locality"})
"""Keys, texts and sums may well look like a phone number."""


def _correction(by_header: str, cells: list[str]) -> str | None:
    """Return the field that the cells show where they contradict the header; None where they only show that it is not so."""
    filled = [c for c in cells if c.strip()]
    if not filled or by_header in NEVER_CORRECTED:
        return by_header
    if by_header == "title":
        return by_header if contents.share(filled, "courtesy") >= 0.5 else None
    for said, kind, least, shown in CORRECTIONS:
        if said == by_header and contents.share(filled, kind) >= least:
            return shown
    return next((kind for kind in ("email", "phone", "locality") if contents.share(filled, kind) >= 0.8), by_header)


def _by_contents(names: tuple[str, ...], cells: dict[str, list[str]], chosen: dict[str, str]) -> dict[str, str]:
    """Map what the headers left open: first what has a form, then names and cities by where they stand."""
    found: dict[str, str] = {}
    taken = set(chosen.values())
    for kind, shown in (
        ("email", "email"), ("phone", "phone"), ("locality", "locality"), ("region", "region"), ("street", "street"),
        ("postcode", "postcode"), ("phone_digits", "phone"), ("comma_name", "full_name"),
    ):  # fmt: skip
        if shown in taken or (shown == "locality" and "city" in taken) or (shown == "full_name" and taken & set(fields.PERSON)):
            continue
        best = max(
            (n for n in names if n not in chosen and n not in found), key=lambda n: contents.share(cells[n], kind), default=None
        )
        if best is not None and contents.share(cells[best], kind) >= 0.8 and _enough(cells[best]):
            found[best] = shown
            taken.add(shown)
    found |= _names_by_place(names, cells, {**chosen, **found})
    return found


def _enough(cells: list[str]) -> bool:
    return sum(bool(c.strip()) for c in cells) >= min(3, len(cells))


def _names_by_place(names: tuple[str, ...], cells: dict[str, list[str]], known: dict[str, str]) -> dict[str, str]:
    """Find the city before the state, the ZIP behind it and the name before the address, where no headers say so."""
    found: dict[str, str] = {}
    places = {f: names.index(n) for n, f in known.items()}
    first_place = min((places[f] for f in ("street", "region", "postcode", "email", "phone") if f in places), default=None)
    if first_place is None:
        return found
    before = next((places[f] for f in ("region", "postcode") if f in places), 0) - 1
    if (
        "city" not in places
        and before > 0
        and names[before] not in known
        and contents.share(cells[names[before]], "words") >= 0.8
    ):
        found[names[before]] = "city"
    after = places.get("region", len(names)) + 1
    if "postcode" not in places and after < len(names) and contents.share(cells[names[after]], "short_postcode") >= 0.8:
        found[names[after]] = "postcode"
    if set(places) & set(fields.PERSON):
        return found
    wordy = [n for n in names[:first_place] if n not in known and contents.share(cells[n], "words") >= 0.8]
    if len(wordy) >= 2 and all(contents.share(cells[n], "one_word") >= 0.6 for n in wordy[:2]):
        given_first = given_names.share(cells[wordy[0]]) >= given_names.share(cells[wordy[1]])
        found[wordy[0]], found[wordy[1]] = ("given_name", "family_name") if given_first else ("family_name", "given_name")
    elif wordy and contents.share(cells[wordy[-1]], "several_words") >= 0.6:
        found[wordy[-1]] = "full_name"
    return found


def _settled(chosen: dict[str, str], cells: dict[str, list[str]]) -> dict[str, str]:
    """Settle what a header means only beside others: `Nombre` without a surname beside it is a full name."""
    held = set(chosen.values())
    settled = dict(chosen)
    for name, found in chosen.items():
        if (
            found == "given_name"
            and not held & {"family_name", "full_name"}
            and contents.share(cells[name], "several_words") >= 0.6
        ):
            settled[name] = "full_name"
    return settled


def _ordered(names: tuple[str, ...], chosen: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Group columns by field, in the order of `fields.SPELLINGS`; secondary ones (ship to, alternate) come behind."""
    columns: dict[str, tuple[str, ...]] = {}
    for shown in fields.SPELLINGS:
        holders = sorted((n for n in names if chosen.get(n) == shown), key=fields.is_secondary)
        if holders:
            columns[shown] = tuple(holders) if shown in fields.REPEATABLE else tuple(holders[:1])
    return columns
