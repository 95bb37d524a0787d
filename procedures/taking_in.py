"""How long an office has to take a filed dossier in charge: the brand's promise, not a term of the law."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max, OuterRef, QuerySet, Subquery

from dossiers.enums import Phase
from dossiers.models import Dossier, Event
from tenants.models import Brand, PolicyName
from tenants.policies import course

FILED = ("submit", "opened")  # a dossier that another system files is opened as such


def awaiting(dossiers: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """Those that the office has not decided yet, with `filed_at`: the longest waiting first, hence the late ones."""
    filed = Event.objects.filter(dossier=OuterRef("pk"), kind__in=FILED).order_by("-seq").values("at")[:1]
    return dossiers.filter(phase=Phase.SUBMITTED).annotate(filed_at=Subquery(filed)).order_by("filed_at", "pk")


def due_at(brand: Brand, filed: Iterable[datetime]) -> dict[datetime, datetime]:
    """Until when each filing is to be answered, by the rule in force on its day; whole hours, nights included."""
    hours = course(brand, PolicyName.TAKE_IN_HOURS)
    return {at: at + timedelta(hours=int(hours(at.astimezone(brand.zone).date()))) for at in filed}


SPENT = """
SELECT asked.dossier_id, sum(asked.at - filed.at) FROM dossiers_event asked
JOIN LATERAL (SELECT at FROM dossiers_event WHERE dossier_id = asked.dossier_id AND kind = ANY(%s) AND seq < asked.seq
  ORDER BY seq DESC LIMIT 1) filed ON true
WHERE asked.kind = 'ask_correction' AND asked.dossier_id = ANY(%s) AND asked.seq > coalesce((SELECT max(seq)
  FROM dossiers_event WHERE dossier_id = asked.dossier_id AND kind IN ('refuse', 'withdraw')), 0)
GROUP BY asked.dossier_id
"""


def spent(keys: Iterable[int]) -> dict[int, timedelta]:
    """What the office had used of its hours when it asked for a correction: the rest runs on at the new filing."""
    with connection.cursor() as cursor:
        cursor.execute(SPENT, [list(FILED), list(keys)])
        return dict(cursor.fetchall())


def promised(dossier: Dossier) -> datetime | None:
    """Until when the office is to take this dossier in charge; nothing once it has decided."""
    if dossier.phase != Phase.SUBMITTED:
        return None
    at = Event.objects.filter(dossier=dossier, kind__in=FILED).aggregate(at=Max("at"))["at"]
    if at is None:
        return None
    return due_at(dossier.brand, [at])[at] - spent([dossier.pk]).get(dossier.pk, timedelta(0))
