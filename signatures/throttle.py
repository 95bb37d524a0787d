"""How many codes may leave: per person, per number or address, per brand and in all (SMS pumping costs money)."""

from datetime import datetime, timedelta
from math import ceil

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import crypto
from signatures.models import Sending

QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
# Five codes of five tries a day leave a guesser one chance in forty thousand.
LIMITS = {
    "person": ((3, QUARTER), (5, DAY)),
    "destination": ((3, QUARTER), (10, DAY)),
    "brand": ((300, HOUR),),
    "all": ((1_000, HOUR),),
}


class TooMany(ValueError):
    """Too many codes were asked for; the message says when to come back, `wait` in seconds."""

    def __init__(self, wait: timedelta) -> None:
        minutes = ceil(wait.total_seconds() / 60)
        self.wait = ceil(wait.total_seconds())
        hours = ceil(minutes / 60)
        told = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
        if minutes > 90:
            told = ngettext("%(n)d heure", "%(n)d heures", hours) % {"n": hours}
        super().__init__(
            _("Trop de codes ont été demandés. Attendez %(time)s, ou écrivez au support.") % {"time": told}
        )


def count(brand: int, person: str, destination: str, *, now: datetime) -> None:
    """Count one sending, or raise TooMany. Two requests of the same person or number are counted one after the other."""
    named = {"person": f"{brand}:{person}", "destination": destination.lower(), "brand": str(brand), "all": ""}
    buckets = {kind: crypto.fingerprint(f"{kind}:{name}", purpose="signature-throttle") for kind, name in named.items()}
    _one_at_a_time(buckets["person"], buckets["destination"])
    for kind, bucket in buckets.items():
        for most, span in LIMITS[kind]:
            _refuse_beyond(bucket, most, span, now)
    Sending.objects.bulk_create(Sending(bucket=bucket, at=now) for bucket in buckets.values())


def _refuse_beyond(bucket: str, most: int, span: timedelta, now: datetime) -> None:
    """The oldest of the last `most` says when there is room again."""
    recent = Sending.objects.filter(bucket=bucket, at__gt=now - span).order_by("-at").values_list("at", flat=True)
    if len(found := list(recent[:most])) == most:
        raise TooMany(found[-1] + span - now)


def _one_at_a_time(*buckets: str) -> None:
    """Held until the end of the transaction, always in the same order."""
    with connection.cursor() as cursor:
        for bucket in sorted(buckets):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(bucket[:15], 16)])
