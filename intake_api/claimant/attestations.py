"""What claimants sign, word for word per language and version; a changed word is a new version, and old claims keep theirs."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from notices import values

FORM_VERSION = "2026-11"

STATEMENTS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "I bought something from at least one of the shops that I named in this claim.",
        "What I said in this claim is true as far as I know.",
        "This is my only claim in this settlement.",
        "I am the person named in this claim, or the law allows me to act for that person.",
    ),
    "es": (
        "Compré algo en al menos una de las tiendas que nombré en esta reclamación.",
        "Lo que dije en esta reclamación es verdad, hasta donde yo sé.",
        "Esta es mi única reclamación en este acuerdo.",
        "Soy la persona nombrada en esta reclamación, o la ley me permite actuar por esa persona.",
    ),
}
"""What the claim's declaration covers beside the answers themselves."""

DECLARATIONS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "us": "I declare under penalty of perjury that the foregoing is true and correct. Executed on {day}.",
        "abroad": (
            "I declare under penalty of perjury under the laws of the United States of America that the foregoing is true "
            "and correct. Executed on {day}."
        ),
    },
    "es": {
        "us": "Declaro bajo pena de perjurio que lo anterior es verdadero y correcto. Firmado el {day}.",
        "abroad": (
            "Declaro bajo pena de perjurio, conforme a las leyes de los Estados Unidos de América, que lo anterior es "
            "verdadero y correcto. Firmado el {day}."
        ),
    },
}
"""28 U.S.C. 1746: (2) within and (1) outside the United States."""

EXCLUSION: Mapping[str, str] = {
    "en": "I ask to be excluded from the class and from the settlement in {caption}, No. {docket_number}.",
    "es": "Pido ser excluido del grupo y del acuerdo en el caso {caption}, núm. {docket_number}.",
}


def declaration(*, language: str, place: str, day: datetime.date) -> str:
    """Return the declaration for a place of signing (`us` or `abroad`)."""
    return DECLARATIONS[language][place].format(day=values.day(day, language))


def full_text(*, language: str, place: str, day: datetime.date) -> str:
    """Return everything that is signed, as it was shown: the statements, then the declaration."""
    return "\n".join((*STATEMENTS[language], declaration(language=language, place=place, day=day)))
