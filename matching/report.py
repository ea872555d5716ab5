"""Writes report.html: what an expert witness attaches, on one page that needs nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from matching import charts, evaluate, review_sample
from matching.engine import Dedupe, Link
from matching.errors import TableFaulty
from matching.model import FieldModel
from matching.profile import profile
from matching.types import Evidence, Schema

PAIRS_A_BAND = 10
SEED = 1
"""Of the sample: the same pairs every time, so that two readers see the same ones."""


@dataclass(frozen=True, slots=True)
class Side:
    """One table that was matched, under the name of its file; `path` is read again for its hash, if there is one."""

    name: str
    table: pa.Table
    schema: Schema
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an evaluation, its cells as text."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def write(found: Link, *, sides: Sequence[Side], path: Path) -> None:
    """Write the report of a matching to `path`; raises TableFaulty when it cannot be written there."""
    try:
        path.write_text(render(found, sides=sides), encoding="utf-8")
    except OSError as error:
        raise TableFaulty(f"{path}: the report cannot be written there ({error.strerror or error}).") from error


def render(found: Link, *, sides: Sequence[Side]) -> str:
    """Return the report as HTML: no script, no address of anything outside, pictures as SVG."""
    return _page("report.html", **_content(found, sides))


def render_evaluation(tables: Sequence[Table], *, opening: str, remarks: Sequence[str] = (), chart: str = "") -> str:
    """Return the page of an evaluation: its tables as they were printed, and the calibration as a picture if there is one."""
    return _page("evaluation.html", tables=tables, opening=opening, remarks=remarks, chart=chart)


def _page(template: str, **content: Any) -> str:
    loader = jinja2.PackageLoader("matching", "pages")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.filters.update(count=lambda n: f"{n:,}", percent=_percent, bits=charts.signed, share=_share)
    return environment.get_template(template).render(**content)


def _content(found: Link, sides: Sequence[Side]) -> dict[str, Any]:
    probabilities = found.pairs["probability"].to_numpy()
    weights = found.pairs["weight"].to_numpy()
    rows = evaluate.expected(probabilities)
    bands = evaluate.calibration(probabilities)
    return {
        "sides": [_side(side) for side in sides],
        "clusters": _cluster_sizes(found.clusters) if isinstance(found, Dedupe) else None,
        "pairs": found.pairs.num_rows,
        "likely": int((probabilities >= 0.5).sum()),
        "blocking": found.blocking,
        "capped": sum(rule.capped_pairs for rule in found.blocking),
        "model": found.model,
        "prior": log2(found.model.match_rate / (1 - found.model.match_rate)),
        "fields": [_levels(one) for one in found.model.fields],
        "unlearned": _unlearned(found),
        "histogram": _histogram(weights),
        "expected": rows,
        "curve": charts.threshold_curve(rows),
        "bands": bands,
        "samples": _samples(found),
        "per_band": PAIRS_A_BAND,
        "waterfall": charts.waterfall,
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "rows": side.table.num_rows,
        "sha256": _sha256(side.path) if side.path else "",
        "columns": profile(side.table, side.schema),
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cluster_sizes(clusters: pa.Table) -> dict[str, int]:
    """Return how many people have one row, two rows and so on."""
    sizes = pc.struct_field(pc.value_counts(clusters["cluster"]), "counts").to_numpy()
    bounds = (("1 row", 1, 1), ("2 rows", 2, 2), ("3 rows", 3, 3), ("4 to 9 rows", 4, 9), ("10 rows and more", 10, None))
    return {name: int(((sizes >= low) & (sizes <= (high or sizes.max()))).sum()) for name, low, high in bounds if len(sizes)}


def _levels(one: FieldModel) -> dict[str, Any]:
    rows = [
        {"level": level.replace("_", " "), "match": m, "household": h, "stranger": u, "weight": log2(m / u) if m and u else None}
        for level, m, h, u in zip(one.levels, one.match, one.household, one.stranger, strict=True)
        if level != "unknown"
    ]
    return {"field": one.field.replace("_", " "), "levels": rows, "learned_from": one.learned_from, "note": one.note}


def _unlearned(found: Link) -> list[str]:
    """Return what the report must say was not learned: notes of the model, fields with few matches to learn from."""
    notes = [*found.model.notes, *(f"{one.field}: {one.note}" for one in found.model.fields if one.note)]
    few = [one.field.replace("_", " ") for one in found.model.fields if 0 < one.learned_from < 50]
    none = [one.field.replace("_", " ") for one in found.model.fields if not one.learned_from]
    if none:
        notes.append(f"Nothing was learned about {', '.join(none)}: the shares are the published error rates they began with.")
    if few:
        notes.append(f"Fewer than 50 matches taught the shares of {', '.join(few)}; they lean on the published error rates.")
    return notes


def _histogram(weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    if not len(weights):
        return ""
    low, high = float(np.floor(weights.min())), float(np.ceil(weights.max())) + 1
    edges = np.arange(low, high + 1, max(1.0, np.ceil((high - low) / 60)))
    counts, _ = np.histogram(weights, edges)
    marks = [(0.0, "0.5"), (log2(0.95 / 0.05), "0.95"), (log2(0.99 / 0.01), "0.99")]
    return charts.histogram(counts.tolist(), edges.tolist(), marks)


def _samples(found: Link) -> list[tuple[str, int, list[Evidence]]]:
    """Return ten pairs of each band with their evidence, the certain bands first."""
    sample = review_sample.draw(found.pairs, per_band=PAIRS_A_BAND, seed=SEED).to_pylist()
    told = found.explain([(row["left_id"], row["right_id"]) for row in sample])
    bands: dict[str, tuple[int, list[Evidence]]] = {}
    for row, evidence in zip(sample, told, strict=True):
        bands.setdefault(row["band"], (row["size"], []))[1].append(evidence)
    ordered = sorted(bands.items(), key=lambda item: -float(item[0].split()[0]))
    return [(band, size, sorted(pairs, key=lambda one: -one.weight)) for band, (size, pairs) in ordered]


def _percent(share: float) -> str:
    return "–" if share != share else f"{share:.1%}"  # noqa: PLR0124 -- the test of NaN


def _share(value: float) -> str:
    return "–" if value != value else f"{value:.4f}" if value >= 0.0001 or value == 0 else f"{value:.1e}"  # noqa: PLR0124
