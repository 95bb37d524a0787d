"""From the public role to the person's own, by the door she comes in."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.auth.views import redirect_to_login
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control

from accounts.models import Creditor, OfficeMembership
from tenants.context import Audience, Context, switch

DEBTOR_KEY = "debtor_dossier"
BEFORE_COMPLETION = ("/espace/finalisation", "/espace/cgu", "/espace/langue")


class AudienceMiddleware:
    """Sets the audience of the request for `/espace/`, `/etude/`, `/admin/` and `/debiteur/`.

    A person without a key to a door gets 404 there: she need not learn what is behind it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        enter = next((enter for prefix, enter in DOORS.items() if request.path.startswith(prefix)), None)
        if enter is None:
            return self.get_response(request)
        response = enter(request) or self.get_response(request)
        patch_cache_control(response, private=True, no_store=True)  # nothing of a person stays on a shared machine
        if request.session.modified:
            switch(Context(Audience.PUBLIC))  # the session above us is the public role's business
        return response


class Held(NamedTuple):
    """A role at a creditor."""

    creditor_id: int
    role: str


# Asked by every page of the portal: a statement that never changes need not be composed anew each time.
HELD = "SELECT creditor_id, role FROM accounts_membership WHERE user_id = %s AND brand_id = %s ORDER BY id"


def held(user: int, brand: int) -> list[Held]:
    """The person's roles at the brand's creditors, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [user, brand])
        return [Held(*row) for row in cursor.fetchall()]


def _portal(request: Any) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    request.memberships = held(request.user.pk, request.brand.pk)
    if not request.memberships:
        raise Http404
    chosen = request.session.get("creditor")
    request.membership = next((m for m in request.memberships if m.creditor_id == chosen), request.memberships[0])
    keys = tuple(membership.creditor_id for membership in request.memberships)
    switch(Context(Audience.PORTAL, brand=request.brand.pk, creditors=keys))
    request.creditor = Creditor.objects.get(pk=request.membership.creditor_id)
    if not request.creditor.is_complete and not request.path.startswith(BEFORE_COMPLETION):
        return redirect("complete-registration")
    return None


def _office(request: Any) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    member = OfficeMembership.objects.filter(user=request.user, brand=request.brand).select_related("office").first()
    if member is None:
        raise Http404
    request.office = member.office
    switch(Context(Audience.OFFICE, brand=request.brand.pk, office=member.office_id))
    return None


def _support(request: Any) -> HttpResponse | None:
    if request.user.is_authenticated and request.user.is_staff:
        switch(Context(Audience.SUPPORT, brand=request.brand.pk))
    return None


def _debtor(request: Any) -> HttpResponse | None:
    if dossier := request.session.get(DEBTOR_KEY):
        switch(Context(Audience.DEBTOR, brand=request.brand.pk, dossier=dossier))
    return None


DOORS: dict[str, Callable[[Any], HttpResponse | None]] = {
    "/espace/": _portal,
    "/etude/": _office,
    "/admin/": _support,
    "/debiteur/": _debtor,
}
