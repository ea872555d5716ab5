"""Where the mail of an address domain is received, behind the walls of its case."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLE = "redress_app"
CASE = sa.text("nullif(current_setting('app.case_id', true), '')::uuid")
ANSWERS = ("mx", "no_mx", "null_mx", "missing", "unanswered")


def upgrade() -> None:
    op.create_table(
        "mail_domains",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("mail_host", sa.Text(), server_default="", nullable=False),
        sa.Column("provider_group", sa.Text(), nullable=False),
        sa.Column("looked_up_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), server_default=CASE, nullable=False),
        sa.CheckConstraint(sa.column("answer").in_(ANSWERS), name=op.f("ck_mail_domains_mxanswer")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_mail_domains_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_domains"),
        sa.UniqueConstraint("case_id", "domain", name="uq_mail_domains_case_id_domain"),
    )
    op.create_index("ix_mail_domains_case_id", "mail_domains", ["case_id"])
    op.execute(f"grant select, insert, update, delete on mail_domains to {ROLE}")
    op.execute("alter table mail_domains enable row level security")
    op.execute("alter table mail_domains force row level security")
    op.execute(
        "create policy own_case on mail_domains using (case_id = (select nullif(current_setting('app.case_id', true), '')::uuid))"
    )


def downgrade() -> None:
    op.drop_table("mail_domains")
