"""One cell at a time: what a postcode, phone, e-mail, state, date or amount must look like, and what spreadsheets did to it."""

from __future__ import annotations

import re
from collections.abc import Callable

from casefile.list_file.cells import Cell
from casefile.list_file.dates import date
from casefile.list_file.faults import FaultKind

REGIONS = {
    # USPS Publication 28, appendix B (states, territories, military) and the Canadian provinces.
    "AL": "alabama", "AK": "alaska", "AZ": "arizona", "AR": "arkansas", "CA": "california", "CO": "colorado", "CT": "connecticut",
    "DE": "delaware", "DC": "district of columbia", "FL": "florida", "GA": "georgia", "HI": "hawaii", "ID": "idaho",
    "IL": "illinois", "IN": "indiana", "IA": "iowa", "KS": "kansas", "KY": "kentucky", "LA": "louisiana", "ME": "maine",
    "MD": "maryland",
    "MA": "massachusetts", "MI": "michigan", "MN": "minnesota", "MS": "mississippi", "MO": "missouri", "MT": "montana",
    "NE": "nebraska", "NV": "nevada", "NH": "new hampshire", "NJ": "new jersey", "NM": "new mexico", "NY": "new york",
    "NC": "north carolina", "ND": "north dakota", "OH": "ohio", "OK": "oklahoma", "OR": "oregon", "PA": "pennsylvania",
    "RI": "rhode island", "SC": "south carolina", "SD": "south dakota", "TN": "tennessee", "TX": "texas", "UT": "utah",
    "VT": "vermont", "VA": "virginia", "WA": "washington", "WV": "west virginia", "WI": "wisconsin", "WY": "wyoming",
    "AS": "american samoa", "FM": "micronesia", "GU": "guam", "MH": "marshall islands", "MP": "northern mariana islands",
    "PW": "palau", "PR": "puerto rico", "VI": "virgin islands", "AA": "armed forces americas", "AE": "armed forces europe",
    "AP": "armed forces pacific", "AB": "alberta", "BC": "british columbia", "MB": "manitoba", "NB": "new brunswick",
    "NL": "newfoundland and labrador", "NS": "nova scotia", "NT": "northwest territories", "NU": "nunavut", "ON": "ontario",
    "PE": "prince edward island", "QC": "quebec", "SK": "saskatchewan", "YT": "yukon",
}  # fmt: skip
_REGION_NAMES = set(REGIONS.values()) | {
    "nueva york",
    "nuevo mexico",
    "carolina del norte",
    "carolina del sur",
    "pensilvania",
}

ZERO_REGIONS = frozenset({"CT", "MA", "ME", "NH", "NJ", "NY", "PR", "RI", "VT", "VI", "AE"})
"""Where ZIP codes begin with 0 (USPS Publication 65): elsewhere a short ZIP lost something else than a zero."""

NULL_WORDS = frozenset(
    {"null", "(null)", "<null>", "none", "na", "n/a", "#n/a", "nil", "nan", "-", "--", ".", "?", "unknown", "\\n"}
)
"""What systems write for nothing; in a name column `Null`, `None` and `Na` are surnames and stay."""
NOT_A_NAME = NULL_WORDS - {"null", "none", "na", "nil", "nan", "unknown"}

SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")

EMAIL = re.compile(
    r"[^@\s,;:<>()\[\]\"\\]{1,64}@(?:[^@\s,;:<>()\[\]\"\\.]{1,63}\.)+[^@\s,;:<>()\[\]\"\\.\d][^@\s,;:<>()\[\]\"\\.]{1,62}"
)
PHONE = re.compile(r"\+?[\d\s().\-/]{7,25}(?:\s*(?:x|ext\.?|extension)\s*\d{1,6})?", re.IGNORECASE)
POSTCODE = re.compile(r"\d{5}(?:-\d{4})?|[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d", re.ASCII)
STREET = re.compile(
    r"\d+[\w/-]*\s+[^\W\d].*|\d+\s+\d+\w*\s+\w.*|(?:p\.?\s*o\.?\s*box|apartado|rr|hc)\s*#?\s*\d+.*|(?:calle|ave(?:nida)?\.?|carr\.?)\s.+",
    re.IGNORECASE,
)
DOMAIN = re.compile(r"(?:https?://)?(?:[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?\.)+[a-z]{2,24}(?:/\S*)?", re.IGNORECASE)
AMOUNT = re.compile(r"\(?-?\$?\s?\d[\d,]*(?:\.\d{1,2})?\)?(?:\s?usd)?", re.IGNORECASE)


def postcode(value: str) -> Cell:
    """A ZIP code, its leading zeros restored where a spreadsheet took them; a Canadian code; anything else is warned of."""
    text = re.sub(r"\.0+$", "", value).strip()
    found = _postcode(text)
    if found is None:
        if SCIENTIFIC.fullmatch(text):
            return Cell(None, FaultKind.LOST_DIGITS, f"{value!r}: a spreadsheet made the postcode a number and lost its digits.")
        return Cell(value, FaultKind.BAD_POSTCODE, f"{value!r} is not a postcode of the United States or Canada.")
    if found[:5] in ("00000", "99999"):
        return Cell(None, FaultKind.BAD_POSTCODE, f"{value!r} is no ZIP code.")
    if text.isascii() and text[0].isdigit() and len(re.sub(r"\D", "", text)) in (3, 4, 7, 8):
        return Cell(found, FaultKind.LOST_ZERO, f"{value!r} was read as {found}: a spreadsheet took the leading zeros.")
    return Cell(found)


