"""How long an office has to take a filed dossier in charge: the brand's promise, not a term of the law."""

from collections.abc import Iterable
from datetime import datetime, timedelta

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


def promised(dossier: Dossier) -> datetime | None:
    """Until when the office is to take this dossier in charge; nothing once it has decided."""
    if dossier.phase != Phase.SUBMITTED:
        return None
    at = Event.objects.filter(dossier=dossier, kind__in=FILED).aggregate(at=Max("at"))["at"]
    return due_at(dossier.brand, [at])[at] if at else None
