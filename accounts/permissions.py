"""What the person at the keyboard may do, and for which of her creditors; a refusal is a sentence."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Creditor, OfficeMembership, PartnerMembership, User
from accounts.roles import PERMISSIONS, Permission

# These are asked of whichever creditor the dossier belongs to; the others, of the creditor on screen.
OF_THE_DOSSIER = frozenset({Permission.DOSSIER_READ, Permission.DOSSIER_FILE, Permission.DOSSIER_ADVANCE})


def granting(request: Any, permission: Permission) -> list[int]:
    """The keys of the person's creditors at which her role grants the permission."""
    held = request.memberships if permission in OF_THE_DOSSIER else [request.membership]
    return [membership.creditor_id for membership in held if permission in PERMISSIONS[membership.role]]


def creditors_of(request: Any) -> QuerySet[Creditor]:
    """The creditors at which the person has a role, by name."""
    keys = [membership.creditor_id for membership in request.memberships]
    return Creditor.objects.filter(pk__in=keys).order_by("company", "last_name", "pk")


def allowed(request: HttpRequest, permission: Permission) -> bool:
    """Whether the person's role grants it anywhere that matters."""
    return hasattr(request, "memberships") and bool(granting(request, permission))


def may_join(user: User) -> bool:
    """Whether a person may open a creditor's space at one more brand: others keep to their own doors."""
    houses = (OfficeMembership, PartnerMembership)
    return not user.is_staff and not any(kind.objects.filter(user=user).exists() for kind in houses)


def requires(permission: Permission) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view for those whose role grants the permission; others read why not.

    The view's own reads go through `request.permission`: the rows of a creditor where the role is lower are not hers.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not allowed(request, permission):
                raise PermissionDenied(_("Votre rôle ne le permet pas. Demandez-le au responsable de votre compte."))
            request.permission = permission
            return view(request, *args, **kwargs)

        return guarded

    return decorate
