"""Postal files and their rows, behind the walls of their case."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLE = "redress_app"
CASE = sa.text("nullif(current_setting('app.case_id', true), '')::uuid")


def upgrade() -> None:
    op.create_table(
        "postal_files",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        *_own_columns(),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_postal_files_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_postal_files"),
        sa.UniqueConstraint("case_id", "number", name="uq_postal_files_case_id_number"),
    )
    op.create_index("ix_postal_files_case_id", "postal_files", ["case_id"])
    op.create_table(
        "postal_rows",
        sa.Column("postal_file_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("why", "language", "notice_id")),
        sa.Column("pin_counter", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("full_name", "street", "unit", "city", "region", "postcode", "merchant")
        ),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_why", sa.Text(), nullable=True),
        *_own_columns(),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_postal_rows_case_id"),
        sa.ForeignKeyConstraint(["postal_file_id"], ["postal_files.id"], name="fk_postal_rows_postal_file_id"),
        sa.ForeignKeyConstraint(["member_id"], ["class_members.id"], name="fk_postal_rows_member_id"),
        sa.PrimaryKeyConstraint("id", name="pk_postal_rows"),
        sa.UniqueConstraint("postal_file_id", "member_id", name="uq_postal_rows_postal_file_id_member_id"),
    )
    op.create_index("ix_postal_rows_case_id", "postal_rows", ["case_id"])
    op.create_index("ix_postal_rows_member_id", "postal_rows", ["member_id"])
    for table in ("postal_files", "postal_rows"):
        op.execute(f"grant select, insert, update, delete on {table} to {ROLE}")
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(
            f"create policy own_case on {table} using (case_id = (select nullif(current_setting('app.case_id', true), '')::uuid))"
        )


def downgrade() -> None:
    op.drop_table("postal_rows")
    op.drop_table("postal_files")


def _own_columns() -> tuple[sa.Column[object], sa.Column[object]]:
    return (
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), server_default=CASE, nullable=False),
    )
