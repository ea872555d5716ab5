"""Holds a class list ready: `Index.find` answers one claim with its candidates and the evidence for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from matching import blocking, columns, explain, frequencies, index_files, patterns
from matching import model as models
from matching.columns import Coded, Codes, People
from matching.compare import Comparer
from matching.errors import ModelFaulty, TableFaulty
from matching.frequencies import Frequencies
from matching.keys import join, row_keys
from matching.model import Model
from matching.types import Evidence, Schema

Rows = NDArray[np.int32]

RULES = (*blocking.RULES, *blocking.LOOSER[:3], *blocking.LOOSER[4:9])
"""The rules whose blocks are small enough to be looked through for every claim."""

MOST_ROWS = 300
"""More rows under one key are narrowed by the rule's refining field; if there still are more, the rule is left out."""

CLAIM = "claim"

LEAST_BITS = -10.0
"""Candidates of less than one in a thousand are not told."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The candidates of one claim, best first, and the rules that found too many rows to look through."""

    candidates: tuple[Evidence, ...]
    crowded: tuple[str, ...]


@dataclass(frozen=True)
class Index:
    """A list as codes, counts and sorted keys; everything that `find` needs and nothing else."""

    people: People
    frequencies: Frequencies
    keys: dict[str, NDArray[np.uint64]]
    model: Model
    claim_schema: Schema

    @classmethod
    def build(cls, rows: pa.Table, schema: Schema, model: Model, *, claim_schema: Schema | None = None) -> Index:
        """Make an index of a list, scored by a model that was learned on the same fields.

        `claim_schema` names the columns of claims, where they are not those of the list. Cost per million rows: about what
        reading them for `link` costs, with 0.3 GB kept. Raises TableFaulty when two rows have one id.
        """
        if len(rows[schema.id].unique()) < rows.num_rows:
            raise TableFaulty(f"The id column {schema.id!r} repeats.")
        people = columns.read([(rows, schema)])
        fields = row_keys(people)
        keys = {rule.name: _sorted_keys(fields, rule) for rule in RULES if set(rule.fields) <= fields.keys()}
        return cls(people, frequencies.count(people), keys, model, claim_schema or schema)

    def save(self, folder: Path) -> None:
        """Write the index to a folder; what is in it is as private as the list."""
        index_files.write(folder, self)

    @classmethod
    def load(cls, folder: Path) -> Index:
        """Map an index that `save` wrote: ready at once, read from the disk as it is used."""
        return cls(*index_files.read(folder))

    def find(self, claim: Mapping[str, str | None], *, most: int = 10, language: str = "en") -> Answer:
        """Return the members who may have filed a claim, given as column -> value.

        A member is a candidate from a probability of one in a thousand; the prior is that the claimant is on the list with
        even odds, any row as good as another. Raises ModelFaulty when the model knows other fields.
        """
        claimant = columns.read([(self._table(claim), self.claim_schema)])
        rows, crowded = self._rows(claimant)
        if not len(rows):
            return Answer((), crowded)
        comparer = self._beside(claimant, rows)
        model = self._model(comparer)
        best = self._best(comparer, model, most)
        evidence = explain.explain(comparer.people, comparer, model, [(CLAIM, each) for each in best], language=language)
        return Answer(tuple(evidence), crowded)

    def _best(self, comparer: Comparer, model: Model, most: int) -> list[str]:
        """Return the ids of the most probable candidates, best first."""
        count = len(comparer.people) - 1
        left, right = np.zeros(count, np.int32), np.arange(1, count + 1, dtype=np.int32)
        seen, numbers = patterns.distinct(*comparer.levels(left, right))
        weight = models.score(model, comparer.columns, seen).weight[numbers]
        able = [(-weight[at], str(comparer.people.ids[at + 1].as_py())) for at in np.flatnonzero(weight >= LEAST_BITS).tolist()]
        return [each for _, each in sorted(able)[:most]]

    def _table(self, claim: Mapping[str, str | None]) -> pa.Table:
        named = columns.named(self.claim_schema)
        table = {name: pa.array([claim.get(name)], pa.string()) for name in named}
        return pa.table({**table, self.claim_schema.id: pa.array([CLAIM])})

    def _rows(self, claimant: People) -> tuple[Rows, tuple[str, ...]]:
        """Return the rows that share a key with the claim."""
        fields = row_keys(claimant)
        found: list[Rows] = [np.zeros(0, np.int32)]
        crowded = []
        for rule in RULES:
            if rule.name not in self.keys or not set(rule.fields) <= fields.keys():
                continue
            for key in np.unique(join([fields[field] for field in rule.fields])):
                rows = _look_up(self.keys[rule.name], key)
                if len(rows) > MOST_ROWS:
                    rows = self._refined(rows, rule.refine, fields)
                if len(rows) > MOST_ROWS:
                    crowded.append(rule.name)
                elif key:
                    found.append(rows)
        return np.unique(np.concatenate(found)), tuple(crowded)

    def _refined(self, rows: Rows, field: str, of_claim: dict[str, NDArray[np.uint64]]) -> Rows:
        if field not in of_claim:
            return rows
        mine = row_keys(self._taken(rows)).get(field, np.zeros((len(rows), 1), np.uint64))
        wanted = of_claim[field][of_claim[field] != 0]
        return rows[np.isin(mine, wanted).any(axis=1)]

    def _taken(self, rows: Rows) -> People:
        """Return some rows as people of their own, with only the values that they have."""
        fields = {name: _taken(coded, rows)[0] for name, coded in self.people.fields.items()}
        return People(self.people.ids.take(pa.array(rows)), fields, None, self.people.others)

    def _beside(self, claimant: People, rows: Rows) -> Comparer:
        """Return the claim (row 0, the left side) beside candidate rows, with the list's frequencies."""
        fields: dict[str, Coded] = {}
        bits: dict[str, NDArray[np.int8]] = {}
        unseen = frequencies.rounded(np.array([frequencies.UNSEEN / (self.frequencies.persons + 1)]))
        addresses = max(side.codes("street").shape[1] for side in (self.people, claimant))
        for name in self.people.fields.keys() | claimant.fields.keys():
            coded, used = _taken(self.people.fields.get(name), rows)
            known = self.frequencies.bits.get(name)
            own = known[used] if known is not None else np.full(len(used), unseen[0])
            width = addresses if name in columns.ALIGNED else 1
            joined, rarities = _joined(claimant.fields.get(name), coded, own, unseen[0], width)
            if len(joined.values):
                fields[name], bits[name] = joined, rarities
        ids = pa.concat_arrays([pa.array([CLAIM]), self.people.ids.take(pa.array(rows))])
        people = People(ids, fields, 1, tuple(one for one in self.people.others if one.column in fields))
        return Comparer(people, self._counted(people, rows, bits))

    def _counted(self, people: People, rows: Rows, bits: dict[str, NDArray[np.int8]]) -> Frequencies:
        """Return the list's counts for these rows; the claim counts as one more person."""
        name, building = frequencies.full_names(people), frequencies.buildings(people)
        counts = np.ones(int(name.max(initial=-1)) + 1)
        listed = self.frequencies.name[rows]
        known = (listed >= 0) & (name[1:] >= 0)
        counts[name[1:][known]] = self.frequencies.name_counts[listed[known]] + 1
        bits["building"] = np.full(int(building.max(initial=-1)) + 1, frequencies.MOST_BITS, np.int8)
        for own, theirs in zip(building[1:].T, self.frequencies.building[rows].T, strict=False):
            known = (own >= 0) & (theirs >= 0)
            bits["building"][own[known]] = self.frequencies.bits["building"][theirs[known]]
        person = np.arange(len(people), dtype=np.int32)
        return replace(self.frequencies, bits=bits, building=building, name=name, name_counts=counts, person=person)

    def _model(self, comparer: Comparer) -> Model:
        """Return the model with rates for one claim, with the fields that claim and list have."""
        by_name = {one.field: one for one in self.model.fields}
        names = [name for name, _ in comparer.columns]
        if not set(names) <= by_name.keys():
            raise ModelFaulty(f"The model does not know the fields {', '.join(sorted(set(names) - by_name.keys()))}.")
        match = 0.5 / len(self.people)
        household = match * self.model.household_rate / self.model.match_rate
        return replace(self.model, match_rate=match, household_rate=household, fields=tuple(by_name[name] for name in names))


