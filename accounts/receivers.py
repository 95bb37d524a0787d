"""What happens when somebody logs in."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import log_in, policies
from accounts.services import write_new_device
from accounts.sessions import PORTAL_KEY, RENEW_KEY, note_door
from core import clock


@receiver(user_logged_in)
def remember_the_door(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    brand, ip = getattr(request, "brand", None), _ip(request)
    is_new = brand is not None and user.last_login is not None and not log_in.device_of(request, user.email)
    note_door(request, ip=ip, is_new_device=is_new)
    if brand and is_new:
        write_new_device(user, brand, agent=request.META.get("HTTP_USER_AGENT", ""), ip=ip, now=clock.now())
    by_password = PORTAL_KEY not in request.session
    if brand and by_password and policies.password_is_over(user, brand, now=clock.machine_now()):
        request.session[RENEW_KEY] = True
    request.just_logged_in = True  # type: ignore[attr-defined]  # the middleware marks the browser


def _ip(request: HttpRequest) -> str | None:
    """The address as the trusted proxies tell it, never as the browser claims it."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return None
