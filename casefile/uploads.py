"""Uploads: lists that staff sent through the console, kept until the import has received them."""

from __future__ import annotations

import json
import re
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from casefile import errors
from casefile.settings import Settings

COPY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A list on its way, and what the sender said of it; the fields of `sources.Description`."""

    path: Path
    description: dict[str, str]


def keep(settings: Settings, *, name: str, content: BinaryIO, description: dict[str, str]) -> uuid.UUID:
    """Keep an upload and return its id, which is all that a job's parameters carry. Raises `DiskFull`."""
    upload_id = uuid.uuid4()
    folder = _folder(settings, upload_id)
    try:
        folder.mkdir(parents=True, mode=0o700)
        with (folder / _safe(name)).open("wb") as file:
            shutil.copyfileobj(content, file, COPY_BYTES)
        (folder / "description.json").write_text(json.dumps(description))
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise errors.DiskFull(f"The list could not be kept, so nothing was imported: {error.strerror}.") from error
    return upload_id


def find(settings: Settings, *, upload_id: uuid.UUID) -> Upload:
    """Return an upload. Raises `NotFound` when it was imported and forgotten, or never came."""
    folder = _folder(settings, upload_id)
    if not folder.is_dir():
        raise errors.NotFound("This upload is not here any more; send the list again.")
    path = next(file for file in sorted(folder.iterdir()) if file.name != "description.json")
    return Upload(path=path, description=json.loads((folder / "description.json").read_text()))


def forget(settings: Settings, *, upload_id: uuid.UUID) -> None:
    """Remove an upload after its import has received it; forgetting twice changes nothing."""
    shutil.rmtree(_folder(settings, upload_id), ignore_errors=True)


def _folder(settings: Settings, upload_id: uuid.UUID) -> Path:
    return settings.data_directory / "uploads" / str(upload_id)


def _safe(name: str) -> str:
    """Return the file's own name without folders and odd characters; the endings stay, the reader looks at them."""
    last = re.split(r"[\\/]", name)[-1]
    tidy = re.sub(r"[^\w .()-]", "_", last).strip(". ")[-150:]
    return tidy if tidy and tidy != "description.json" else "list"
