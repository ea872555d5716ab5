"""Source rows -> class members: reads the rows, lets the matcher consolidate them, and saves members with the evidence."""

from __future__ import annotations

import dataclasses
import datetime
import json
import uuid
from typing import Any

import duckdb
import pyarrow as pa

from casefile import class_list, database
from matching import engine as matcher
from matching.types import AddressColumns, Evidence, Schema

PEOPLE = Schema(
    id="id",
    full_name=("full_name",),
    given_name=("given_name",),
    middle_name=("middle_name",),
    family_name=("family_name",),
    suffix=("suffix",),
    email=("email",),
    phone=("phone",),
    address=(AddressColumns(street="street", unit="unit", city="city", region="region", postcode="postcode"),),
)
"""The person columns of source rows, as the matcher reads them."""

EXPLAINED_AT_ONCE = 50_000


def build(engine: database.Engine, *, case_id: uuid.UUID, actor: str) -> dict[str, Any]:
    """Build or renew the class list of a case and return its counts; running it again changes nothing."""
    started_at = datetime.datetime.now(datetime.UTC)
    with database.case_session(engine, case_id=case_id, actor=actor) as session:
        rows = class_list.rows_to_consolidate(session)
    if rows.num_rows == 0:
        return {"source_rows": 0, "members": 0}
    found = matcher.dedupe(rows, PEOPLE)
    clusters = _clusters(found.clusters, _households(rows))
    joins = _joins(found)
    with database.case_session(engine, case_id=case_id, actor=actor) as session:
        saved = class_list.save(
            session,
            clusters=clusters,
            joins=joins,
            model=json.loads(found.model.to_json()),
            counts={"source_rows": rows.num_rows, "pairs": found.pairs.num_rows},
            started_at=started_at,
        )
    return {"source_rows": rows.num_rows, **dataclasses.asdict(saved)}


def _query(sql: str, **tables: pa.Table) -> pa.Table:
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.sql(sql).to_arrow_table()


def _clusters(clusters: pa.Table, households: pa.Table) -> pa.Table:
    return _query(
        """
        select id as source_row_id, cast(cluster as varchar) as cluster, household
        from clusters join households using (id) order by id
        """,
        clusters=clusters,
        households=households,
    )


def _households(rows: pa.Table) -> pa.Table:
    """Return `id` and a household key: the same family name at the same street, unit and postcode, or null."""
    from matching.normalise import addresses, names

    people = names.names(rows["given_name"], rows["middle_name"], rows["family_name"], rows["suffix"], rows["full_name"])
    places = addresses.addresses(rows["street"], rows["unit"], rows["city"], rows["region"], rows["postcode"])
    parts = pa.table({"id": rows["id"], "family": people["family"], **{name: places[name] for name in places.column_names}})
    return _query(
        """
        select id, case when family is not null and coalesce(street, box) is not null and postcode is not null
            then md5(concat_ws('|', family, number, street, unit, box, postcode)) end as household
        from parts
        """,
        parts=parts,
    )


def _joins(found: matcher.Dedupe) -> pa.Table:
    """Return for every row that shares a cluster its strongest pair inside the cluster, with the evidence."""
    best = _query(
        """
        with inner_pair as (
            select p.left_id, p.right_id, p.weight
            from pairs p join clusters l on l.id = p.left_id join clusters r on r.id = p.right_id and r.cluster = l.cluster
        ), either as (
            select left_id as id, right_id as other, weight from inner_pair
            union all select right_id, left_id, weight from inner_pair
        )
        select id, arg_max(other, (weight, other)) as other from either group by id order by id
        """,
        pairs=found.pairs,
        clusters=found.clusters,
    )
    wanted = list(zip(best["id"].to_pylist(), best["other"].to_pylist(), strict=True))
    explained: list[Evidence] = []
    for start in range(0, len(wanted), EXPLAINED_AT_ONCE):
        explained += found.explain(wanted[start : start + EXPLAINED_AT_ONCE])
    return pa.table(
        {
            "source_row_id": best["id"].cast(pa.string()),
            "probability": pa.array([repr(evidence.probability) for evidence in explained], pa.string()),
            "evidence": pa.array([evidence_json(evidence) for evidence in explained], pa.string()),
        }
    )


def evidence_json(evidence: Evidence, **more: Any) -> str:
    """Return evidence as the JSON that pages show: fields, contradictions, weights, probabilities, and the sentence."""
    return json.dumps({**dataclasses.asdict(evidence), **more}, ensure_ascii=False, sort_keys=True)
