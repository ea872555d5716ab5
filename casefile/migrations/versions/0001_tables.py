"""The tables of a case, and the function that makes their keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


UUIDV7_BEFORE_18 = """
select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
    'hex')::uuid
"""
"""RFC 9562, section 5.7: 48 bits of Unix milliseconds, then version 7 and random bits."""


def _create_uuid7() -> None:
    """PostgreSQL 18 has uuidv7() in the core; 15 to 17 make the same from core functions."""
    version = op.get_bind().dialect.server_version_info
    body = "select uuidv7()" if version and int(version[0]) >= 18 else UUIDV7_BEFORE_18
    op.execute(f"create function redress_uuid7() returns uuid language sql volatile as $${body}$$")


def upgrade() -> None:
    _create_uuid7()
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("folder_sha256", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("slug", name=op.f("uq_cases_slug")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("failed_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("previous_hash", sa.LargeBinary(), server_default=sa.text("'\\x'"), nullable=False),
        sa.Column("hash", sa.LargeBinary(), server_default=sa.text("'\\x'"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_audit_entries_case_id")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_subject", "audit_entries", ["case_id", "subject", "subject_id"], unique=False)
    op.create_table(
        "audit_heads",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_audit_heads_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "campaigns",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "locked",
                "approved",
                "sending",
                "paused",
                "settled",
                "cancelled",
                name="campaignstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="draft",
            nullable=False,
        ),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("audience", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("waterfall", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("approval_sha256", sa.Text(), nullable=True),
        sa.Column("send_not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("pause_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_campaigns_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("case_id", "name", name=op.f("uq_campaigns_case_id_name")),
    )
    op.create_index(op.f("ix_campaigns_case_id"), "campaigns", ["case_id"], unique=False)
    op.create_table(
        "class_members",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("pin_counter", sa.Integer(), server_default="1", nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("household", sa.Text(), nullable=True),
        sa.Column("merchant", sa.Text(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=True),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("middle_name", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("suffix", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_class_members_case_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["class_members.id"], name=op.f("fk_class_members_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_members")),
        sa.UniqueConstraint("case_id", "notice_id", name=op.f("uq_class_members_case_id_notice_id")),
    )
    op.create_index(op.f("ix_class_members_case_id"), "class_members", ["case_id"], unique=False)
    op.create_index(op.f("ix_class_members_household"), "class_members", ["household"], unique=False)
    op.create_table(
        "jobs",
        sa.Column(
            "kind",
            sa.Enum(
                "import_list",
                "build_class_list",
                "send_campaign",
                "match_claims",
                "write_reports",
                name="jobkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "started",
                "succeeded",
                "failed",
                name="jobstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="waiting",
            nullable=False,
        ),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flow_run_id", sa.Text(), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_jobs_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_case_id"), "jobs", ["case_id"], unique=False)
    op.create_table(
        "mapping_profiles",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_mapping_profiles_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping_profiles")),
        sa.UniqueConstraint("case_id", "name", name=op.f("uq_mapping_profiles_case_id_name")),
    )
    op.create_index(op.f("ix_mapping_profiles_case_id"), "mapping_profiles", ["case_id"], unique=False)
    op.create_table(
        "match_runs",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("model", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("thresholds", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_match_runs_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_runs")),
    )
    op.create_index(op.f("ix_match_runs_case_id"), "match_runs", ["case_id"], unique=False)
    op.create_table(
        "merchants",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("aliases", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_merchants_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchants")),
        sa.UniqueConstraint("case_id", "name", name=op.f("uq_merchants_case_id_name")),
    )
    op.create_index(op.f("ix_merchants_case_id"), "merchants", ["case_id"], unique=False)
    op.create_table(
        "provider_paces",
        sa.Column("provider_group", sa.Text(), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_provider_paces_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_paces")),
        sa.UniqueConstraint("case_id", "provider_group", name=op.f("uq_provider_paces_case_id_provider_group")),
    )
    op.create_index(op.f("ix_provider_paces_case_id"), "provider_paces", ["case_id"], unique=False)
    op.create_table(
        "rate_buckets",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_rate_buckets_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_buckets")),
        sa.UniqueConstraint("case_id", "key", "window_start", name=op.f("uq_rate_buckets_case_id_key_window_start")),
    )
    op.create_index(op.f("ix_rate_buckets_case_id"), "rate_buckets", ["case_id"], unique=False)
    op.create_table(
        "source_files",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("original_name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "disclosure_list",
                "contact_source",
                "supplement",
                name="sourcekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("producer", sa.Text(), server_default="", nullable=False),
        sa.Column("marketer", sa.Text(), server_default="", nullable=False),
        sa.Column("protective_order_number", sa.Text(), server_default="", nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("dialect", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("assumptions", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("rows_in", sa.Integer(), nullable=False),
        sa.Column("rows_accepted", sa.Integer(), nullable=False),
        sa.Column("rows_warned", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.CheckConstraint("rows_in = rows_accepted + rows_warned + rows_rejected", name=op.f("ck_source_files_rows_add_up")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_source_files_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_files")),
        sa.UniqueConstraint("case_id", "sha256", name=op.f("uq_source_files_case_id_sha256")),
    )
    op.create_index(op.f("ix_source_files_case_id"), "source_files", ["case_id"], unique=False)
    op.create_table(
        "staff_roles",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "reviewer",
                "counsel",
                "auditor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("granted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_staff_roles_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_roles_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_roles")),
        sa.UniqueConstraint("case_id", "staff_id", "role", name=op.f("uq_staff_roles_case_id_staff_id_role")),
    )
    op.create_index(op.f("ix_staff_roles_case_id"), "staff_roles", ["case_id"], unique=False)
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("awaiting_code", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_staff_sessions_token_sha256")),
    )
    op.create_index(op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "reviewer",
                "counsel",
                "auditor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("approval_sha256", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_approvals_campaign_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_approvals_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_approvals_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint(
            "campaign_id", "approval_sha256", "staff_id", name=op.f("uq_approvals_campaign_id_approval_sha256_staff_id")
        ),
    )
    op.create_index(op.f("ix_approvals_case_id"), "approvals", ["case_id"], unique=False)
    op.create_table(
        "claims",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "late",
                "screening",
                "match_review",
                "deficient",
                "cured",
                "cure_expired",
                "hold",
                "duplicate",
                "approved",
                "partly_approved",
                "denied",
                "disputed",
                "upheld",
                "reversed",
                "allocated",
                "paid",
                "cashed",
                "returned",
                "stale",
                "reissued",
                "withdrawn",
                name="claimstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("submission_key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), server_default="web", nullable=False),
        sa.Column("notice_member_id", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column(
            "band",
            sa.Enum(
                "no_dispute",
                "review",
                "ambiguous",
                "none",
                name="matchband",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("new_evidence", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_claims_case_id")),
        sa.ForeignKeyConstraint(["member_id"], ["class_members.id"], name=op.f("fk_claims_member_id")),
        sa.ForeignKeyConstraint(["notice_member_id"], ["class_members.id"], name=op.f("fk_claims_notice_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_claims_case_id_number")),
        sa.UniqueConstraint("case_id", "submission_key", name=op.f("uq_claims_case_id_submission_key")),
    )
    op.create_index(op.f("ix_claims_case_id"), "claims", ["case_id"], unique=False)
    op.create_index("ix_claims_case_status", "claims", ["case_id", "status"], unique=False)
    op.create_index(op.f("ix_claims_member_id"), "claims", ["member_id"], unique=False)
    op.create_index(op.f("ix_claims_notice_member_id"), "claims", ["notice_member_id"], unique=False)
    op.create_table(
        "exclusions",
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("submission_key", sa.Text(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("channel", sa.Text(), server_default="web", nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_exclusions_case_id")),
        sa.ForeignKeyConstraint(["member_id"], ["class_members.id"], name=op.f("fk_exclusions_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusions")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_exclusions_case_id_number")),
        sa.UniqueConstraint("case_id", "submission_key", name=op.f("uq_exclusions_case_id_submission_key")),
    )
    op.create_index(op.f("ix_exclusions_case_id"), "exclusions", ["case_id"], unique=False)
    op.create_index(op.f("ix_exclusions_member_id"), "exclusions", ["member_id"], unique=False)
    op.create_table(
        "source_faults",
        sa.Column("source_file_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=True),
        sa.Column("column", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_source_faults_case_id")),
        sa.ForeignKeyConstraint(["source_file_id"], ["source_files.id"], name=op.f("fk_source_faults_source_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_faults")),
    )
    op.create_index(op.f("ix_source_faults_case_id"), "source_faults", ["case_id"], unique=False)
    op.create_index(op.f("ix_source_faults_source_file_id"), "source_faults", ["source_file_id"], unique=False)
    op.create_table(
        "source_rows",
        sa.Column("source_file_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "warned",
                "rejected",
                name="rowoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("merchant", sa.Text(), nullable=True),
        sa.Column("purchased_on", sa.Text(), nullable=True),
        sa.Column("order_number", sa.Text(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("full_name", sa.Text(), nullable=True),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("middle_name", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("suffix", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_source_rows_case_id")),
        sa.ForeignKeyConstraint(["source_file_id"], ["source_files.id"], name=op.f("fk_source_rows_source_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_rows")),
        sa.UniqueConstraint("source_file_id", "row_number", name=op.f("uq_source_rows_source_file_id_row_number")),
    )
    op.create_index(op.f("ix_source_rows_case_id"), "source_rows", ["case_id"], unique=False)
    op.create_table(
        "candidates",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("match_run_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("household_probability", sa.Double(), server_default="0", nullable=False),
        sa.Column(
            "band",
            sa.Enum(
                "no_dispute",
                "review",
                "ambiguous",
                "none",
                name="matchband",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("current", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_candidates_case_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_candidates_claim_id")),
        sa.ForeignKeyConstraint(["match_run_id"], ["match_runs.id"], name=op.f("fk_candidates_match_run_id")),
        sa.ForeignKeyConstraint(["member_id"], ["class_members.id"], name=op.f("fk_candidates_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidates")),
        sa.UniqueConstraint("match_run_id", "claim_id", "member_id", name=op.f("uq_candidates_match_run_id_claim_id_member_id")),
    )
    op.create_index(op.f("ix_candidates_case_id"), "candidates", ["case_id"], unique=False)
    op.create_index("ix_candidates_claim_current", "candidates", ["claim_id", "current"], unique=False)
    op.create_table(
        "claim_drafts",
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("submission_key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_claim_drafts_case_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_drafts_claim_id")),
        sa.ForeignKeyConstraint(["member_id"], ["class_members.id"], name=op.f("fk_claim_drafts_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_drafts")),
        sa.UniqueConstraint("case_id", "token_sha256", name=op.f("uq_claim_drafts_case_id_token_sha256")),
    )
    op.create_index(op.f("ix_claim_drafts_case_id"), "claim_drafts", ["case_id"], unique=False)
    op.create_table(
        "claim_versions",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Text(), nullable=False),
        sa.Column("attestation_text", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_claim_versions_case_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_versions_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_versions")),
        sa.UniqueConstraint("claim_id", "number", name=op.f("uq_claim_versions_claim_id_number")),
    )
    op.create_index(op.f("ix_claim_versions_case_id"), "claim_versions", ["case_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column(
            "ruling",
            sa.Enum(
                "accept",
                "reject",
                "ask",
                "duplicate",
                "undo",
                name="ruling",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("match_run_id", sa.Uuid(), nullable=True),
        sa.Column("undoes_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_decisions_case_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_decisions_claim_id")),
        sa.ForeignKeyConstraint(["match_run_id"], ["match_runs.id"], name=op.f("fk_decisions_match_run_id")),
        sa.ForeignKeyConstraint(["member_id"], ["class_members.id"], name=op.f("fk_decisions_member_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["decisions.id"], name=op.f("fk_decisions_undoes_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_decisions_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_decisions_undoes_id")),
    )
    op.create_index(op.f("ix_decisions_case_id"), "decisions", ["case_id"], unique=False)
    op.create_index(op.f("ix_decisions_claim_id"), "decisions", ["claim_id"], unique=False)
    op.create_table(
        "deficiencies",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column(
            "code",
            sa.Enum(
                "unsigned",
                "attestation_missing",
                "not_found",
                "ambiguous_match",
                "address_incomplete",
                "payment_details_invalid",
                "proof_missing",
                "authority_missing",
                "identity_mismatch",
                "outside_class_period",
                name="deficiencycode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cure_by", sa.Date(), nullable=False),
        sa.Column("cured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_deficiencies_case_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_deficiencies_claim_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_deficiencies_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deficiencies")),
    )
    op.create_index(op.f("ix_deficiencies_case_id"), "deficiencies", ["case_id"], unique=False)
    op.create_index(op.f("ix_deficiencies_claim_id"), "deficiencies", ["claim_id"], unique=False)
    op.create_table(
        "disclosures",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("source_row_id", sa.Uuid(), nullable=False),
        sa.Column("source_file_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=True),
        sa.Column("merchant", sa.Text(), nullable=True),
        sa.Column("marketer", sa.Text(), nullable=False),
        sa.Column("disclosed_on", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_disclosures_case_id")),
        sa.ForeignKeyConstraint(["member_id"], ["class_members.id"], name=op.f("fk_disclosures_member_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name=op.f("fk_disclosures_merchant_id")),
        sa.ForeignKeyConstraint(["source_file_id"], ["source_files.id"], name=op.f("fk_disclosures_source_file_id")),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_rows.id"], name=op.f("fk_disclosures_source_row_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
        sa.UniqueConstraint("source_row_id", name=op.f("uq_disclosures_source_row_id")),
    )
    op.create_index(op.f("ix_disclosures_case_id"), "disclosures", ["case_id"], unique=False)
    op.create_index(op.f("ix_disclosures_member_id"), "disclosures", ["member_id"], unique=False)
    op.create_index(op.f("ix_disclosures_source_file_id"), "disclosures", ["source_file_id"], unique=False)
    op.create_table(
        "member_rows",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("source_row_id", sa.Uuid(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_member_rows_case_id")),
        sa.ForeignKeyConstraint(["member_id"], ["class_members.id"], name=op.f("fk_member_rows_member_id")),
        sa.ForeignKeyConstraint(["source_row_id"], ["source_rows.id"], name=op.f("fk_member_rows_source_row_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_rows")),
        sa.UniqueConstraint("source_row_id", name=op.f("uq_member_rows_source_row_id")),
    )
    op.create_index(op.f("ix_member_rows_case_id"), "member_rows", ["case_id"], unique=False)
    op.create_index(op.f("ix_member_rows_member_id"), "member_rows", ["member_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("dedupe_key", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("provider_group", sa.Text(), server_default="default", nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "excluded",
                "ready",
                "leased",
                "transmitting",
                "accepted",
                "deferred",
                "rejected",
                "in_doubt",
                "delivered",
                "bounced_hard",
                "bounced_soft",
                "expired",
                "cancelled",
                name="noticestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_code", sa.SmallInteger(), nullable=True),
        sa.Column("last_reply", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_notices_campaign_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_notices_claim_id")),
        sa.ForeignKeyConstraint(["member_id"], ["class_members.id"], name=op.f("fk_notices_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        postgresql_with={"fillfactor": 80},
    )
    op.create_index("ix_notices_campaign_status", "notices", ["campaign_id", "status"], unique=False)
    op.create_index(op.f("ix_notices_case_id"), "notices", ["case_id"], unique=False)
    op.create_index(op.f("ix_notices_member_id"), "notices", ["member_id"], unique=False)
    op.create_index(
        "uq_notices_campaign_member",
        "notices",
        ["campaign_id", "member_id"],
        unique=True,
        postgresql_where=sa.text("dedupe_key is null"),
    )
    op.create_index(
        "uq_notices_dedupe_key",
        "notices",
        ["case_id", "dedupe_key"],
        unique=True,
        postgresql_where=sa.text("dedupe_key is not null"),
    )
    op.create_index(
        "ix_notices_ready",
        "notices",
        ["campaign_id", "provider_group", "next_at", "id"],
        unique=False,
        postgresql_where=sa.text("status in ('planned', 'ready', 'deferred')"),
    )
    op.create_table(
        "attempts",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "deferred",
                "rejected",
                "in_doubt",
                name="attemptoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.SmallInteger(), nullable=True),
        sa.Column("enhanced", sa.Text(), nullable=True),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.Column("message_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_attempts_case_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_attempts_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("notice_id", "number", name=op.f("uq_attempts_notice_id_number")),
    )
    op.create_index(op.f("ix_attempts_case_id"), "attempts", ["case_id"], unique=False)
    op.create_table(
        "delivery_events",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_event_id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("attempt_number", sa.SmallInteger(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "confirmed",
                "delivered",
                "delayed",
                "bounced_hard",
                "bounced_soft",
                "bounced_policy",
                "complaint",
                "auto_reply",
                "unsubscribed",
                "clicked",
                "resend",
                "expired",
                "cancelled",
                name="deliveryeventkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("bounce_class", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("diagnostic", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_delivery_events_case_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_delivery_events_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_events")),
        sa.UniqueConstraint(
            "case_id", "source", "source_event_id", name=op.f("uq_delivery_events_case_id_source_source_event_id")
        ),
    )
    op.create_index(op.f("ix_delivery_events_case_id"), "delivery_events", ["case_id"], unique=False)
    op.create_index(op.f("ix_delivery_events_notice_id"), "delivery_events", ["notice_id"], unique=False)
    op.create_table(
        "suppressions",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("delivery_event_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("redress_uuid7()"), nullable=False),
        sa.Column(
            "case_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.case_id', true), '')::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_suppressions_case_id")),
        sa.ForeignKeyConstraint(["delivery_event_id"], ["delivery_events.id"], name=op.f("fk_suppressions_delivery_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
    )
    op.create_index(op.f("ix_suppressions_case_id"), "suppressions", ["case_id"], unique=False)
    op.create_index(
        "uq_suppressions_live",
        "suppressions",
        ["case_id", "address", "scope"],
        unique=True,
        postgresql_where=sa.text("lifted_at is null"),
    )


def downgrade() -> None:
    op.drop_index("uq_suppressions_live", table_name="suppressions", postgresql_where=sa.text("lifted_at is null"))
    op.drop_index(op.f("ix_suppressions_case_id"), table_name="suppressions")
    op.drop_table("suppressions")
    op.drop_index(op.f("ix_delivery_events_notice_id"), table_name="delivery_events")
    op.drop_index(op.f("ix_delivery_events_case_id"), table_name="delivery_events")
    op.drop_table("delivery_events")
    op.drop_index(op.f("ix_attempts_case_id"), table_name="attempts")
    op.drop_table("attempts")
    op.drop_index(
        "ix_notices_ready", table_name="notices", postgresql_where=sa.text("status in ('planned', 'ready', 'deferred')")
    )
    op.drop_index(op.f("ix_notices_member_id"), table_name="notices")
    op.drop_index("uq_notices_campaign_member", table_name="notices", postgresql_where=sa.text("dedupe_key is null"))
    op.drop_index("uq_notices_dedupe_key", table_name="notices", postgresql_where=sa.text("dedupe_key is not null"))
    op.drop_index(op.f("ix_notices_case_id"), table_name="notices")
    op.drop_index("ix_notices_campaign_status", table_name="notices")
    op.drop_table("notices")
    op.drop_index(op.f("ix_member_rows_member_id"), table_name="member_rows")
    op.drop_index(op.f("ix_member_rows_case_id"), table_name="member_rows")
    op.drop_table("member_rows")
    op.drop_index(op.f("ix_disclosures_source_file_id"), table_name="disclosures")
    op.drop_index(op.f("ix_disclosures_member_id"), table_name="disclosures")
    op.drop_index(op.f("ix_disclosures_case_id"), table_name="disclosures")
    op.drop_table("disclosures")
    op.drop_index(op.f("ix_deficiencies_claim_id"), table_name="deficiencies")
    op.drop_index(op.f("ix_deficiencies_case_id"), table_name="deficiencies")
    op.drop_table("deficiencies")
    op.drop_index(op.f("ix_decisions_claim_id"), table_name="decisions")
    op.drop_index(op.f("ix_decisions_case_id"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(op.f("ix_claim_versions_case_id"), table_name="claim_versions")
    op.drop_table("claim_versions")
    op.drop_index(op.f("ix_claim_drafts_case_id"), table_name="claim_drafts")
    op.drop_table("claim_drafts")
    op.drop_index("ix_candidates_claim_current", table_name="candidates")
    op.drop_index(op.f("ix_candidates_case_id"), table_name="candidates")
    op.drop_table("candidates")
    op.drop_index(op.f("ix_source_rows_case_id"), table_name="source_rows")
    op.drop_table("source_rows")
    op.drop_index(op.f("ix_source_faults_source_file_id"), table_name="source_faults")
    op.drop_index(op.f("ix_source_faults_case_id"), table_name="source_faults")
    op.drop_table("source_faults")
    op.drop_index(op.f("ix_exclusions_member_id"), table_name="exclusions")
    op.drop_index(op.f("ix_exclusions_case_id"), table_name="exclusions")
    op.drop_table("exclusions")
    op.drop_index(op.f("ix_claims_notice_member_id"), table_name="claims")
    op.drop_index(op.f("ix_claims_member_id"), table_name="claims")
    op.drop_index("ix_claims_case_status", table_name="claims")
    op.drop_index(op.f("ix_claims_case_id"), table_name="claims")
    op.drop_table("claims")
    op.drop_index(op.f("ix_approvals_case_id"), table_name="approvals")
    op.drop_table("approvals")
    op.drop_index(op.f("ix_staff_sessions_staff_id"), table_name="staff_sessions")
    op.drop_table("staff_sessions")
    op.drop_index(op.f("ix_staff_roles_case_id"), table_name="staff_roles")
    op.drop_table("staff_roles")
    op.drop_index(op.f("ix_source_files_case_id"), table_name="source_files")
    op.drop_table("source_files")
    op.drop_index(op.f("ix_rate_buckets_case_id"), table_name="rate_buckets")
    op.drop_table("rate_buckets")
    op.drop_index(op.f("ix_provider_paces_case_id"), table_name="provider_paces")
    op.drop_table("provider_paces")
    op.drop_index(op.f("ix_merchants_case_id"), table_name="merchants")
    op.drop_table("merchants")
    op.drop_index(op.f("ix_match_runs_case_id"), table_name="match_runs")
    op.drop_table("match_runs")
    op.drop_index(op.f("ix_mapping_profiles_case_id"), table_name="mapping_profiles")
    op.drop_table("mapping_profiles")
    op.drop_index(op.f("ix_jobs_case_id"), table_name="jobs")
    op.drop_table("jobs")
    op.drop_index(op.f("ix_class_members_household"), table_name="class_members")
    op.drop_index(op.f("ix_class_members_case_id"), table_name="class_members")
    op.drop_table("class_members")
    op.drop_index(op.f("ix_campaigns_case_id"), table_name="campaigns")
    op.drop_table("campaigns")
    op.drop_table("audit_heads")
    op.drop_index("ix_audit_entries_subject", table_name="audit_entries")
    op.drop_table("audit_entries")
    op.drop_table("staff")
    op.drop_table("cases")
    op.execute("drop function redress_uuid7()")
