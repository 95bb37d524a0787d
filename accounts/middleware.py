"""From the public role to the person's own, by the door she comes in."""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts import factors, seeing, sessions
from accounts.log_in import remember_device
from accounts.models import Creditor, OfficeMembership, PartnerMembership
from accounts.permissions import may_join
from accounts.sharing import living
from core import clock
from core.audit import note
from core.readings import keep
from core.statements import ask
from tenants.context import Audience, Context, switch

DEBTOR_KEY = "debtor_dossier"
SHARE_KEY = "share"
SHARE_DOOR = "/partage/ouvrir/"
BEFORE_COMPLETION = ("/espace/finalisation", "/espace/cgu", "/espace/langue")


class SessionEndMiddleware:
    """A session ends twelve hours after log-in, and support's after half an hour without a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if hasattr(request, "brand") and request.user.is_authenticated:  # the page of health knows no session
            if sessions.is_over(request):
                logout(request)
            else:
                sessions.touch(request)
        response = self.get_response(request)
        if hasattr(request, "just_logged_in") and request.user.is_authenticated:
            remember_device(request, response)
        return response


class AudienceMiddleware:
    """Sets the audience of the request for `/espace/`, `/etude/`, `/admin/`, `/debiteur/`, `/partage/` and
    `/partenaire/`.

    A person without a key to a door gets 404 there: she need not learn what is behind it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        enter = next((enter for prefix, enter in DOORS.items() if request.path.startswith(prefix)), None)
        if enter is None:
            return self.get_response(request)
        if request.user.is_authenticated and request.session.get(sessions.RENEW_KEY):
            messages.info(request, _("Votre mot de passe a dépassé sa durée : choisissez-en un nouveau."))
            return redirect("account_change_password")
        response = enter(request) or self.get_response(request)
        reader, name = _reader(request)
        keep(
            request,
            response.status_code,
            reader=reader,
            name=name,
            ip=get_adapter().get_client_ip(request),
            now=clock.now(),
        )
        patch_cache_control(response, private=True, no_store=True)  # nothing of a person stays on a shared machine
        if request.session.modified:
            switch(Context(Audience.PUBLIC))  # the session above us is the public role's business
        return response


def _reader(request: Any) -> tuple[str, str]:
    """Who reads, for good and in words: a person, a link, or the debtor himself."""
    if share := getattr(request, "share", None):
        return f"share:{share.pk}", share.recipient
    if request.user.is_authenticated and not request.path.startswith("/debiteur/"):
        return f"user:{request.user.pk}", f"{request.user} <{request.user.email}>"
    return f"debtor:{request.session.get(DEBTOR_KEY, '')}", "débiteur"


class Held(NamedTuple):
    """A role at a creditor."""

    creditor_id: int
    role: str


# Asked by every page of the portal: statements that never change need not be composed anew each time.
HELD = "SELECT creditor_id, role FROM accounts_membership WHERE user_id = %s AND brand_id = %s ORDER BY id"
CREDITOR = "SELECT * FROM accounts_creditor WHERE id = %s"


def held(user: int, brand: int) -> list[Held]:
    """The person's roles at the brand's creditors, the oldest first."""
    return [Held(*row) for row in ask(HELD, [user, brand])]


def to_log_in(request: Any) -> HttpResponse:
    """To log-in, and from there to a page that can be looked at: never to an address that only takes forms."""
    target = request.get_full_path() if request.method in ("GET", "HEAD") else _page_it_came_from(request)
    if request.htmx:  # a piece of a page: the whole page goes to log-in
        target = request.htmx.current_url_abs_path or target
        return HttpResponseClientRedirect(redirect_to_login(target)["Location"])
    return redirect_to_login(target)


def _page_it_came_from(request: HttpRequest) -> str:
    page = request.META.get("HTTP_REFERER", "")
    if url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(page)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return f"/{request.path.split('/')[1]}/"


