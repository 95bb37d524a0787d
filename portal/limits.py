"""The financial elements as pages show them, each invoice with the day on which its claim is barred."""

from datetime import date

from django.utils.translation import gettext as _

from dossiers.enums import ItemKind
from dossiers.models import Dossier, Item
from procedures.limitation import NEAR, article_of, limitation


def items_with_limits(dossier: Dossier, *, today: date) -> list[Item]:
    """By one query; `limit` is a sentence and `limit_tone` its shade, on invoices of a known debtor only."""
    items = list(dossier.items.select_related("document"))
    for item in items:
        if dossier.debtor and item.kind == ItemKind.INVOICE:
            term = limitation(dossier.debtor, item.due_on)
            item.limit, item.limit_tone = _sentence(term.due_on, article_of(term), today)  # type: ignore[attr-defined]
    return items


def _sentence(last_day: date, article: str, today: date) -> tuple[str, str]:
    names = {"day": f"{last_day:%d/%m/%Y}", "article": article}
    if today > last_day:
        return _("Prescrite depuis le %(day)s (%(article)s)") % names, "danger"
    if last_day - today <= NEAR:
        return _("Se prescrit bientôt, le %(day)s (%(article)s)") % names, "warning"
    return _("Se prescrit le %(day)s (%(article)s)") % names, "muted"
