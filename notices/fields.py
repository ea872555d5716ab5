"""The named fields that a notice template may use, and how each value is made safe for the place where it lands."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit


class Scope(StrEnum):
    """Whose value it is: the case's (same for everyone in one language), the member's, or one claim's."""

    CASE = "case"
    MEMBER = "member"
    CLAIM = "claim"


class Form(StrEnum):
    """What a value looks like: one line, several lines, or a web address that may stand in `href`."""

    LINE = "line"
    LINES = "lines"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Field:
    """One name that a template may print; an `optional` one may be empty, so the sentence must read well without it."""

    name: str
    scope: Scope
    form: Form
    meaning: str
    optional: bool = False


def _table(scope: Scope, form: Form, optional: bool = False, **meanings: str) -> tuple[Field, ...]:
    return tuple(Field(name, scope, form, meaning, optional) for name, meaning in meanings.items())


_ALL = (
    *_table(
        Scope.CASE,
        Form.LINE,
        language="Language of this version, such as en",
        caption="Full caption of the case",
        short_name="Short name that people say",
        court="Court",
        about="What happened, in plain sentences",
        docket_number="Docket number",
        class_definition="Who is in the class, in words",
        class_period_start="First day of the class period",
        class_period_end="Last day of the class period",
        preliminary_approval_date="Day of preliminary approval",
        claim_deadline="Last day to file a claim",
        exclusion_deadline="Last day to ask for exclusion",
        objection_deadline="Last day to object",
        hearing_date="Day of the final approval hearing",
        hearing_time="Time of the final approval hearing, with its zone",
        hearing_place="Place of the final approval hearing",
        plaintiff="Who sued",
        defendant="Who was sued",
        counsel_name="Class counsel's name",
        counsel_firm="Class counsel's firm",
        counsel_address="Class counsel's postal address",
        counsel_phone="Class counsel's telephone",
        counsel_email="Class counsel's e-mail",
        administrator_name="Settlement administrator",
        administrator_address="Administrator's postal address",
        administrator_phone="Administrator's toll-free telephone",
        administrator_email="Administrator's e-mail",
        settlement_fund="Settlement fund, as money",
        fees_sought="Attorneys' fees that class counsel will ask for, as money",
        service_award_sought="Service award that the plaintiff will ask for, as money",
        sender_name="Name that the mail comes from",
    ),
    *_table(Scope.CASE, Form.LINES, benefits="What the settlement gives, one benefit a line"),
    *_table(
        Scope.CASE,
        Form.LINE,
        optional=True,
        synthetic_note="Says that the case is a demonstration; empty in a real case",
        preheader="The line that mail programs show after the subject",
    ),
    *_table(
        Scope.CASE,
        Form.ADDRESS,
        site_url="The settlement's site",
        claim_url="Where a claim is filed",
        exclusion_url="How to ask for exclusion",
        objection_url="How to object",
        documents_url="Court papers and the long notice",
        status_url="Where a claim's state is shown",
    ),
    *_table(
        Scope.MEMBER,
        Form.LINE,
        optional=True,
        first_name="First name, may be unknown",
        full_name="Whole name, may be unknown",
        shop_name="Shops where the member bought, as the list says",
    ),
    *_table(Scope.MEMBER, Form.LINE, notice_id="The member's notice ID", pin="The PIN that belongs to it"),
    *_table(Scope.MEMBER, Form.ADDRESS, optional=True, unsubscribe_url="Stops reminders; not an exclusion from the class"),
    *_table(
        Scope.CLAIM,
        Form.LINE,
        claim_number="Claim number",
        submitted_on="Day on which the claim was filed",
        cure_deadline="Last day to mend a claim",
        decision="What was decided, in a sentence",
        contest_deadline="Last day to contest the decision",
        payment_amount="Amount paid",
        payment_method="How it was paid",
    ),
    *_table(
        Scope.CLAIM,
        Form.LINES,
        deficiency_list="What is missing, one item a line",
        decision_reasons="Why it was decided so",
        correction_text="What was wrong and what is right",
    ),
)
FIELDS: dict[str, Field] = {field.name: field for field in _ALL}
"""Every field by name; a template that uses another name is at fault."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]+")
"""C0 and C1 controls, line and paragraph separators, and marks that reverse the direction of the text around them."""
MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
"""An address that every mail server takes: RFC 5321, section 4.1.2, without quoted local parts and address literals."""

_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?")
"""An address that needs no quoting, as nearly all of ours are."""

_SPACES = re.compile(r"\s+")


def line(value: str) -> str:
    """Return `value` as one line of well-formed text: no controls, no direction overrides, no lone surrogates."""
    if value.isascii() and value.isprintable() and "  " not in value:
        return value.strip()
    whole = value.encode("utf-8", "replace").decode()
    return _SPACES.sub(" ", _CONTROLS.sub(" ", unicodedata.normalize("NFC", whole))).strip()


def lines(value: str) -> str:
    """Return `value` with each of its lines cleaned as `line` does; separators become a single newline."""
    return "\n".join(line(part) for part in value.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def address(value: str) -> str:
    """Return `value` as an absolute web address in ASCII; empty when it is not http or https with a host."""
    if _PLAIN_ADDRESS.fullmatch(value):
        return value
    cleaned = line(value)
    try:
        parts = urlsplit(cleaned)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    return quote(cleaned, safe="%/:=&?~#+!$,;@()*[]-._")


def clean(name: str, value: str) -> str:
    """Return the value of field `name` cleaned for its form; landing places escape it further."""
    match FIELDS[name].form:
        case Form.LINE:
            return line(value)
        case Form.LINES:
            return lines(value)
        case Form.ADDRESS:
            return address(value)


def for_html(value: str) -> str:
    """Escape a cleaned value for HTML text or a quoted attribute; newlines become `<br>`."""
    return html.escape(value, quote=True).replace("\n", "<br>")


def for_header(value: str) -> str:
    """Return a cleaned value fit for a header: one line and never an encoded word.

    Python before 3.11.10 turned `=?utf-8?q?=0D=0ABcc:...?=` inside a value into a header of its own, and mail programs
    decode such words for display (RFC 2047), so `=?` is parted by a space.
    """
    return line(value.replace("\n", " ")).replace("=?", "= ?")
