from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile les catalogues de traduction qui ont changé ; n’a pas besoin de gettext."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
                target = source.with_suffix(".mo")
                if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                    continue
                draft = target.with_suffix(".mo.new")
                with source.open("rb") as text, draft.open("wb") as binary:
                    write_mo(binary, read_po(text, locale=source.parent.parent.name))
                draft.rename(target)
                self.stdout.write(f"{source.relative_to(folder)} compilé")
