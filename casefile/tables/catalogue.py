"""Every module of tables, imported: the metadata is complete for migrations and tests."""

from casefile.tables import audit, cases, claims, mail, people, postal, staff
from casefile.tables.base import Base

__all__ = ["METADATA", "audit", "cases", "claims", "mail", "people", "postal", "staff"]

METADATA = Base.metadata
