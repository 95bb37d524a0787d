"""« Voir comme »: support looks at a person's own pages, for a reason, half an hour at most, and changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from core.audit import note

KEY = "seeing"
LONGEST = timedelta(minutes=30)
SHORTEST_REASON = 8


class SeeingRefused(ValueError):
    """Support may not look so; the message says why."""


@dataclass(frozen=True, slots=True)
class Seeing:
    """Whose pages are shown, and until when."""

    user: User
    until: datetime


def start(request: Any, user: User, *, reason: str, now: datetime) -> None:
    """From now on this session shows that person's pages; SeeingRefused for colleagues, or without a reason."""
    if user.is_staff or not user.is_active:
        raise SeeingRefused("Les pages d’un membre du support ne se regardent pas ainsi.")
    if len(reason.strip()) < SHORTEST_REASON:
        raise SeeingRefused("Dites en quelques mots pourquoi vous devez voir ces pages.")
    request.session[KEY] = {"user": user.pk, "until": (now + LONGEST).timestamp()}
    note("voir comme : début", f"user:{user.pk}", by=str(request.user), now=now, reason=reason.strip())


def current(request: Any, *, now: datetime) -> Seeing | None:
    """What this session shows, if it is support's and its time is not over."""
    kept = request.session.get(KEY)
    if not kept or not request.user.is_staff or now.timestamp() >= kept["until"]:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True, is_staff=False).first()
    return Seeing(user, datetime.fromtimestamp(kept["until"], tz=now.tzinfo)) if user else None


def stop(request: Any, *, now: datetime) -> None:
    if kept := request.session.pop(KEY, None):
        note("voir comme : fin", f"user:{kept['user']}", by=str(request.user), now=now)
