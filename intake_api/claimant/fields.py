"""What a field of the claim form is called, how it is asked for, and which of its values are refused with which words."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from intake_api.translations import marked

LONGEST = 300
"""Longest value of a line, in characters; a name of 300 has been seen."""

TOO_LONG = marked("This must be 300 characters or fewer. You can shorten it")

_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that reorder the text after them (UAX #9): they have no place in a name and could disguise one to a reviewer."""


def line(text: str) -> str:
    """Return what was typed as one line that a database, a letter and a screen all show alike.

    Letters of every script and emoji stay as typed (composed, NFC); control characters, line breaks and reordering marks
    become nothing or a space. Idempotent.
    """
    kept = "".join(_shown(letter) for letter in unicodedata.normalize("NFC", text))
    return " ".join(kept.split())


def _shown(letter: str) -> str:
    if letter in "\t\n\r\v\f\x85\u2028\u2029":
        return " "
    if letter in _BIDI_CONTROLS or unicodedata.category(letter) in ("Cc", "Cs"):
        return ""
    return letter


@dataclass(frozen=True, slots=True)
class Asked:
    """How a field is asked for: label and hint to translate, and what the browser should know of it."""

    label: str
    hint: str = ""
    missing: str = ""
    """Sentence for an empty field; empty when it may stay empty."""
    optional: bool = False
    """Whether the label says that it may stay empty."""
    autocomplete: str = ""
    """Token of WCAG 2.2, criterion 1.3.5 (HTML autofill field names)."""
    input_type: str = "text"
    input_mode: str = ""
    width: str = ""
    choices: tuple[tuple[str, str, str], ...] = ()
    """Value, label and hint of each radio button."""


def asked(label: str, **options: Any) -> Any:
    """Declare a field of a form."""
    return Field(default="", title=label, json_schema_extra={"asked": Asked(label, **options)})  # type: ignore[dict-item]


class Form(BaseModel):
    """A page's form: every field is one line of text, cleaned, no longer than `LONGEST`, and checked in its order."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_default=True)

    @classmethod
    def asked(cls) -> dict[str, Asked]:
        """Return how each field is asked for, in order."""
        return {name: field.json_schema_extra["asked"] for name, field in cls.model_fields.items()}  # type: ignore[index,misc]

    @field_validator("*", mode="before")
    @classmethod
    def _clean(cls, value: Any) -> str:
        return line(value) if isinstance(value, str) else ""

    @field_validator("*", mode="after")
    @classmethod
    def _check(cls, value: str, info: ValidationInfo) -> str:
        field = cls.asked()[info.field_name or ""]
        if len(value) > LONGEST:
            raise fault(TOO_LONG)
        if field.missing and not value:
            raise fault(field.missing)
        if field.choices and value and value not in {choice for choice, _, _ in field.choices}:
            raise fault(field.missing)
        return value

    @classmethod
    def read(cls, sent: Mapping[str, Any]) -> tuple[Self | None, Shown]:
        """Return the form if nothing is wrong with it, and in any case how to show it again."""
        values = {name: line(value) for name in cls.model_fields if isinstance(value := sent.get(name, ""), str)}
        try:
            return cls.model_validate(values), Shown(cls.asked(), values, {})
        except ValidationError as error:
            faults = {str(each["loc"][0]): each["msg"] for each in error.errors(include_url=False, include_input=False)}
            return None, Shown(cls.asked(), values, faults)

    @classmethod
    def shown(cls, values: Mapping[str, Any] | None = None) -> Shown:
        """Return how to show the form with earlier answers, or empty."""
        return Shown(cls.asked(), dict(values or {}), {})


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as a page shows it: its fields, the values in them, and what is wrong, in English to be translated."""

    fields: dict[str, Asked]
    values: dict[str, Any]
    faults: dict[str, str]

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        return str(self.values.get(name) or "")

    def with_fault(self, name: str, message: str) -> Shown:
        """Return the same form with one more fault, found by a look into the database."""
        return Shown(self.fields, self.values, self.faults | {name: message})


def fault(message: str) -> PydanticCustomError:
    """Return the error of a field; the message is shown at the field and in the summary, in the same words."""
    return PydanticCustomError("refused", message)


def email_or_fault(value: str) -> str:
    """Return an e-mail address as given, if mail of every server can reach it (ASCII before the @); asks no network."""
    if not value:
        return value
    try:
        validate_email(value, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise fault(marked("Enter an e-mail address in the right form, like name@example.com")) from None
    return value


def phone_or_fault(value: str) -> str:
    """Return a telephone number as given, if it can be one; without a country code it is a US number."""
    if not value:
        return value
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(value, "US"))
    except phonenumbers.NumberParseException:
        possible = False
    if not possible:
        raise fault(marked("Enter a telephone number with its area code, like 801-555-0123"))
    return value
