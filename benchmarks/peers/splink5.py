"""Runs Splink 5 on DuckDB: `python splink5.py SCHEMA.toml OUT ROWS.parquet [RIGHT.parquet]`; writes pairs and clusters.

Cleaned as a careful user would: lower case, ten digits of a telephone, five of a ZIP. Levels and training follow the
documentation: u from random pairs, m by two sessions of expectation maximisation blocked on different fields, term frequencies
on names and places, connected components at 0.5. Where a schema names several columns for one field, the first is taken.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

FIELDS = ("given_name", "family_name", "middle_name", "birth_date", "email", "phone")
PLACES = ("street", "city", "postcode")
CLEANING = {
    "phone": "nullif(right(regexp_replace({0}, '[^0-9]', '', 'g'), 10), '')",
    "postcode": "nullif(left(lower(trim({0})), 5), '')",
    "birth_date": r"regexp_replace({0}, '^(\d{{4}})(\d{{2}})(\d{{2}})$', '\1-\2-\3')",
}
RULES = (
    ("email",), ("phone",), ("family_name", "postcode"), ("family_name", "birth_date"), ("given_name", "birth_date"),
    ("street", "postcode"), ("given_name", "family_name"), ("given_name", "street"), ("family_name", "street"),
    ("birth_date", "postcode"),
)  # fmt: skip
"""Ten ordinary blocking rules for people."""

SMALL_RULES = (("birth_date",), ("given_name", "city"), ("family_name", "city"), ("family_name",), ("postcode",))
SMALL = 100_000
"""Below so many rows wider blocks are affordable, as its demonstrations use them; with telephones in the list (households) they
only bring it more wrong pairs."""

DETERMINISTIC = (
    ("given_name", "family_name", "birth_date"),
    ("given_name", "family_name", "street"),
    ("email",),
    ("given_name", "phone"),
)
MAX_PAIRS = 1e6


def main() -> None:
    """Read, train, predict, cluster, write."""
    schema_path, out, *files = map(Path, sys.argv[1:])
    document = tomllib.loads(schema_path.read_text())
    sides = [document["left"], document["right"]] if "left" in document else [document] * len(files)
    columns = [_columns(side) for side in sides]
    present = set(columns[0]).intersection(*columns) - {"id"}
    api = DuckDBAPI()
    tables = [
        _table(api, path, one, sorted(present), number) for number, (path, one) in enumerate(zip(files, columns, strict=True))
    ]
    rows = max(api.duckdb_con.execute(f"select count(*) from side_{n}").fetchall()[0][0] for n in range(len(files)))
    settings = _settings(
        present, document, rules=RULES + (SMALL_RULES if rows < SMALL and "phone" not in present else ()), link=len(files) > 1
    )
    linker = Linker(tables if len(tables) > 1 else tables[0], settings, log_level=40)
    _train(linker, present)
    predictions = linker.inference.predict(threshold_match_probability=0.01)
    out.mkdir(parents=True, exist_ok=True)
    _write(api, predictions, linker, out, dedupe=len(files) == 1)


def _columns(side: dict[str, Any]) -> dict[str, str]:
    fields = side.get("fields", side)
    found = {name: fields[name] if isinstance(fields[name], str) else fields[name][0] for name in FIELDS if name in fields}
    address = fields.get("address", {})
    address = address[0] if isinstance(address, list) else address
    found |= {part: address[part] for part in PLACES if part in address}
    found |= {f"other_{one['column']}": one["column"] for one in fields.get("other", [])}
    return {"id": side["id"], **found}


def _table(api: DuckDBAPI, path: Path, columns: dict[str, str], present: list[str], number: int) -> Any:
    cleaned = [f"cast({columns['id']} as varchar) as unique_id"]
    for name in present:
        text = f'cast("{columns[name]}" as varchar)'
        cleaned.append(CLEANING.get(name, "nullif(lower(trim({0})), '')").format(text) + f' as "{name}"')
    table = f"side_{number}"
    api.duckdb_con.execute(f"create table {table} as select {', '.join(cleaned)} from read_parquet('{path}')")
    return api.register(table, dataset_display_name=table)


def _settings(present: set[str], document: dict[str, Any], *, rules: tuple[tuple[str, ...], ...], link: bool) -> SettingsCreator:
    fields = document.get("left", document).get("fields", {})
    kinds = {f"other_{one['column']}": one.get("kind", "exact") for one in fields.get("other", [])}
    return SettingsCreator(
        link_type="link_only" if link else "dedupe_only",
        comparisons=[_comparison(name, kinds) for name in sorted(present)],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in rules if set(rule) <= present],
        retain_matching_columns=False,
    )


def _comparison(name: str, kinds: dict[str, str]) -> Any:
    if name in ("given_name", "family_name"):
        return cl.NameComparison(name).configure(term_frequency_adjustments=True)
    if name == "birth_date":
        return cl.DateOfBirthComparison(name, input_is_string=True)
    if name == "email":
        return cl.EmailComparison(name)
    if name in ("phone", "postcode"):
        return cl.LevenshteinAtThresholds(name, [1]).configure(term_frequency_adjustments=name == "postcode")
    if name in ("street", "middle_name") or kinds.get(name) == "text":
        return cl.JaroWinklerAtThresholds(name, [0.9]).configure(term_frequency_adjustments=True)
    return cl.ExactMatch(name).configure(term_frequency_adjustments=True)


def _train(linker: Linker, present: set[str]) -> None:
    rules = [block_on(*rule) for rule in DETERMINISTIC if set(rule) <= present] or [block_on("given_name", "family_name")]
    linker.training.estimate_probability_two_random_records_match(rules, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=MAX_PAIRS, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("given_name", "family_name"))
    second = next(name for name in ("birth_date", "email", "phone", "street", "postcode") if name in present)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on(second))


def _write(api: DuckDBAPI, predictions: Any, linker: Linker, out: Path, *, dedupe: bool) -> None:
    pairs = "select unique_id_l as left_id, unique_id_r as right_id, match_weight as weight, match_probability as probability"
    api.duckdb_con.execute(f"copy ({pairs} from {predictions.physical_name}) to '{out}/pairs.parquet' (format parquet)")
    if dedupe:
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=0.5)
        rows = f"select unique_id as id, cast(cluster_id as varchar) as cluster from {found.physical_name}"
        api.duckdb_con.execute(f"copy ({rows}) to '{out}/clusters.parquet' (format parquet)")


if __name__ == "__main__":
    main()
