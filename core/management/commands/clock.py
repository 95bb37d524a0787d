from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.calendar import add_period, parse_period


class Command(BaseCommand):
    help = "Montre l’horloge du produit ; en démonstration, l’avance : --advance 15d ou --advance P1M."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--advance", metavar="15d")

    def handle(self, *args: Any, advance: str | None, **options: Any) -> None:
        if advance:
            self._advance(advance)
        self.stdout.write(f"{clock.now():%Y-%m-%d %H:%M:%S} UTC")

    def _advance(self, text: str) -> None:
        try:
            clock.advance(days_ahead(text))
        except (ValueError, clock.ClockRefused) as refusal:
            raise CommandError(str(refusal)) from refusal


def days_ahead(text: str) -> int:
    """Days from the clock's present day to the end of the period; ValueError with a sentence for nonsense."""
    period = text.upper() if text.upper().startswith("P") else f"P{text.upper()}"
    start = clock.now().date()
    return (add_period(start, parse_period(period)) - start).days
