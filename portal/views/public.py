"""Pages that anybody may read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.models import OfficeMembership, PartnerMembership
from accounts.permissions import may_join
from core.http import readonly
from tenants.models import Terms


@readonly
def welcome(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/welcome.html")


@readonly
def entrance(request: HttpRequest) -> HttpResponse:
    """After log-in: each person at her own door."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if OfficeMembership.objects.filter(user=request.user, brand=request.brand).exists():  # type: ignore[attr-defined]
        return redirect("office-home")
    if PartnerMembership.objects.filter(user=request.user, brand=request.brand).exists():  # type: ignore[attr-defined]
        return redirect("partner-home")
    if request.user.memberships.filter(brand=request.brand).exists():  # type: ignore[attr-defined,misc]
        return redirect("home")
    if request.user.is_staff:
        return redirect("admin:index")
    return redirect("join-brand" if may_join(request.user) else "welcome")


@readonly
def robots(request: HttpRequest) -> HttpResponse:
    """Crawlers may look: the header of each page says what they may keep, and a page they may not open says nothing."""
    return HttpResponse("User-agent: *\nAllow: /\n", content_type="text/plain")


def too_many(request: HttpRequest) -> HttpResponse:
    """Said to whoever goes too fast: how long to wait, and that nothing is lost."""
    answer = render(request, "429.html", status=429)
    answer["Retry-After"] = "60"
    return answer


@readonly
def terms(request: HttpRequest) -> HttpResponse:
    """The general terms in force, readable before they are accepted (CRE-51)."""
    text = Terms.objects.filter(brand=request.brand).first()  # type: ignore[attr-defined]
    return render(request, "portal/terms.html", {"terms": text or get_object_or_404(Terms, pk=0)})
