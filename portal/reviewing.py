"""Dossiers decided together: each keeps its own decision, its own reason and its own result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.actors import Actor
from dossiers.models import Dossier
from procedures.services import TransitionRefused, advance
from procedures.vetting import DANGER, Vetted

MOST = 50
DECISIONS = {
    "accept": gettext_noop("Accepter"),
    "ask_correction": gettext_noop("Demander une correction"),
    "refuse": gettext_noop("Refuser"),
    "": gettext_noop("Laisser en attente"),
}
DONE = {
    "accept": gettext_noop("accepté"),
    "ask_correction": gettext_noop("renvoyé au créancier pour correction"),
    "refuse": gettext_noop("refusé"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A dossier on the review page, with the decision that is proposed: accept only what nothing stands against."""

    vetted: Vetted
    options: list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one line."""

    reference: str
    done: str
    refusal: str


def lines(vetted: Sequence[Vetted]) -> list[Line]:
    """The lines of the review page."""
    return [Line(one, _options(one)) for one in vetted]


def _options(one: Vetted) -> list[tuple[str, str, bool]]:
    is_clear = not one.refusals and not any(check.tone == DANGER for check in one.checks)
    chosen = "accept" if is_clear else ""
    return [
        (name, _(label), name == chosen) for name, label in DECISIONS.items() if name != "accept" or not one.refusals
    ]


def decide(dossiers: Sequence[Dossier], posted: Any, *, by: Actor, now: datetime) -> list[Result]:
    """Carry out each decision by itself: one that is refused leaves its neighbours as they were decided."""
    wanted = [(dossier, posted.get(f"decision-{dossier.reference}", "")) for dossier in dossiers]
    return [
        _decide(dossier, name, _reason(posted, dossier), by=by, now=now)
        for dossier, name in wanted
        if name and name in DECISIONS
    ]


def _reason(posted: Any, dossier: Dossier) -> str:
    return str(posted.get(f"reason-{dossier.reference}", "")).replace("\0", "").strip()[:2000]


def _decide(dossier: Dossier, name: str, reason: str, *, by: Actor, now: datetime) -> Result:
    detail = {} if name == "accept" else {"reason": reason}
    try:
        with transaction.atomic():
            advance(dossier, name, by=by, now=now, **detail)
    except TransitionRefused as refusal:
        return Result(dossier.reference, "", " ".join(refusal.args))
    return Result(dossier.reference, _(DONE[name]), "")
