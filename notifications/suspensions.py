"""Channels that support stops for a while: what was to leave by them waits, whole, and leaves when they resume."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from core.audit import note
from notifications.models import Suspension


def living() -> list[Suspension]:
    """What is stopped now, for the screens that say so."""
    return list(Suspension.objects.living().order_by("pk"))


@transaction.atomic
def resume(stopped: Iterable[Suspension], *, by: str, now: datetime) -> int:
    """Open these channels again; the relay's next tick takes what waited. How many were still stopped."""
    count = 0
    for one in stopped:
        if Suspension.objects.living().filter(pk=one.pk).update(resumed_at=now, resumed_by=by):
            note("voie reprise", f"channel:{one.channel}", by=by, now=now)
            count += 1
    return count
