"""Claims -> candidates: links the people in the claims to the class list and keeps each claim's best members with evidence."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import pyarrow as pa

from casefile import cases, claims, class_list, database, matches
from flows.class_list import PEOPLE, evidence_json
from matching import engine as matcher
from matching import policy
from matching.alternatives import widen
from matching.types import Evidence

MOST_CANDIDATES = 5
"""Candidates per claim that a reviewer sees."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim says beside its people: whose PIN was given, and where its claimant shopped."""

    notice_member_id: str | None
    merchants: frozenset[str]


def match(engine: database.Engine, *, case_id: uuid.UUID, actor: str) -> dict[str, Any]:
    """Match the open claims of a case against its class list and return counts; running it again changes nothing decided."""
    started_at = datetime.datetime.now(datetime.UTC)
    with database.case_session(engine, case_id=case_id, actor=actor) as session:
        thresholds = _thresholds(cases.folder_of(cases.get(session, case_id=case_id)).matching)
        people = claims.submitted_claims(session)
        members = class_list.members(session)
    counts = {"claims": len(people["claim_id"].unique()), "members": len(members["member_id"].unique())}
    if people.num_rows == 0 or members.num_rows == 0:
        return {**counts, "candidates": 0}
    found, model = _candidates(people, members, thresholds)
    with database.case_session(engine, case_id=case_id, actor=actor) as session:
        matches.save_run(
            session,
            kind="link",
            model=model,
            thresholds=asdict(thresholds),
            counts=counts,
            started_at=started_at,
            candidates=found,
            claim_ids=people["claim_id"].unique().to_pylist(),
        )
    return {**counts, "candidates": found.num_rows, **_bands(found)}


def _thresholds(limits: Any) -> policy.Thresholds:
    return policy.Thresholds(
        no_dispute_probability=limits.no_dispute_probability,
        review_probability=limits.review_probability,
        ambiguous_margin=limits.ambiguous_margin_bits,
    )


def _candidates(people: pa.Table, members: pa.Table, thresholds: policy.Thresholds) -> tuple[pa.Table, dict[str, Any]]:
    left, left_schema = widen(people, PEOPLE, key="claim_id")
    right, right_schema = widen(members, PEOPLE, key="member_id")
    found = matcher.link(left, right, left_schema, right_schema)
    claimed, shops = _claimed(people), _shops(members)
    evidence = found.explain(_pairs_to_explain(found.pairs, claimed, set(right["member_id"].to_pylist()), thresholds))
    rows = []
    for claim_id, group in groupby(evidence, key=lambda one: one.left_id):
        rows += _ranked(claimed[claim_id], list(group), shops, thresholds)
    return _table(rows), json.loads(found.model.to_json())


def _pairs_to_explain(
    pairs: pa.Table, claimed: Mapping[str, Claimed], members: set[str], thresholds: policy.Thresholds
) -> list[tuple[str, str]]:
    """Return each claim's most probable members, and the member whose notice was given, however improbable; claim by claim."""
    import duckdb

    with duckdb.connect() as connection:
        connection.register("pairs", pairs)
        found = connection.execute(
            """
            select left_id, right_id from pairs where probability >= $least
            qualify row_number() over (partition by left_id order by weight desc, right_id) <= $most
            """,
            {"least": thresholds.review_probability, "most": MOST_CANDIDATES},
        ).fetchall()
    noticed = [(claim_id, one.notice_member_id) for claim_id, one in claimed.items() if one.notice_member_id in members]
    return sorted({(str(left), str(right)) for left, right in [*found, *noticed]})


def _claimed(people: pa.Table) -> dict[str, Claimed]:
    rows = zip(*(people[name].to_pylist() for name in ("claim_id", "notice_member_id", "merchants")), strict=True)
    return {
        claim_id: Claimed(member_id, frozenset(_shop(name) for name in (merchants or "").split("\n") if name))
        for claim_id, member_id, merchants in rows
    }


def _shops(members: pa.Table) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for member_id, merchant in zip(members["member_id"].to_pylist(), members["merchant"].to_pylist(), strict=True):
        if merchant:
            found.setdefault(member_id, set()).add(_shop(merchant))
    return {member_id: frozenset(shops) for member_id, shops in found.items()}


def _shop(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _ranked(
    claimed: Claimed, evidence: Sequence[Evidence], shops: Mapping[str, frozenset[str]], thresholds: policy.Thresholds
) -> list[dict[str, Any]]:
    """Return a claim's candidates, best first, each with its band; the best one's band is the claim's."""
    rows = []
    in_order = sorted(evidence, key=lambda one: (not _settled(one, claimed), -one.weight, one.right_id))
    for rank, one in enumerate(in_order, start=1):
        known = shops.get(one.right_id, frozenset())
        band = (
            policy.band(one, [other for other in evidence if other is not one], thresholds) if rank == 1 else policy.Band.REVIEW
        )
        more = {
            "merchant": _merchant_evidence(claimed.merchants, known),
            "notice": claimed.notice_member_id == one.right_id,
        }
        rows.append(
            {
                "claim_id": one.left_id,
                "member_id": one.right_id,
                "rank": str(rank),
                "weight": repr(one.weight),
                "probability": repr(one.probability),
                "household_probability": repr(one.household_probability),
                "band": _with_what_else_is_known(band, one, claimed, more["merchant"]),
                "evidence": evidence_json(one, **more),
            }
        )
    return rows


def _merchant_evidence(said: frozenset[str], known: frozenset[str]) -> str:
    """Return how the shops that the claim names fit the member's disclosures: agrees, differs or unknown."""
    if not said or not known:
        return "unknown"
    return "agrees" if said & known else "differs"


def _with_what_else_is_known(band: policy.Band, one: Evidence, claimed: Claimed, merchant: Any) -> str:
    """Return the band after the notice and the shop had their say.

    A claim under a notice is settled when it agrees with the notice's member, and goes to a person when it does not. A claim
    without a notice that names only shops which disclosed nothing of this member goes to a person, too.
    """
    if claimed.notice_member_id is not None:
        return (policy.Band.NO_DISPUTE if _settled(one, claimed) else policy.Band.REVIEW).value
    if merchant == "differs" and band is policy.Band.NO_DISPUTE:
        return policy.Band.REVIEW.value
    return band.value


def _settled(one: Evidence, claimed: Claimed) -> bool:
    """Return whether the notice settles it: ID and PIN are one identifier, the agreeing name another, nothing contradicts."""
    agreeing = policy.identifiers({field.field: field.level for field in one.fields})
    return claimed.notice_member_id == one.right_id and "name" in agreeing and not one.contradictions


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in matches.CANDIDATE_COLUMNS})


def _bands(found: pa.Table) -> dict[str, int]:
    best = [band for rank, band in zip(found["rank"].to_pylist(), found["band"].to_pylist(), strict=True) if rank == "1"]
    return {f"band_{band.value}": best.count(band.value) for band in policy.Band}
