"""Official texts that a letter must reproduce: dated data with a source, never typed into a template."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from procedures.models import LegalText

AMIABLE_TEXTS = ("CPCE L111-8",)
# The route of law 2026-307 opens on the day that its decree holds, and not before somebody has entered it.
L126_TEXTS = ("CPCE L126-1", "CPCE L126-2", "CPCE L126-3", "CPCE L126-4", "Décret L126")
PSRPC_TEXTS = ("CPCE L111-2", "CPCE L111-3", "CPCE L125-1", "C. civ. 2238")


class TextMissing(Exception):
    """A text in force on that day has not been entered; the message names it."""


def in_force(articles: Sequence[str], *, on: date) -> list[LegalText]:
    """The texts in force that day, in the order asked; TextMissing names those that nobody has entered."""
    found = {text.article: text for text in _valid(articles, on)}
    if absent := [article for article in articles if article not in found]:
        raise TextMissing(", ".join(absent))
    return [found[article] for article in articles]


def missing(articles: Sequence[str], *, on: date) -> list[str]:
    """The articles whose text in force that day has not been entered."""
    found = {text.article for text in _valid(articles, on)}
    return [article for article in articles if article not in found]


def _valid(articles: Sequence[str], on: date) -> list[LegalText]:
    period = Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gte=on))
    return list(LegalText.objects.filter(period, article__in=articles).order_by("valid_from"))