def _postcode(text: str) -> str | None:
    """Return the code in its usual form, with the zeros that its length says are missing."""
    if POSTCODE.fullmatch(text):
        return text
    digits = re.sub(r"[- ]", "", text)
    if not re.fullmatch(r"[0-9]{3,5}-?|[0-9]{7,9}|[0-9]{3,5}[- ][0-9]{4}", text) or len(digits) == 6:
        return None
    full = digits.zfill(5 if len(digits) <= 5 else 9)
    return full if len(full) == 5 else f"{full[:5]}-{full[5:]}"


def phone(value: str) -> Cell:
    """A phone number with an area code; scientific notation is restored when all its digits are there."""
    scientific = SCIENTIFIC.fullmatch(value)
    if scientific:
        first, rest, exponent = scientific[1], scientific[2] or "", int(scientific[3])
        if exponent in (9, 10) and len(rest) == exponent:
            return Cell(
                first + rest, FaultKind.LOST_DIGITS, f"{value!r} was read as {first + rest}: a spreadsheet made it a number."
            )
        return Cell(None, FaultKind.LOST_DIGITS, f"{value!r}: a spreadsheet made the phone number a number and lost its digits.")
    text = re.sub(r"\.0+$", "", value)
    number = re.sub(r"\s*(?:x|ext\.?|extension|#)\s*\d+$", "", text, flags=re.IGNORECASE)
    digits = re.sub(r"\D", "", number)
    if re.search(r"[^\W\d_]", number):
        return Cell(value, FaultKind.BAD_PHONE, f"{value!r} has letters in a phone number.")
    if number.startswith("+") and not number.startswith("+1"):
        fine = 8 <= len(digits) <= 15
    else:
        national = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
        fine = len(national) == 10 and national[0] in "23456789" and len(set(national)) > 1
    if fine:
        return Cell(text)
    reason = "has no area code" if len(digits) == 7 else f"has {len(digits)} digits" if len(digits) != 10 else "cannot exist"
    return Cell(value if len(digits) >= 7 and len(set(digits)) > 1 else None, FaultKind.BAD_PHONE, f"{value!r} {reason}.")


def email(value: str) -> Cell:
    """An e-mail address as it was given, out of `Name <address>` or `mailto:`; the first one where a cell holds several."""
    text = re.sub(r"^mailto:", "", value, flags=re.IGNORECASE)
    inside = re.search(r"<([^<>]+)>", text)
    text = (inside[1] if inside else text).strip(" .;,'\"")
    if EMAIL.fullmatch(text) and ".." not in text:
        return Cell(text)
    several = [part for part in re.split(r"[\s;,|/]+", text) if EMAIL.fullmatch(part)]
    if len(several) > 1:
        return Cell(several[0], FaultKind.BAD_EMAIL, f"{value!r} holds {len(several)} addresses; the first was taken.")
    return Cell(None, FaultKind.BAD_EMAIL, f"{value!r} is not an e-mail address.")


def region(value: str) -> Cell:
    """A state, territory or province by code or name."""
    plain = value.strip(". ")
    if plain.upper().replace(".", "") in REGIONS or plain.lower() in _REGION_NAMES:
        return Cell(value)
    return Cell(value, FaultKind.BAD_REGION, f"{value!r} is not a state or province.")


def amount(value: str) -> Cell:
    """An amount of money as whole cents in text: `$1,234.50` is `123450`, `(3.00)` is `-300`."""
    text = re.sub(r"[$\s]|usd", "", value, flags=re.IGNORECASE)
    negative = text.startswith(("(", "-"))
    text = text.strip("()-")
    if re.fullmatch(r"\d{1,3}(\.\d{3})*,\d{2}|\d+,\d{2}", text):
        text = text.replace(".", "").replace(",", ".")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", text):
        text = text.replace(",", "")
    if not re.fullmatch(r"\d{1,12}(\.\d*)?|\.\d+", text):
        return Cell(None, FaultKind.BAD_AMOUNT, f"{value!r} is not an amount of money.")
    whole, _, part = text.partition(".")
    cents = int(whole or "0") * 100 + int((part + "00")[:2])
    return Cell(str(-cents if negative else cents))


CHECKS: dict[str, Callable[[str], Cell]] = {
    "postcode": postcode,
    "phone": phone,
    "email": email,
    "region": region,
    "purchased_on": date,
    "birth_date": date,
    "amount": amount,
}
"""The fields whose every value has a form; the others are free text."""


MENDED = frozenset({FaultKind.LOST_ZERO, FaultKind.SERIAL_DATE})
"""Faults of a value that is certainly of its field."""

FINE = {
    "postcode": r"^(?:0[1-9]\d{3}|00[5-9]\d\d|[1-8]\d{4}|9[0-8]\d{3}|99[0-8]\d\d)(?:-\d{4})?$",
    "phone": r"^(?:\+?1[ .-]?)?(?:\([2-9]\d\d\)|[2-9]\d\d)[ .-]?\d{3}[ .-]?\d{4}$",
    "email": r"^[\w%+-]+(?:\.[\w%+-]+)*@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}$",
}
"""RE2 patterns of values that need no second look; all others go through `CHECKS` one by one."""
NEVER_FINE = "|".join(rf"^1?\D*(?:{d}\D*){{10}}$" for d in range(2, 10))
"""Ten times the same digit is no phone number."""
