"""The one way a dossier moves along the legal path: for a person and for the sweep alike."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch
from django.utils.translation import gettext as _

from accounts import partners
from accounts.models import Creditor
from accounts.models.partner import Step
from core.actors import SWEEP, Actor
from dossiers import journal, search
from dossiers.enums import ItemKind, Phase
from dossiers.models import Dossier, Event, Item
from dossiers.services import add_item, held
from notifications.outbox import queue_all
from procedures.breakers import failed, passed, running
from procedures.cases import Case, cases
from procedures.competence import UnknownPlace, possible_courts
from procedures.effects import Stop
from procedures.facts import TransitionRefused as TransitionRefused  # what `advance` raises
from procedures.facts import fact_day, term_of_fact
from procedures.models import PENDING, Deadline, Hold
from procedures.transitions import TRANSITIONS, Transition
from tenants.context import WORKER, acting_as
from tenants.models import Office

logger = logging.getLogger(__name__)
# What guards and letters ask of a creditor: not the other thirty columns, ten thousand times a night.
ASKED_OF_CREDITOR = ("brand_id", "kind", "company", "first_name", "last_name", "email", "is_commercant")
SHARED = (
    Prefetch("dossier__creditor", Creditor.objects.only(*ASKED_OF_CREDITOR)),
    "dossier__office",
    "dossier__brand",
)  # few rows for many dossiers: read once each
HOLD = timedelta(hours=1)


@transaction.atomic
def advance(dossier: Dossier, name: str, *, by: Actor, now: datetime, **detail: Any) -> Event:
    """Move one dossier: phase, event, letters and the term that the fact starts commit together or not at all.

    A move that states a fact takes its day as `on` (YYYY-MM-DD). TransitionRefused says what is against it.
    """
    move = TRANSITIONS[name]
    if move.needs_reason and not str(detail.get("reason", "")).strip():
        raise TransitionRefused(_("Indiquez le motif."))
    case = _case(dossier, name, now=now)
    if reasons := move.refusals(case, by):
        raise TransitionRefused(*reasons)
    day = fact_day(case, move, str(detail.get("on", ""))) if move.fact else None
    close_deadlines(case.dossier, now=now)
    [event] = move_all([case], name, by=by, now=now, detail=detail)
    if move.opens:  # from the fact that was stated; without one the move itself is the fact, today
        kind, then = move.opens
        Deadline.open(case.dossier, then, term_of_fact(case, kind, day or case.today))
    return event


@transaction.atomic
def submit(dossier: Dossier, *, by: Actor, now: datetime) -> Event:
    """File a draft: route it to the competent office, then move it; TransitionRefused names all that is missing."""
    draft = held(dossier)
    if draft.phase == Phase.DRAFT:
        draft.office = _competent_office(draft)
        draft.save(update_fields=["office"])
    event = advance(draft, "submit", by=by, now=now)
    partners.reached(draft.creditor_id, Step.FIRST_DOSSIER, now=now)
    search.index(draft)
    return event


def refusals(dossier: Dossier, name: str, *, by: Actor, now: datetime) -> list[str]:
    """What `advance` or `submit` would answer, without doing anything: it greys the button and says why."""
    if name == "submit" and dossier.is_draft:
        dossier.office = _competent_office(dossier)
    [case] = cases([dossier], now=now, filing=name == "submit")
    return TRANSITIONS[name].refusals(case, by)


@transaction.atomic
def declare_payment(dossier: Dossier, item: Item, *, file: UploadedFile | None, by: Actor, now: datetime) -> Item:
    """Record a payment that the creditor received directly; a settled claim stops the path at once.

    During the procédure simplifiée nothing is closed: the commissaire de justice records it (CPCE R125-7).
    """
    item.kind = ItemKind.PAYMENT
    item = add_item(dossier, item, file=file, by=str(by), now=now)
    if not refusals(item.dossier, "settle", by=by, now=now):
        advance(item.dossier, "settle", by=by, now=now)
    return item


def advance_overdue(*, now: datetime, limit: int = 500) -> int:
    """Advance the oldest overdue dossiers that nobody holds, in one transaction; how many, 0 when none is left.

    One that fails sends the batch back, and each then goes alone: the poisoned one is held for an hour and
    reported, its neighbours pass.
    """
    try:
        return _advance_batch(now, limit)
    except Exception:
        logger.exception("a batch of deadlines failed: going one by one")
        return sum(1 for _ in takewhile(lambda _: _advance_or_hold(now), range(limit)))


def _advance_batch(now: datetime, limit: int) -> int:
    with acting_as(WORKER):
        deadlines = _take(now, limit)
        for name in sorted({deadline.transition for deadline in deadlines}):
            of_a_kind = [deadline for deadline in deadlines if deadline.transition == name]
            _lapse(of_a_kind, name, now=now)
            passed(of_a_kind, name)
    return len(deadlines)


def _advance_or_hold(now: datetime) -> int:
    with acting_as(WORKER):
        if not (deadlines := _take(now, 1)):
            return 0
        [deadline] = deadlines
        try:
            with transaction.atomic():
                _lapse([deadline], deadline.transition, now=now)
        except Exception as error:
            logger.exception("deadline=%s is held for an hour", deadline.pk)
            Deadline.objects.filter(pk=deadline.pk).update(lapses_at=now + HOLD)
            failed(deadline, error, now=now)
        else:
            passed([deadline], deadline.transition)
    return 1


def _take(now: datetime, limit: int) -> list[Deadline]:
    """Deadline and dossier are locked at once and passed by when held: waiting for one of them is a deadlock."""
    on_hold = Hold.objects.stopping(Stop.MACHINE).filter(dossier=OuterRef("dossier"))
    overdue = (
        running(Deadline.objects.overdue(now))
        .filter(~Exists(on_hold))
        .select_related("dossier__debtor")
        .prefetch_related(*SHARED)
    )
    return list(overdue.select_for_update(of=("self", "dossier"), skip_locked=True)[:limit])


def _lapse(deadlines: Sequence[Deadline], name: str, *, now: datetime) -> None:
    """Settle these deadlines: their dossiers move, or the refusal is recorded and a person takes over."""
    transition = TRANSITIONS[name]
    found = cases([deadline.dossier for deadline in deadlines], now=now)
    free = [case for case in found if not case.stopped(Stop.MACHINE)]  # held since: its deadline waits for the lifting
    judged = [(case, transition.refusals(case, SWEEP)) for case in free]
    moving = [case for case, reasons in judged if not reasons]
    refused = [(case, reasons) for case, reasons in judged if reasons]
    _settle_deadlines([case.dossier.pk for case in moving], "moved", now=now)
    _settle_deadlines([case.dossier.pk for case, reasons in refused], "refused", now=now)
    move_all(moving, name, by=SWEEP, now=now)
    entries = [
        journal.Entry(case.dossier, "refused", detail={"transition": name, "reasons": reasons})
        for case, reasons in refused
    ]
    journal.append(entries, by=str(SWEEP), at=now)


def move_all(
    moving: Sequence[Case], name: str, *, by: Actor, now: datetime, detail: dict[str, Any] | None = None
) -> list[Event]:
    """Move cases that were judged and that the caller holds locked: events, phases and letters."""
    transition = TRANSITIONS[name]
    entries = [journal.Entry(case.dossier, name, transition.target, dict(detail or {})) for case in moving]
    events = journal.append(entries, by=str(by), at=now)
    queue_all(
        message
        for case, event in zip(moving, events, strict=True)
        for letter in transition.letters
        if (message := letter(case, f"{event.dossier_id}:{event.seq}", now))
    )
    return events


def close_deadlines(dossier: Dossier, *, now: datetime) -> None:
    """A dossier that moves by another way takes its pending term with it."""
    _settle_deadlines([dossier.pk], "cancelled", now=now)


def _settle_deadlines(keys: Sequence[int], outcome: str, *, now: datetime) -> None:
    if keys:
        Deadline.objects.filter(PENDING, dossier__in=keys).update(settled_at=now, outcome=outcome)


def _case(dossier: Dossier, name: str, *, now: datetime) -> Case:
    [case] = cases([held(dossier)], now=now, filing=TRANSITIONS[name] is TRANSITIONS["submit"])
    return case


def _competent_office(dossier: Dossier) -> Office | None:
    if dossier.debtor is None:
        return None
    try:
        courts, _doubts = possible_courts(dossier.debtor.postcode, dossier.debtor.whole_address)
    except UnknownPlace:
        return None
    found = (Office.objects.competent_for(court, brand=dossier.brand).first() for court in courts)
    return next((office for office in found if office), None)


def offered(transition: Transition, dossier: Dossier, by: Actor) -> bool:
    """Whether this side may think of this transition in this phase at all."""
    return dossier.phase in transition.sources and by.side in transition.by
