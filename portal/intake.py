"""The dossiers that an office has to take in charge, with the time that is left for each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.money import Money
from dossiers.models import Dossier
from dossiers.models.dossier import faces
from portal.presenters import moment_in_words
from procedures.taking_in import awaiting, due_at, spent
from tenants.models import Office

MOST = 50
HOUR = timedelta(hours=1)
CELLS = ("pk", "reference", "currency", "creditor__company", "creditor__last_name", "filed_at")


@dataclass(frozen=True, slots=True)
class Intake:
    """A table for components/table.html, and how many of its rows are late."""

    columns: list[dict[str, str]]
    rows: list[dict[str, Any]]
    late: int
    dossiers: tuple[int, ...]


def intake(dossiers: QuerySet[Dossier], office: Office, *, now: datetime) -> Intake:
    """The soonest due first; four queries, whatever their number."""
    found = list(awaiting(dossiers).values_list(*CELLS, named=True)[:MOST])
    seen = faces([row.pk for row in found])
    due, used = due_at(office.brand, {row.filed_at for row in found}), spent([row.pk for row in found])
    until = {row.pk: due[row.filed_at] - used.get(row.pk, timedelta(0)) for row in found}
    found.sort(key=lambda row: until[row.pk])
    heads = [_("Référence"), _("Débiteur"), _("Transmis le"), _("Prise en charge")]
    columns = [{"label": head} for head in heads] + [{"label": _("Solde"), "align": "right"}]
    rows = [{"cells": _cells(row, seen[row.pk], until[row.pk], office, now)} for row in found]
    return Intake(columns, rows, sum(until[row.pk] < now for row in found), tuple(seen))


def _cells(row: Any, face: Any, due: datetime, office: Office, now: datetime) -> list[dict[str, Any]]:
    debtor, place, owed = face
    creditor = row.creditor__company or row.creditor__last_name
    before = _("avant le %(when)s") % {"when": moment_in_words(due, office.zone)}
    tone = "danger" if due < now else "warning" if due - now < 6 * HOUR else "info"
    return [
        {
            "text": row.reference,
            "check": row.reference,
            "sub": creditor,
            "url": reverse("office-dossier", args=[row.reference]),
        },
        {"label": _("Débiteur"), "text": debtor, "sub": place},
        {"label": _("Transmis le"), "text": moment_in_words(row.filed_at, office.zone)},
        {"label": _("Prise en charge"), "text": left(due, now), "sub": before, "badge_tone": tone},
        {"label": _("Solde"), "text": Money(owed, row.currency).format_fr(), "num": True},
    ]


def left(due: datetime, now: datetime) -> str:
    """« 5 h restantes », « moins d’une heure », « en retard de 3 h »."""
    hours = int(abs(due - now) / HOUR)
    if due < now:
        return _("en retard de %(n)s h") % {"n": hours} if hours else _("en retard")
    if not hours:
        return _("moins d’une heure")
    return ngettext("%(n)d h restante", "%(n)d h restantes", hours) % {"n": hours}
