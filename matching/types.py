"""What goes into the matcher and what comes out: the schema of a table of people, and the evidence for a pair."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class AddressColumns:
    """The columns of one postal address; a column that the table does not have is None."""

    street: str | None = None
    unit: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None


class OtherKind(StrEnum):
    """How a column that is not a person's name, address, phone, e-mail or birth date is compared."""

    EXACT = "exact"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class OtherColumn:
    """A further column that may tell people apart."""

    column: str
    kind: OtherKind = OtherKind.EXACT


@dataclass(frozen=True, slots=True)
class Schema:
    """Which columns of a table hold what; several columns of one field are alternatives of which any may agree."""

    id: str
    given_name: tuple[str, ...] = ()
    middle_name: tuple[str, ...] = ()
    family_name: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    full_name: tuple[str, ...] = ()
    birth_date: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    phone: tuple[str, ...] = ()
    address: tuple[AddressColumns, ...] = ()
    other: tuple[OtherColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """What one field says about a pair: both values, the level in words, and its weight in bits (log2)."""

    field: str
    left: str | None
    right: str | None
    level: str
    sentence: str
    weight: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why two records are, or are not, the same person: fields, contradictions, and three probabilities that sum to one."""

    left_id: str
    right_id: str
    prior_weight: float
    fields: tuple[FieldEvidence, ...]
    weight: float
    probability: float
    household_probability: float
    stranger_probability: float
    contradictions: tuple[str, ...] = field(default=())
    sentence: str = ""
