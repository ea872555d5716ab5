"""Every sentence of the claimant site is translated, with the same places for values, and none is fuzzy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from intake_api import rendering
from intake_api.claimant import attestations
from intake_api.translations import LANGUAGES, LOCALE_DIRECTORY

ROOM = Path(rendering.__file__).parent
OTHERS = sorted(set(LANGUAGES) - {"en"})
PLACES = re.compile(r"%\(\w+\)s")


def sentences() -> set[str]:
    with (LOCALE_DIRECTORY / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"gettext": None, "ngettext": (1, 2), "marked": None, "_": None}
    found = extract_from_dir(str(ROOM), methods, options, keywords)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    with (LOCALE_DIRECTORY / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    wanted = sentences()
    assert len(wanted) > 200
    missing = [text for text in wanted if not (message := catalogue.get(text)) or not message.string or message.fuzzy]
    assert missing == []
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue if message.id}
    assert known - wanted == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_places_for_values(language: str) -> None:
    with (LOCALE_DIRECTORY / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        for message in read_po(file, locale=language):
            if message.id:
                source, target = message.id, message.string
                pairs = zip(source, target, strict=True) if isinstance(source, tuple) else [(source, target)]
                for english, other in pairs:
                    assert set(PLACES.findall(english)) == set(PLACES.findall(other)), english


def test_what_is_signed_exists_in_every_language() -> None:
    for words in (attestations.STATEMENTS, attestations.DECLARATIONS, attestations.EXCLUSION):
        assert set(words) == set(LANGUAGES)