def _sorted_keys(fields: dict[str, NDArray[np.uint64]], rule: blocking.Rule) -> NDArray[np.uint64]:
    """Return the upper half of each row's key with the row number below it, sorted."""
    key = join([fields[field] for field in rule.fields])
    row, alternative = np.nonzero(key)
    return np.sort(key[row, alternative] >> np.uint64(32) << np.uint64(32) | row.astype(np.uint64))


def _look_up(keys: NDArray[np.uint64], key: np.uint64) -> Rows:
    low = key >> np.uint64(32) << np.uint64(32)
    start, end = np.searchsorted(keys, np.array([low, low | np.uint64(0xFFFFFFFF)], np.uint64))
    return keys[start:end].astype(np.uint32).astype(np.int32)


def _taken(coded: Coded | None, rows: Rows) -> tuple[Coded, Codes]:
    """Return some rows of a field with only the values that they have, and those values' codes in the whole."""
    if coded is None:
        return Coded(np.full((len(rows), 1), -1, np.int32), pa.array([], pa.string())), np.zeros(0, np.int32)
    codes = coded.codes[rows]
    used, again = np.unique(codes, return_inverse=True)
    known = used[used >= 0]
    renumbered = again.reshape(codes.shape).astype(np.int32) - np.int32(len(used) - len(known))
    return Coded(renumbered, coded.values.take(pa.array(known))), known


def _joined(
    claim: Coded | None, listed: Coded, bits: NDArray[np.int8], unseen: np.int8, width: int
) -> tuple[Coded, NDArray[np.int8]]:
    """Return the claim's row above the listed rows, in one set of values, with their rarities."""
    values = listed.values.to_pylist()
    at = {value: code for code, value in enumerate(values)}
    own = [] if claim is None else claim.values.to_pylist()
    codes = np.array([at.setdefault(value, len(at)) for value in own] + [-1], np.int32)
    first = codes[claim.codes] if claim is not None else np.full((1, 1), -1, np.int32)
    width = max(first.shape[1], listed.alternatives, width)
    padded = [np.pad(part, ((0, 0), (0, width - part.shape[1])), constant_values=-1) for part in (first, listed.codes)]
    rarities = np.concatenate([bits, np.full(len(at) - len(values), unseen, np.int8)])
    return Coded(np.concatenate(padded), pa.array(list(at), pa.string())), rarities
