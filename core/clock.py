"""The only clock of the domain: services take `now=`, and whoever calls them asks here."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone


class ClockRefused(Exception):
    """The clock may not be moved; the message says why."""


def now() -> datetime:
    """The present instant, aware, in UTC; in demo mode moved forward by whoever plays with the demo."""
    return timezone.now() + _shift()


def today(zone: ZoneInfo) -> date:
    """The civil day in that zone."""
    return now().astimezone(zone).date()


def advance(days: int) -> datetime:
    """Move the demo's clock forward and return its new instant; ClockRefused outside the demo or backwards."""
    if not settings.DEMO:
        raise ClockRefused("L’horloge ne se déplace qu’en démonstration (DEMO=1).")
    if days < 0:
        raise ClockRefused("L’horloge n’avance que vers le futur : une échéance acquise ne se reprend pas.")
    path: Path = settings.DEMO_CLOCK_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    shift = _shift() + timedelta(days=days)
    fresh = path.with_suffix(".new")
    fresh.write_text(str(int(shift.total_seconds())), encoding="utf-8")
    fresh.replace(path)  # atomic: web, worker and beat read this file at every look at the clock
    return now()


def _shift() -> timedelta:
    if not settings.DEMO:
        return timedelta()
    try:
        return timedelta(seconds=int(settings.DEMO_CLOCK_FILE.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return timedelta()


def agrees_with_database(tolerance: timedelta = timedelta(seconds=30)) -> bool:
    """Whether this machine and the database tell the same time: nothing irreversible is done otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [told] = cursor.fetchone()
    return abs(timezone.now() - told) <= tolerance


def machine_now() -> datetime:
    """The machine's own time, which no demo moves: for sessions and codes of log-in, never for a term of the law."""
    return timezone.now()
