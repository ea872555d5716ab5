"""The site's words in each language: English is the source, the others are `locale/<language>/LC_MESSAGES/messages.po`."""

from __future__ import annotations

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE_DIRECTORY = Path(__file__).parent / "locale"

LANGUAGES = {"en": "English", "es": "Español"}
"""Language code -> its own name, as the switch at the top shows it."""


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the language's translations, compiled in memory: no binary file to keep in step with its source."""
    path = LOCALE_DIRECTORY / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def marked(text: str) -> str:
    """Mark a sentence for translation where it is written; it is translated where it is shown."""
    return text
