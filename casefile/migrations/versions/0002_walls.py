"""The walls: the plain role and its rights, row-level security on every case table, and the append-only audit chain."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLE = "redress_app"

CASE_TABLES = (
    "merchants", "mapping_profiles", "source_files", "source_rows", "source_faults", "class_members", "member_rows",
    "disclosures", "claim_drafts", "claims", "claim_versions", "match_runs", "candidates", "decisions", "deficiencies",
    "exclusions", "rate_buckets", "campaigns", "approvals", "notices", "attempts", "delivery_events", "suppressions",
    "provider_paces", "staff_roles", "jobs", "audit_entries", "audit_heads",
)  # fmt: skip

OPEN_TABLES = ("cases", "staff", "staff_sessions")
"""Tables of the installation: the list of cases (nothing personal) and the people who work here."""

APPEND_ONLY = ("audit_entries", "attempts", "delivery_events", "decisions", "claim_versions", "approvals")

CREATE_ROLE = f"""
do $$ begin
    if not exists (select from pg_roles where rolname = '{ROLE}') then
        create role {ROLE} nologin nosuperuser nobypassrls;
    end if;
    if current_user <> '{ROLE}' and not pg_has_role(current_user, '{ROLE}', 'member') then
        execute format('grant {ROLE} to %I', current_user);
    end if;
end $$
"""

REFUSE = """
create function redress_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are append-only: % is refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
end $$
"""

AUDIT_HASH = """
create function redress_audit_hash(entry audit_entries) returns bytea language sql immutable as $$
    select sha256(convert_to(jsonb_build_array(
        encode(entry.previous_hash, 'hex'), entry.case_id, entry.number, (extract(epoch from entry.at) * 1000000)::bigint,
        entry.actor, entry.action, entry.subject, entry.subject_id, entry.before, entry.after)::text, 'UTF8'))
$$
"""
"""The time enters as microseconds since 1970, so that the hash does not depend on a session's time zone."""

AUDIT_CHAIN = """
create function redress_audit_chain() returns trigger language plpgsql as $$
declare
    head audit_heads;
begin
    perform pg_advisory_xact_lock(hashtextextended('redress-audit-' || new.case_id, 0));
    select * into head from audit_heads where case_id = new.case_id;
    new.number := coalesce(head.number, 0) + 1;
    new.at := clock_timestamp();
    new.previous_hash := coalesce(head.hash, ''::bytea);
    new.hash := redress_audit_hash(new);
    insert into audit_heads (case_id, number, hash) values (new.case_id, new.number, new.hash)
        on conflict (case_id) do update set number = excluded.number, hash = excluded.hash;
    return new;
end $$
"""
"""Entries of one case wait for each other, so write them last in a transaction: the lock is held until it ends."""


def upgrade() -> None:
    op.execute(CREATE_ROLE)
    op.execute(f"grant usage on schema public to {ROLE}")
    op.execute(f"grant select, insert, update, delete on {', '.join((*CASE_TABLES, *OPEN_TABLES))} to {ROLE}")
    op.execute(f"grant select on redress_schema_version to {ROLE}")
    for table in CASE_TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(
            f"create policy own_case on {table} using (case_id = (select nullif(current_setting('app.case_id', true), '')::uuid))"
        )
    op.execute(REFUSE)
    for table in APPEND_ONLY:
        op.execute(f"revoke update, delete, truncate on {table} from {ROLE}")
        op.execute(
            f"create trigger append_only before update or delete or truncate on {table} "
            "for each statement execute function redress_refuse_change()"
        )
    op.execute(AUDIT_HASH)
    op.execute(AUDIT_CHAIN)
    op.execute("create trigger chain before insert on audit_entries for each row execute function redress_audit_chain()")
    op.execute(f"revoke delete, truncate on audit_heads from {ROLE}")


def downgrade() -> None:
    op.execute("drop trigger chain on audit_entries")
    op.execute("drop function redress_audit_chain()")
    op.execute("drop function redress_audit_hash(audit_entries)")
    for table in APPEND_ONLY:
        op.execute(f"drop trigger append_only on {table}")
    op.execute("drop function redress_refuse_change()")
    for table in CASE_TABLES:
        op.execute(f"drop policy own_case on {table}")
        op.execute(f"alter table {table} no force row level security")
        op.execute(f"alter table {table} disable row level security")
    op.execute(f"revoke all on {', '.join((*CASE_TABLES, *OPEN_TABLES, 'redress_schema_version'))} from {ROLE}")
    op.execute(f"revoke usage on schema public from {ROLE}")