def _whose(request: Any) -> Any:
    """The person whose pages these are: who is logged in, or whom support looks at, page by page and changing nothing."""
    now = clock.now()
    request.seeing = seeing.current(request, now=now) if seeing.KEY in request.session else None
    if request.seeing is None:
        return request.user
    if request.method not in ("GET", "HEAD"):
        raise PermissionDenied(_("Vous regardez les pages d’une autre personne : rien ne peut y être changé."))
    subject, ip = f"user:{request.seeing.user.pk}", get_adapter().get_client_ip(request)
    note("voir comme", subject, by=str(request.user), now=now, reason=request.path, ip=ip)
    return request.seeing.user


def _portal(request: Any) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return to_log_in(request)
    request.memberships = held(_whose(request).pk, request.brand.pk)
    if not request.memberships:
        return _stranger_to_the_brand(request)
    chosen = request.session.get("creditor")
    request.membership = next((m for m in request.memberships if m.creditor_id == chosen), request.memberships[0])
    keys = tuple(membership.creditor_id for membership in request.memberships)
    switch(Context(Audience.PORTAL, brand=request.brand.pk, creditors=keys))
    request.creditor = Creditor.objects.raw(CREDITOR, [request.membership.creditor_id])[0]
    if not request.creditor.is_complete and not request.path.startswith(BEFORE_COMPLETION):
        return redirect("complete-registration")
    return None


def _stranger_to_the_brand(request: Any) -> HttpResponse:
    """At the door itself, a creditor of another brand may join this one; anything behind it does not exist."""
    if request.path == "/espace/" and may_join(request.user):
        return redirect("join-brand")
    raise Http404


def _office(request: Any) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return to_log_in(request)
    member = OfficeMembership.objects.filter(user=_whose(request), brand=request.brand).select_related("office").first()
    if member is None:
        raise Http404
    if not factors.has_one(request.user):
        return factors.ask_for_one(request)
    request.office = member.office
    timezone.activate(member.office.zone)  # until the answer is made: the door of the request closes it
    switch(Context(Audience.OFFICE, brand=request.brand.pk, office=member.office_id))
    return None


def _partner(request: Any) -> HttpResponse | None:
    """A distributor: no creditor is hers, so that of all rows only what stands under her partner's key is there."""
    if not request.user.is_authenticated:
        return to_log_in(request)
    member = PartnerMembership.objects.filter(user=_whose(request), brand=request.brand).first()
    if member is None:
        raise Http404
    if not factors.has_one(request.user):
        return factors.ask_for_one(request)
    switch(Context(Audience.PORTAL, brand=request.brand.pk, partner=member.partner_id))
    request.partner = member.partner
    return None


def _support(request: Any) -> HttpResponse | None:
    if request.user.is_authenticated and request.user.is_staff:
        if not factors.has_one(request.user):
            return factors.ask_for_one(request)
        switch(Context(Audience.SUPPORT, brand=request.brand.pk))
    return None


def _debtor(request: Any) -> HttpResponse | None:
    if dossier := request.session.get(DEBTOR_KEY):
        switch(Context(Audience.DEBTOR, brand=request.brand.pk, dossier=dossier))
    return None


def _guest(request: Any) -> HttpResponse | None:
    """Whoever holds a share link; asked again at every page, so that a revocation holds at once."""
    if request.path.startswith(SHARE_DOOR):
        return None
    request.share = living(request.session.get(SHARE_KEY, ""), brand=request.brand, now=clock.now())
    if request.share is None:
        raise Http404
    switch(Context(Audience.PORTAL, brand=request.brand.pk, creditors=(request.share.creditor_id,)))
    return None


DOORS: dict[str, Callable[[Any], HttpResponse | None]] = {
    "/espace/": _portal,
    "/etude/": _office,
    "/admin/": _support,
    "/debiteur/": _debtor,
    "/partage/": _guest,
    "/partenaire/": _partner,
}
