"""What the person at the keyboard may do; a refusal is a sentence."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.roles import PERMISSIONS, Permission


def allowed(request: HttpRequest, permission: Permission) -> bool:
    """Whether the person's role at her present creditor grants it."""
    membership = getattr(request, "membership", None)
    return membership is not None and permission in PERMISSIONS[membership.role]


def requires(permission: Permission) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view for those whose role grants the permission; others read why not."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not allowed(request, permission):
                raise PermissionDenied(_("Votre rôle ne le permet pas. Demandez-le au responsable de votre compte."))
            return view(request, *args, **kwargs)

        return guarded

    return decorate
