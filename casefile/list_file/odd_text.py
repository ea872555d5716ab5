"""Cells that look odd whatever they hold: formulas, controls, zero bytes, letters that were lost or twice encoded."""

from __future__ import annotations

import re

from casefile.list_file.cells import Cell
from casefile.list_file.faults import FaultKind

FORMULA = re.compile(r"[=@][\w(+\-'\"@]|[+\-](?![\d\s.,()$\-]*$)[\w(@=+\-][^\n]*[(!|=]|[\t\r][=@+\-]")
"""What a spreadsheet would run when someone opens the list (OWASP, CSV injection); phones like +1 555 are not meant."""

EXCEL_TEXT = re.compile(r'="([^"]*)"')

NOBODY = (
    r"(?i)^(?:test(?:ing)?(?:,? (?:test|record|user|name|account|customer|person|order))?|dummy(?: \w+)?|decoy|seed name|"
    r"do not (?:mail|use|contact)|(?:current |our )?(?:occupant|resident|neighbou?r)|or current resident|"
    r"asdf+|qwerty|x{3,}|no name|none given|not given|prueba)\.?$"
)
"""An RE2 pattern of what stands where a name should: tests, seeds, and mail to whoever lives there."""


def text(value: str) -> Cell:
    """Free text that looked odd (see `ODD`): say what is odd and return what can be used of it."""
    wrapped = EXCEL_TEXT.fullmatch(value)
    if wrapped:
        return Cell(wrapped[1] or None)
    if len(value) > 1 and value[0] == value[-1] == '"':
        return Cell(value[1:-1].replace('""', '"').strip() or None)
    if FORMULA.match(value):
        return Cell(value, FaultKind.FORMULA, f"{value[:60]!r} begins like a formula; it was kept as text and never run.")
    return _controls(value) or _letters(value) or Cell(value)


def _controls(value: str) -> Cell | None:
    if "\x00" in value:
        return Cell(_visible(value), FaultKind.NUL_BYTE, "The cell holds zero bytes; they were left out.")
    if any((ord(c) < 32 and c not in "\t\r\n") or 127 <= ord(c) < 160 for c in value):
        return Cell(_visible(value), FaultKind.CONTROL_CHARACTER, "The cell holds control characters; they were left out.")
    return None


def _letters(value: str) -> Cell | None:
    if "\ufffd" in value:
        return Cell(value, FaultKind.LOST_LETTERS, f"{value[:60]!r}: letters were lost before the file reached us.")
    if len(value) > LONGEST_VALUE:
        return Cell(
            value[:LONGEST_VALUE], FaultKind.TOO_LONG, f"The cell has {len(value):,} characters; {LONGEST_VALUE} were used."
        )
    return _mojibake(value) if any(mark in value for mark in MOJIBAKE) else None


LONGEST_VALUE = 500
MOJIBAKE = ("Ã", "Â", "â€", "Å")
ODD = r"^[=@+\-\t\r\x22]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\x{FFFD}]|Ã|Â|â€|Å|(?s:.{501})"
"""An RE2 pattern of all that `text` objects to, so that only such cells are looked at one by one."""


def _mojibake(value: str) -> Cell:
    """UTF-8 once read as cp1252: `JosÃ©` is José."""
    try:
        mended = value.encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return Cell(value)
    return Cell(
        mended, FaultKind.MOJIBAKE, f"{value[:60]!r} was read as {mended[:60]!r}: it had been saved in the wrong encoding."
    )


def _visible(value: str) -> str | None:
    return "".join(c for c in value if ord(c) >= 32 or c in "\t\r\n").strip() or None
