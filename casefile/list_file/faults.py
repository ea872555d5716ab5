"""Every fault that a list can have, what it does to the row, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """The kinds of fault."""

    # of the whole file
    ENCODING_ASSUMED = "encoding_assumed"
    ENCODING_MIXED = "encoding_mixed"
    DIALECT_ASSUMED = "dialect_assumed"
    SERIAL_DATES = "serial_dates"
    WRAPPED_CELLS = "wrapped_cells"
    DATE_ORDER_ASSUMED = "date_order_assumed"
    NO_HEADER = "no_header"
    DUPLICATE_COLUMN = "duplicate_column"
    UNNAMED_COLUMN = "unnamed_column"
    TITLE_ROWS = "title_rows"
    NO_ROWS = "no_rows"
    NO_USABLE_COLUMN = "no_usable_column"
    HEADER_CONTRADICTED = "header_contradicted"
    PROFILE_USED = "profile_used"
    MAPPED_BY_CONTENTS = "mapped_by_contents"
    COUNT_MISMATCH = "count_mismatch"
    OTHER_SHEETS = "other_sheets"
    FORMULAS = "formulas"
    MORE_FAULTS = "more_faults"
    # that reject a row
    EMPTY_ROW = "empty_row"
    REPEATED_HEADER = "repeated_header"
    TOTALS_ROW = "totals_row"
    TOO_MANY_CELLS = "too_many_cells"
    NO_PERSON = "no_person"
    # that warn of a row
    CELLS_JOINED = "cells_joined"
    TOO_FEW_CELLS = "too_few_cells"
    STRAY_QUOTE = "stray_quote"
    NOT_UTF8 = "not_utf8"
    NUL_BYTE = "nul_byte"
    CONTROL_CHARACTER = "control_character"
    LOST_LETTERS = "lost_letters"
    MOJIBAKE = "mojibake"
    TOO_LONG = "too_long"
    FORMULA = "formula"
    PLACEHOLDER = "placeholder"
    LOST_ZERO = "lost_zero"
    LOST_DIGITS = "lost_digits"
    BAD_POSTCODE = "bad_postcode"
    BAD_PHONE = "bad_phone"
    BAD_EMAIL = "bad_email"
    BAD_REGION = "bad_region"
    BAD_DATE = "bad_date"
    BAD_AMOUNT = "bad_amount"
    SERIAL_DATE = "serial_date"
    NO_NAME = "no_name"
    NO_CONTACT = "no_contact"
    DUPLICATE_ROW = "duplicate_row"


REJECTING = frozenset(
    {
        FaultKind.EMPTY_ROW,
        FaultKind.REPEATED_HEADER,
        FaultKind.TOTALS_ROW,
        FaultKind.TOO_MANY_CELLS,
        FaultKind.NO_PERSON,
    }
)
"""A row with one of these is not taken into the class list; with any other it is taken and shown as warned."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: `row` is the row's number as a spreadsheet shows it (None: the file), `column` its header."""

    row: int | None
    column: str | None
    kind: FaultKind
    text: str
