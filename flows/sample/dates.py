"""A copy of a case folder with its court dates around today, so that an old demonstration case still takes claims."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

from casefile.case_file.lines import find_lines
from casefile.case_file.read import CASE_FILE, read_case_folder

COURT_DATES = (
    "preliminary_approval",
    "notice",
    "claim_deadline",
    "exclusion_deadline",
    "objection_deadline",
    "final_hearing",
)
"""The class period is history and stays."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def copy_with_dates_around(*, source: Path, out: Path, today: date) -> Path:
    """Copy a case folder to `out` with all court dates moved by whole weeks so that notice is given in the last seven days.

    Raises `CaseFolderFaulty` when the source has faults.
    """
    case = read_case_folder(source)
    weeks = (today - case.dates.notice).days // 7
    shutil.copytree(source, out, dirs_exist_ok=True)
    text = (source / CASE_FILE).read_text(encoding="utf-8")
    lines = text.split("\n")
    where = find_lines(text)
    for key in COURT_DATES:
        number = where.of(("dates", key)) - 1
        lines[number] = _DATE.sub(lambda found: _moved(found.group(), weeks), lines[number], count=1)
    (out / CASE_FILE).write_text("\n".join(lines), encoding="utf-8")
    return out


def _moved(day: str, weeks: int) -> str:
    return str(date.fromisoformat(day) + timedelta(weeks=weeks))
