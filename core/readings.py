"""Who read which dossiers, page by page: what must be answered within 72 hours of a leak, and kept no longer than useful."""

import json
from datetime import datetime, timedelta
from typing import Any

from core.models import Reading
from core.statements import prepared

KEPT = timedelta(days=365)
SHOWN = (200, 422, 429)  # a refused form shows the page again

# One line a page, thirty pages a second: its commit does not wait for the disk. A power cut may cost the lines of the last
# second, never one that something else was built on: whatever commits later takes with it all that came before.
KEEP = """
WITH soon AS (SELECT set_config('synchronous_commit', %s, true))
INSERT INTO core_reading (at, reader, name, page, dossiers, ip) SELECT %s, %s, %s, %s, %s::jsonb, %s::inet FROM soon
"""


def show(request: Any, *dossiers: int | None) -> None:
    """Say that the page of this request shows something of these dossiers, by key."""
    request.shows = getattr(request, "shows", set()) | {key for key in dossiers if key}


def keep(request: Any, status: int, *, reader: str, name: str, ip: str | None, now: datetime) -> None:
    """Write down what the page showed and to whom, if it was shown at all; `reader` names her for ever (« user:42 »)."""
    shown = sorted(getattr(request, "shows", ()))
    if shown and status in SHOWN:
        page = f"{request.method} {request.path}"
        waits = "off" if request.method in ("GET", "HEAD") else "on"
        with prepared() as cursor:
            cursor.execute(KEEP, [waits, now, reader[:60], name[:160], page[:200], json.dumps(shown), ip or None])


def forget_old(*, now: datetime) -> int:
    """Readings older than a year go; the base lets go of none that is younger than half a year."""
    return Reading.objects.filter(at__lt=now - KEPT).delete()[0]
