"""The office's agenda and its alarms, ready made for the pages."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.calendar import previous_working_day
from core.money import Money
from dossiers.models import Dossier
from dossiers.models.dossier import faces
from notifications.models import BY_POST, Message, Outcome
from portal.presenters import days_left
from procedures.agenda import ACTS, BY_KEY, WHOSE, Whose, of_turn, turns, with_act
from tenants.models import Office

CELLS = ("pk", "reference", "currency", "act", "act_due_on", "creditor__company", "creditor__last_name")
QUEUED_DAYS = 2


def agenda(dossiers: QuerySet[Dossier], asked: Any) -> QuerySet[Dossier]:
    """The open dossiers that the address asks for (`tour`, `acte`), the soonest term first."""
    found = with_act(dossiers.open())  # type: ignore[attr-defined]
    if asked.get("acte") in BY_KEY:
        found = found.filter(act=asked["acte"])
    elif asked.get("tour") in list(Whose):
        found = found.filter(act__in=of_turn(asked["tour"]))
    return found.order_by(F("act_due_on").asc(nulls_last=True), "created_at", "pk")


def tabs(dossiers: QuerySet[Dossier], asked: Any) -> list[dict[str, Any]]:
    """One tab for each side, with how many dossiers wait for it; one query."""
    counted = with_act(dossiers.open()).order_by().values_list("act").annotate(n=Count("pk"))  # type: ignore[attr-defined]
    counts = turns(counted)
    page, mine = reverse("office-acts"), "&suivi=moi" if asked.get("suivi") == "moi" else ""
    every = {"label": _("Tous"), "url": f"{page}?{mine.lstrip('&')}", "count": sum(counts.values())}
    sides = [
        {"label": _(label), "url": f"{page}?tour={whose}{mine}", "count": counts[whose]}
        for whose, label in WHOSE.items()
    ]
    chosen = str(asked.get("tour", ""))
    current = [every, *sides][[*[""], *map(str, WHOSE)].index(chosen) if chosen in (*map(str, WHOSE),) else 0]
    return [tab | {"is_current": tab is current} for tab in (every, *sides)]


def act_options(asked: Any) -> list[tuple[str, str, bool]]:
    """The acts that may be chosen, those of the chosen side when there is one."""
    whose = asked.get("tour", "")
    acts = [act for act in ACTS if whose not in list(Whose) or act.whose == whose]
    return [(act.key, _(act.label), act.key == asked.get("acte")) for act in acts]


def table(found: QuerySet[Dossier], *, today: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[int]]:
    """Columns and rows for components/table.html, and the dossiers they show; two queries."""
    rows = list(found.values_list(*CELLS, named=True))
    seen = faces([row.pk for row in rows])
    heads = [_("Référence"), _("Débiteur"), _("Acte suivant"), _("Échéance")]
    columns: list[dict[str, Any]] = [{"label": head} for head in heads]
    columns.append({"label": _("Solde"), "align": "right"})
    return columns, [{"cells": _cells(row, seen[row.pk], today)} for row in rows], list(seen)


def _cells(row: Any, face: Any, today: date) -> list[dict[str, Any]]:
    name, place, owed = face
    act, due = BY_KEY[row.act], row.act_due_on
    day = date_format(due, "d/m/Y") if due else "–"
    return [
        {"text": row.reference, "sub": row.creditor__company or row.creditor__last_name,
         "url": reverse("office-dossier", args=[row.reference])},
        {"label": _("Débiteur"), "text": name, "sub": place},
        {"label": _("Acte suivant"), "text": _(act.label), "sub": _(WHOSE[act.whose])},
        {"label": _("Échéance"), "text": day, "sub": days_left(due, today) if due else ""},
        {"label": _("Solde"), "text": Money(owed, row.currency).format_fr(), "num": True},
    ]  # fmt: skip


def queued_since(today: date) -> date:
    """The last day of which a letter may still wait: two working days ago."""
    day = today
    for _n in range(QUEUED_DAYS):
        day = previous_working_day(day - timedelta(days=1))
    return day


def late_letters(office: Office, wanted: list[Message], *, today: date) -> list[Message]:
    """Letters that wait for more than two working days: printed and not posted, or not even printed."""
    last = queued_since(today)
    printing = Message.objects.filter(office=office, channel__in=BY_POST, outcome=Outcome.PENDING)
    waiting = [*wanted, *printing.order_by("created_at")[:200]]
    return [letter for letter in waiting if letter.created_at.astimezone(office.zone).date() < last]
