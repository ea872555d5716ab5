"""Keeps an index on disk: one plain array per file, so that it is mapped into memory and not read."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from matching.columns import Coded, People
from matching.errors import ModelFaulty
from matching.frequencies import Frequencies
from matching.model import Model
from matching.types import AddressColumns, OtherColumn, OtherKind, Schema

if TYPE_CHECKING:
    from matching.index import Index

VERSION = 1


def write(folder: Path, index: Index) -> None:
    """Write an index, complete or not at all."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    counts, fields = index.frequencies, index.people.fields
    arrays: dict[str, NDArray[Any]] = {f"key{n}": key for n, key in enumerate(index.keys.values())}
    arrays |= {f"codes{n}": coded.codes for n, coded in enumerate(fields.values())}
    arrays |= {f"bits{n}": bits for n, bits in enumerate(counts.bits.values())}
    arrays |= {name: getattr(counts, name) for name in ("building", "name", "name_counts", "person")}
    for name, array in arrays.items():
        np.save(fresh / f"{name}.npy", array)
    for name, values in (("ids", index.people.ids), *((f"values{n}", c.values) for n, c in enumerate(fields.values()))):
        _write_strings(fresh / f"{name}.arrow", values)
    body = {
        "version": VERSION,
        "keys": list(index.keys),
        "fields": list(fields),
        "bits": list(counts.bits),
        "persons": counts.persons,
        "lift": counts.lift,
        "others": [dataclasses.asdict(other) for other in index.people.others],
        "schema": dataclasses.asdict(index.claim_schema),
        "model": index.model.to_json(),
    }
    (fresh / "index.json").write_text(json.dumps(body))
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def read(folder: Path) -> tuple[People, Frequencies, dict[str, NDArray[np.uint64]], Model, Schema]:
    """Return the parts of an index; a folder that holds none of this version raises ModelFaulty."""
    try:
        body = json.loads((folder / "index.json").read_text())
    except (OSError, ValueError) as error:
        raise ModelFaulty(f"{folder}: there is no index.") from error
    if body.get("version") != VERSION:
        raise ModelFaulty(f"{folder}: the index has version {body.get('version')}; this program reads version {VERSION}.")

    def array(name: str) -> NDArray[Any]:
        return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))

    fields = {
        name: Coded(array(f"codes{n}"), _read_strings(folder / f"values{n}.arrow")) for n, name in enumerate(body["fields"])
    }
    people = People(_read_strings(folder / "ids.arrow"), fields, None, tuple(map(_other, body["others"])))
    bits = {name: array(f"bits{n}") for n, name in enumerate(body["bits"])}
    frequencies = Frequencies(
        bits, array("building"), array("name"), array("name_counts"), body["persons"], body["lift"], array("person")
    )
    keys = {name: array(f"key{n}") for n, name in enumerate(body["keys"])}
    return people, frequencies, keys, Model.from_json(body["model"]), _schema(body["schema"])


def _write_strings(path: Path, values: pa.Array) -> None:
    table = pa.table({"values": values})
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _read_strings(path: Path) -> pa.Array:
    with pa.memory_map(str(path)) as file:
        column = pa.ipc.open_file(file).read_all()["values"]
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _other(body: dict[str, str]) -> OtherColumn:
    return OtherColumn(body["column"], OtherKind(body["kind"]))


def _schema(body: dict[str, Any]) -> Schema:
    parts: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}
    parts["address"] = tuple(AddressColumns(**one) for one in body["address"])
    parts["other"] = tuple(map(_other, body["other"]))
    return Schema(**parts)
