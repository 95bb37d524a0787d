"""Looking at somebody's data for a reason: said first, noted, good for half an hour, and never in bulk."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from core.audit import note
from core.models import AuditEntry

logger = logging.getLogger(__name__)
LOOKED = "looked"
GOOD_FOR, WINDOW = timedelta(minutes=30), timedelta(minutes=10)
ACTION, TOO_MANY = "consultation motivée", "lecture en nombre"
SHORTEST = 8


class LookRefused(ValueError):
    """The data is not shown; the message says why."""


def is_granted(request: Any, subject: str, *, now: datetime) -> bool:
    """Whether the person gave a reason for this very subject in the last half hour."""
    until = request.session.get(LOOKED, {}).get(subject)
    return bool(until) and now.timestamp() < until


def grant(request: Any, subject: str, *, reason: str, by: str, ip: str | None, now: datetime) -> None:
    """Note who looks at what and why; LookRefused without a reason, or when too much was opened in ten minutes."""
    if len(reason.strip()) < SHORTEST:
        raise LookRefused("Dites en quelques mots pourquoi vous devez lire ces données.")
    opened = AuditEntry.objects.filter(actor=by[:120], action=ACTION, at__gt=now - WINDOW).count()
    if opened >= settings.SUPPORT_LOOKS:
        note(TOO_MANY, subject, by=by, now=now, reason=f"{opened} fiches en dix minutes", ip=ip)
        logger.error("support=%s opened %s personal files in ten minutes", by, opened)
        raise LookRefused("Trop de fiches ouvertes en dix minutes. L’exploitant en est averti ; reprenez plus tard.")
    note(ACTION, subject, by=by, now=now, reason=reason.strip(), ip=ip)
    still = {name: until for name, until in request.session.get(LOOKED, {}).items() if until > now.timestamp()}
    request.session[LOOKED] = still | {subject: (now + GOOD_FOR).timestamp()}
