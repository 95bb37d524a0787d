"""The terms of a dossier with what explains each, and « what if it were posted on … »: nothing is written here."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from dossiers.enums import Phase
from dossiers.models import Dossier
from procedures.effects import clock
from procedures.models import Deadline
from procedures.terms import KINDS, Term, compute

OUTCOMES = {
    "": (gettext_noop("court"), "info"),
    "moved": (gettext_noop("accompli"), "success"),
    "refused": (gettext_noop("laissé à une personne"), "warning"),
    "cancelled": (gettext_noop("sans objet"), "neutral"),
    "paused": (gettext_noop("en pause"), "warning"),
}
# What may be imagined in a phase: the facts that start its terms, the nearest first.
SIMULATED = {
    Phase.SUBMITTED: ("amiable_wait_15d",),
    Phase.AMIABLE: ("amiable_wait_15d", "psrpc_strict", "psrpc_extended"),
    Phase.PSRPC: ("psrpc_strict", "psrpc_extended"),
    Phase.L126_REQUESTED: ("l126_debtor_month", "l126_pv_earliest"),
    Phase.L126_SERVED: ("l126_debtor_month", "l126_pv_earliest"),
    Phase.L126_UNCONTESTED: ("l126_title_service",),
    Phase.IP_FILED: ("ip_signification",),
    Phase.IP_ORDERED: ("ip_opposition", "ip_enforceable_after"),
    Phase.IP_SERVED: ("ip_opposition", "ip_enforceable_after"),
}


class SimulationForm(forms.Form):
    """A day on which the fact might happen."""

    si = forms.DateField(
        label=gettext_lazy("Et si c’était le…"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )


@dataclass(frozen=True, slots=True)
class ShownTerm:
    """One term of the dossier: what it is, what became of it, and what a hold does to it."""

    label: str
    deadline: Deadline
    outcome: str
    tone: str
    pause: str


def terms_of(dossier: Dossier) -> list[ShownTerm]:
    """Every term that ran or runs, the newest first; one query."""
    return [_shown(deadline) for deadline in dossier.deadlines.order_by("-pk")]


def _shown(deadline: Deadline) -> ShownTerm:
    outcome, tone = OUTCOMES[deadline.outcome if deadline.settled_at else ""]
    label = KINDS[deadline.kind].label if deadline.kind in KINDS else deadline.kind
    return ShownTerm(label, deadline, _(outcome), tone, _(clock(deadline.kind).reason))


def may_simulate(dossier: Dossier) -> bool:
    """Whether this phase has a fact that could be imagined."""
    return dossier.phase in SIMULATED and dossier.debtor is not None


def simulate(dossier: Dossier, asked: Any) -> tuple[SimulationForm, list[tuple[str, Term]]]:
    """The form of the address, and the terms that the fact would start on that day there; none without a day."""
    form = SimulationForm(asked if asked.get("si") else None)
    day = form.cleaned_data["si"] if form.is_bound and form.is_valid() else None
    return form, _imagined(dossier, day) if day else []


def _imagined(dossier: Dossier, day: date) -> list[tuple[str, Term]]:
    kinds = SIMULATED.get(Phase(dossier.phase), ())
    if dossier.debtor is None:
        return []
    return [(KINDS[kind].label, compute(kind, day, territory=dossier.debtor.territory)) for kind in kinds]
