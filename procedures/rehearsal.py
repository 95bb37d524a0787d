"""What the sweep will do, said before it does it, and what it did: read by the office, nothing written."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from core.actors import SWEEP
from dossiers.models import Event
from procedures.breakers import label
from procedures.cases import cases
from procedures.effects import Stop, sentence
from procedures.models import Breaker, Deadline
from procedures.transitions import TRANSITIONS
from tenants.models import Office

MOST = 200
SEEN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Planned:
    """One term that ends before the horizon: the move, and why it will be stepped over if it will."""

    reference: str
    debtor: str
    label: str
    due_on: date
    lapses_at: datetime
    reasons: tuple[str, ...]

    @property
    def moves(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Ran:
    """A day of the sweep at one office."""

    on: date
    moved: list[Event]
    stepped_over: list[Event]


def rehearse(office: Office, *, until: datetime) -> list[Planned]:
    """Every term of the office that ends by then, judged as the sweep will judge it; a fixed number of queries a move."""
    due = Deadline.objects.overdue(until).filter(dossier__office=office)
    due = due.select_related("dossier__debtor", "dossier__office", "dossier__brand", "dossier__creditor")[:MOST]
    stopped = set(Breaker.objects.stopped().filter(office=office).values_list("transition", flat=True))
    by_move: dict[str, list[Deadline]] = defaultdict(list)
    for deadline in due:
        by_move[deadline.transition].append(deadline)
    found = [one for name, some in by_move.items() for one in _judged(name, some, until, is_stopped=name in stopped)]
    return sorted(found, key=lambda one: one.lapses_at)


def _judged(name: str, some: Sequence[Deadline], until: datetime, *, is_stopped: bool) -> list[Planned]:
    found = []
    for deadline, case in zip(some, cases([one.dossier for one in some], now=until), strict=True):
        reasons = TRANSITIONS[name].refusals(case, SWEEP)
        if held := case.stopped(Stop.MACHINE):
            reasons = [sentence(held)]
        if is_stopped:
            reasons = [_("L’échéancier est arrêté pour cette étape.")]
        found.append(
            Planned(
                case.dossier.reference,
                case.debtor.name,
                label(name),
                deadline.due_on,
                deadline.lapses_at,
                tuple(reasons),
            )
        )
    return found


def last_runs(office: Office, *, now: datetime) -> list[Ran]:
    """Day by day, the newest first, what the sweep moved and what it stepped over for a person to decide."""
    told = Event.objects.filter(dossier__office=office, actor=str(SWEEP), at__gte=now - SEEN)
    days: dict[date, list[Event]] = defaultdict(list)
    for event in told.select_related("dossier__debtor").order_by("-at", "-pk")[:MOST]:
        days[event.at.astimezone(office.zone).date()].append(event)
    return [
        Ran(day, [e for e in some if e.kind != "refused"], [e for e in some if e.kind == "refused"])
        for day, some in days.items()
    ]
