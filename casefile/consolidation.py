"""The set statements that turn clusters of source rows into class members which keep their ids from run to run."""

from __future__ import annotations

from casefile.tables.people import PERSON_COLUMNS

_NAMES_AND_PLACE = tuple(column for column in PERSON_COLUMNS if column not in {"email", "phone"})
_FILLED = " + ".join(f"(r.{column} is not null)::int" for column in _NAMES_AND_PLACE)
_CHOSEN = ", ".join(f"r.{column}" for column in _NAMES_AND_PLACE)
_SET = ", ".join(f"{column} = p.{column}" for column in (*PERSON_COLUMNS, "household", "merchant"))
_DIFFERS = ", ".join(f"m.{column}" for column in (*PERSON_COLUMNS, "household", "merchant"))
_IS = ", ".join(f"p.{column}" for column in (*PERSON_COLUMNS, "household", "merchant"))

STATEMENTS = {
    "cluster_of": """
create temp table cluster_of on commit drop as
select c.source_row_id::uuid as source_row_id, c.cluster, c.household, null::uuid as member_id,
    f.kind <> 'contact_source' as disclosed
from cluster_of_text c
join source_rows r on r.id = c.source_row_id::uuid join source_files f on f.id = r.source_file_id
""",
    "analyze": "analyze cluster_of",
    # A cluster keeps the member that holds most of its rows; a member that was split stays with its largest part.
    "cluster": """
create temp table cluster on commit drop as
with held as (
    select c.cluster, m.member_id, count(*) as rows
    from cluster_of c join member_rows m using (source_row_id) group by 1, 2
), ranked as (
    select cluster, member_id,
        row_number() over (partition by cluster order by rows desc, member_id) as best_of_cluster,
        row_number() over (partition by member_id order by rows desc, cluster) as best_of_member
    from held
), kept as (
    select cluster, member_id from ranked where best_of_cluster = 1 and best_of_member = 1
), of_class as (
    select cluster, bool_or(disclosed) as in_class from cluster_of group by 1
)
select o.cluster, o.in_class, k.member_id,
    case when o.in_class and k.member_id is null
        then row_number() over (partition by o.in_class and k.member_id is null order by o.cluster) end as position
from of_class o left join kept k using (cluster)
""",
    "new_members": """
with made as (
    insert into class_members (notice_id)
    select notice_id from new_notice_id order by position::bigint
    returning id, notice_id
)
update cluster set member_id = made.id
from made join new_notice_id n using (notice_id)
where cluster.position = n.position::bigint
""",
    "rows_of_members": """
update cluster_of set member_id = cluster.member_id
from cluster where cluster.cluster = cluster_of.cluster and cluster.in_class
""",
    # The best row speaks for the member: a disclosed one, the most complete, the latest; phone and e-mail may be another's.
    "people": f"""
create temp table person on commit drop as
with best as (
    select distinct on (c.member_id) c.member_id, c.household, r.merchant, {_CHOSEN}
    from cluster_of c join source_rows r on r.id = c.source_row_id
    where c.member_id is not null
    order by c.member_id, c.disclosed desc, {_FILLED} desc, r.purchased_on desc nulls last, r.id
), email as (
    select distinct on (c.member_id) c.member_id, r.email
    from cluster_of c join source_rows r on r.id = c.source_row_id
    where c.member_id is not null and r.email is not null
    order by c.member_id, r.purchased_on desc nulls last, r.id desc
), phone as (
    select distinct on (c.member_id) c.member_id, r.phone
    from cluster_of c join source_rows r on r.id = c.source_row_id
    where c.member_id is not null and r.phone is not null
    order by c.member_id, r.purchased_on desc nulls last, r.id desc
)
select b.*, e.email, p.phone from best b left join email e using (member_id) left join phone p using (member_id)
""",
    "members_changed": f"""
update class_members m set {_SET}, merged_into_id = null, updated_at = now()
from person p
where p.member_id = m.id and (m.merged_into_id is not null or ({_DIFFERS}) is distinct from ({_IS}))
""",
    "merged_members": """
with gone as (
    select distinct on (m.id) m.id, c.member_id
    from class_members m
    join member_rows r on r.member_id = m.id
    join cluster_of c on c.source_row_id = r.source_row_id and c.member_id <> m.id
    where not exists (select from person p where p.member_id = m.id)
    order by m.id, c.member_id
)
update class_members set merged_into_id = gone.member_id, updated_at = now() from gone where class_members.id = gone.id
""",
    "left_rows": """
delete from member_rows m using cluster_of c where c.source_row_id = m.source_row_id and c.member_id is null
""",
    "joined_rows": """
insert into member_rows (member_id, source_row_id, probability, evidence)
select c.member_id, c.source_row_id, j.probability::float, j.evidence::jsonb
from cluster_of c left join join_text j on j.source_row_id::uuid = c.source_row_id
where c.member_id is not null
on conflict (source_row_id) do update
set member_id = excluded.member_id, probability = excluded.probability, evidence = excluded.evidence, joined_at = now()
where (member_rows.member_id, member_rows.probability, member_rows.evidence)
    is distinct from (excluded.member_id, excluded.probability, excluded.evidence)
""",
    "disclosures": """
insert into disclosures (member_id, source_row_id, source_file_id, merchant_id, merchant, marketer, disclosed_on)
select c.member_id, r.id, r.source_file_id, s.id, r.merchant, f.marketer, r.purchased_on
from cluster_of c
join source_rows r on r.id = c.source_row_id
join source_files f on f.id = r.source_file_id
left join merchants s on lower(s.name) = lower(r.merchant)
where c.member_id is not null and c.disclosed
on conflict (source_row_id) do update set member_id = excluded.member_id
where disclosures.member_id <> excluded.member_id
""",
}
"""In this order, inside one transaction; the names are those of the tables they make or the change they count."""
