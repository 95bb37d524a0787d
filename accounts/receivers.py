"""What happens when somebody logs in."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.sessions import note_door


@receiver(user_logged_in)
def remember_the_door(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    note_door(request, ip=_ip(request))
    request.just_logged_in = True  # type: ignore[attr-defined]  # the middleware marks the browser


def _ip(request: HttpRequest) -> str | None:
    """The address as the trusted proxies tell it, never as the browser claims it."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return None
