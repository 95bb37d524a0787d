"""Open sessions: kept under a hash of their key, listed by their owner, ended one by one or all at once."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY as USER_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest

from accounts.models import OpenSession, User
from core import clock

DOOR_KEY = "door"  # in the session's data: where and when it was opened
RENEW_KEY = "renew_password"  # a password that is over opens only the page where it is changed
PORTAL_KEY = "portal_brand"  # of a session opened through a brand's portal: it is good at that brand only
TOUCH_EVERY = timedelta(minutes=1)


def stored(key: str | None) -> str:
    """What the database knows of a cookie's key: whoever reads the table cannot enter with it."""
    return hashlib.blake2s((key or "").encode(), digest_size=20).hexdigest()


class SessionStore(DatabaseStore):
    """Django's store, but the row bears a hash of the key and says whose it is."""

    row: OpenSession | None = None

    @classmethod
    def get_model_class(cls) -> type[OpenSession]:
        return OpenSession

    def _get_session_from_db(self) -> OpenSession | None:
        """The row of the cookie's key, while it lasts."""
        now = clock.machine_now()
        self.row = OpenSession.objects.filter(session_key=stored(self.session_key), expire_date__gt=now).first()
        if self.row is None:
            self._session_key = None
        return self.row

    def exists(self, session_key: str) -> bool:
        return OpenSession.objects.filter(session_key=stored(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            OpenSession.objects.filter(session_key=stored(key)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> OpenSession:
        made = cast(OpenSession, super().create_model_instance(data))
        made.session_key = stored(made.session_key)
        made.user_id = int(data[USER_KEY]) if USER_KEY in data else None
        door = data.get(DOOR_KEY, {})
        made.opened_at = datetime.fromisoformat(door["at"]) if door else None
        made.ip, made.agent, made.is_new_device = door.get("ip"), door.get("agent", ""), door.get("new", False)
        made.seen_at = clock.machine_now()
        return made


def note_door(request: HttpRequest, *, ip: str | None, is_new_device: bool = False) -> None:
    """Write into a session that begins where and when it was opened."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    opened = {"at": clock.machine_now().isoformat(), "ip": ip, "agent": agent[:200], "new": is_new_device}
    request.session[DOOR_KEY] = opened


def is_over(request: HttpRequest) -> bool:
    """Whether the session lasted twelve hours, stood idle longer than support's may, or was opened for another brand."""
    if request.session.get(PORTAL_KEY, request.brand.pk) != request.brand.pk:  # type: ignore[attr-defined]
        return True
    row: OpenSession | None = getattr(request.session, "row", None)
    if row is None or row.opened_at is None:
        return False
    now = clock.machine_now()
    too_old = now - row.opened_at > timedelta(seconds=settings.SESSION_COOKIE_AGE)
    is_guarded = bool(getattr(request.user, "is_staff", False))
    return too_old or (is_guarded and now - row.seen_at > timedelta(seconds=settings.STAFF_IDLE_SECONDS))


def touch(request: HttpRequest) -> None:
    """Keep when the session was last used, to the minute."""
    row: OpenSession | None = getattr(request.session, "row", None)
    now = clock.machine_now()
    if row is not None and now - row.seen_at > TOUCH_EVERY:
        OpenSession.objects.filter(pk=row.pk).update(seen_at=now)


def sessions_of(user: User) -> list[OpenSession]:
    """The person's sessions that still last, the latest used first."""
    return list(OpenSession.objects.filter(user=user, expire_date__gt=clock.machine_now()).order_by("-seen_at"))


def is_current(request: HttpRequest, session: OpenSession) -> bool:
    return session.pk == stored(request.session.session_key)


def end(user: User, key: str) -> bool:
    """End one of the person's own sessions; False when it is not hers or is over."""
    return bool(OpenSession.objects.filter(user=user, session_key=key).delete()[0])


def end_others(request: HttpRequest) -> int:
    """End all the person's sessions but this one, and give this one a new key: after a password or factor change."""
    request.session.cycle_key()
    mine = OpenSession.objects.filter(user_id=request.user.pk or 0)
    return mine.exclude(session_key=stored(request.session.session_key)).delete()[0]


def end_all(user: User) -> int:
    """End every session of a person: a right was taken away, or the account closed."""
    return OpenSession.objects.filter(user=user).delete()[0]
