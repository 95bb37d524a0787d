"""The sweep stops a kind of move that keeps failing at an office, and says so: a person looks before the rest is tried."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.messages import site_url
from core.audit import note
from notifications.contents import Content, NoLongerWanted, content_of
from notifications.models import Channel, Message
from notifications.outbox import queue_all
from procedures.models import Breaker, Deadline
from procedures.transitions import TRANSITIONS

MOST = 5  # failures in a row; each holds its own deadline for an hour, its neighbours go on until then


def running(deadlines: QuerySet[Deadline]) -> QuerySet[Deadline]:
    """Those whose kind of move is not stopped at their office."""
    stopped = Breaker.objects.stopped().filter(office=OuterRef("dossier__office"), transition=OuterRef("transition"))
    return deadlines.filter(~Exists(stopped))


def failed(deadline: Deadline, error: Exception, *, now: datetime) -> None:
    """Count one more failure in a row; the last one that is borne stops this kind of move here and tells people."""
    office = deadline.dossier.office
    if office is None:
        return
    told = type(error).__name__[:200]  # its text may hold somebody's data
    first = Breaker(office=office, transition=deadline.transition, failed_at=now)
    Breaker.objects.bulk_create([first], ignore_conflicts=True)
    one = Breaker.objects.select_for_update(of=("self",)).get(office=office, transition=deadline.transition)
    one.failures, one.last_error, one.failed_at = one.failures + 1, told, now
    if stops := one.failures >= MOST and one.stopped_at is None:
        one.stopped_at, one.resumed_at, one.resumed_by = now, None, None
    one.save()
    if stops:
        queue_all([_news(one, to, now) for to in (office.email, office.brand.support_email)])


def passed(deadlines: Sequence[Deadline], name: str) -> None:
    """A success: what failed before was that dossier's own trouble, not this kind of move's."""
    offices = {deadline.dossier.office_id for deadline in deadlines}
    Breaker.objects.filter(transition=name, office__in=offices, failures__gt=0, stopped_at=None).update(failures=0)


@transaction.atomic
def resume(breaker: Breaker, *, by: str, now: datetime) -> bool:
    """Let this kind of move go on; False when somebody did already."""
    mine = Breaker.objects.stopped().filter(pk=breaker.pk)
    if not mine.update(failures=0, stopped_at=None, resumed_at=now, resumed_by=by[:120]):
        return False
    note("échéancier repris", f"breaker:{breaker.office_id}:{breaker.transition}", by=by, now=now)
    return True


def label(transition: str) -> str:
    """The move as people call it."""
    return _(TRANSITIONS[transition].label)


def _news(one: Breaker, address: str, now: datetime) -> Message:
    return Message(
        brand_id=one.office.brand_id, office_id=one.office_id,
        key=f"sweep_stopped:{one.pk}:{now:%Y%m%d%H%M%S}:{address}"[:120], kind="sweep_stopped", channel=Channel.EMAIL,
        recipient={"name": one.office.name, "email": address}, payload={"breaker": one.pk}, created_at=now, try_at=now,
    )  # fmt: skip


@content_of("sweep_stopped")
def sweep_stopped(message: Message) -> Content:
    """What stopped, after how many failures, and where it is resumed."""
    one = Breaker.objects.select_related("office").filter(pk=message.payload["breaker"]).first()
    if one is None or one.stopped_at is None:
        raise NoLongerWanted("l’échéancier a repris")
    url = site_url(message.brand, reverse("office-tonight"))
    context = {"brand": message.brand, "breaker": one, "label": label(one.transition), "url": url}
    text = render_to_string("messages/procedures/sweep_stopped.txt", context)
    return Content(subject="L’échéancier s’est arrêté sur une étape", text=text)
