"""What happens when somebody logs in."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import policies
from accounts.sessions import RENEW_KEY, note_door
from core import clock


@receiver(user_logged_in)
def remember_the_door(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    note_door(request, ip=_ip(request))
    brand = getattr(request, "brand", None)
    if brand and policies.password_is_over(user, brand, now=clock.machine_now()):
        request.session[RENEW_KEY] = True
    request.just_logged_in = True  # type: ignore[attr-defined]  # the middleware marks the browser


def _ip(request: HttpRequest) -> str | None:
    """The address as the trusted proxies tell it, never as the browser claims it."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return None
