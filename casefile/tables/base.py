"""What every table shares: names of constraints, the key of ours, the case that a row belongs to, and enum columns."""

from __future__ import annotations

import datetime
import enum
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables; `str` is text, a time is always aware, a mapping is jsonb."""

    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy declares it so
        str: sa.Text(),
        datetime.datetime: sa.DateTime(timezone=True),
        dict[str, Any]: postgresql.JSONB(),
        list[Any]: postgresql.JSONB(),
        list[str]: postgresql.ARRAY(sa.Text()),
        bytes: sa.LargeBinary(),
    }


def key() -> Mapped[uuid.UUID]:
    """A primary key made by our own `redress_uuid7()`, which works on PostgreSQL 15 to 18 alike (RFC 9562, version 7)."""
    return mapped_column(sa.Uuid(), primary_key=True, server_default=sa.text("redress_uuid7()"))


def now_column() -> Mapped[datetime.datetime]:
    """A time that the database sets when the row is written."""
    return mapped_column(server_default=sa.func.now())


def enum_column(kind: type[enum.StrEnum], **options: Any) -> Mapped[Any]:
    """A status column: text with a check constraint, so that adding a word is an ordinary migration."""
    values = sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=kind.__name__.lower(),
        values_callable=lambda words: [word.value for word in words],
    )
    return mapped_column(values, **options)


class CaseRow:
    """A row of a case: its own key and the case, which row-level security checks on every statement."""

    @declared_attr
    def id(cls) -> Mapped[uuid.UUID]:  # noqa: N805  # a declared attribute belongs to the class
        """The row's key."""
        return key()

    @declared_attr
    def case_id(cls) -> Mapped[uuid.UUID]:  # noqa: N805  # a declared attribute belongs to the class
        """The case that owns the row; filled from the session's setting when it is not given."""
        return mapped_column(
            sa.ForeignKey("cases.id"),
            index=True,
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
        )
