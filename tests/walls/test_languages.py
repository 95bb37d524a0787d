"""English is complete: a sentence without its translation is named."""

from pathlib import Path

from babel.messages.pofile import read_po
from django.conf import settings

CATALOGUE = Path(settings.BASE_DIR) / "locale" / "en" / "LC_MESSAGES" / "django.po"


def test_every_sentence_of_the_catalogue_speaks_english() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    silent = [str(message.id)[:60] for message in catalogue if message.id and (not message.string or message.fuzzy)]
    assert silent == []
