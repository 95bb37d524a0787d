"""The dated facts that people state: an order rendered, an act served. Each is checked, and some start a term."""

from datetime import date

from django.utils.translation import gettext as _

from procedures.cases import Case
from procedures.models import Deadline
from procedures.terms import Term, compute, default_period
from procedures.transitions import TRANSITIONS, Transition

ORDERS = ("record_order", "record_partial_order")


class TransitionRefused(Exception):
    """The law or the path refuses; `args` are the sentences."""


def fact_day(case: Case, move: Transition, written: str) -> date:
    """The day that was stated; TransitionRefused when it is no day, lies ahead, or contradicts what came before."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise TransitionRefused(_("Indiquez la date : %(fact)s.") % {"fact": _(move.fact).lower()}) from None
    if day > case.today:
        raise TransitionRefused(_("Cette date est dans le futur : relevez-la sur l’acte."))
    if (last := _last_fact(case)) and day < last:
        raise TransitionRefused(
            _("Cette date précède l’acte d’avant, du %(day)s : relevez-la sur l’acte.") % {"day": f"{last:%d/%m/%Y}"}
        )
    term = Deadline.objects.filter(dossier=case.dossier, transition=move.within).last() if move.within else None
    if term and day < term.started_on:
        raise TransitionRefused(
            _("Cette date précède l’acte d’avant, du %(day)s : relevez-la sur l’acte.")
            % {"day": f"{term.started_on:%d/%m/%Y}"}
        )
    if term and day > term.due_on:
        raise TransitionRefused(
            _("Le délai s’achevait le %(day)s : %(why)s.") % {"day": f"{term.due_on:%d/%m/%Y}", "why": term.derivation}
        )
    return day


def term_of_fact(case: Case, kind: str, day: date) -> Term:
    """The term that the fact starts; how long an order waits is the regime of the day on which it was rendered."""
    territory = case.debtor.territory
    ruled_on = _order_day(case) or day if kind == "ip_enforceable_after" else day
    return compute(kind, day, territory=territory, period=default_period(kind, ruled_on, territory))


def _last_fact(case: Case) -> date | None:
    dated = [name for name, move in TRANSITIONS.items() if move.fact]
    days = case.dossier.events.filter(kind__in=dated).values_list("detail__on", flat=True)
    return max((date.fromisoformat(day) for day in days), default=None)


def _order_day(case: Case) -> date | None:
    order = case.dossier.events.filter(kind__in=ORDERS).last()
    return date.fromisoformat(order.detail["on"]) if order else None
