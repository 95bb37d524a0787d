"""Who read which dossiers, page by page: what must be answered within 72 hours of a leak, and kept no longer than useful."""

from datetime import datetime, timedelta
from typing import Any

from core.bulk import insert_all
from core.models import Reading

KEPT = timedelta(days=365)
SHOWN = (200, 422, 429)  # a refused form shows the page again


def show(request: Any, *dossiers: int | None) -> None:
    """Say that the page of this request shows something of these dossiers, by key."""
    request.shows = getattr(request, "shows", set()) | {key for key in dossiers if key}


def keep(request: Any, status: int, *, reader: str, name: str, ip: str | None, now: datetime) -> None:
    """Write down what the page showed and to whom, if it was shown at all; `reader` names her for ever (« user:42 »)."""
    shown = sorted(getattr(request, "shows", ()))
    if shown and status in SHOWN:
        page = f"{request.method} {request.path}"
        insert_all(
            [Reading(at=now, reader=reader[:60], name=name[:160], page=page[:200], dossiers=shown, ip=ip or None)]
        )


def forget_old(*, now: datetime) -> int:
    """Readings older than a year go; the base lets go of none that is younger than half a year."""
    return Reading.objects.filter(at__lt=now - KEPT).delete()[0]
