"""The distributor's page, and the creditor's way out of it (NUM-30)."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from accounts import partners
from accounts.messages import site_url
from accounts.models import Introduction
from accounts.models.partner import Step
from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from portal.paging import page_of
from portal.views.acting import for_the_same_creditor
from reports.tables import csv_of

MOST = 10_000
STEPS = (
    ("created_at", gettext_noop("Inscription")), (Step.COMPLETED.value, gettext_noop("Inscription finalisée")),
    (Step.MANDATE.value, gettext_noop("Mandat signé")), (Step.CONVENTION.value, gettext_noop("Convention signée")),
    (Step.FIRST_DOSSIER.value, gettext_noop("Premier dossier transmis")),
)  # fmt: skip


def ours(request: Any) -> QuerySet[Introduction]:
    """Whom the partner brought, as long as they let it."""
    return Introduction.objects.filter(partner=request.partner, ended_at=None)


def _found(request: Any) -> QuerySet[Introduction]:
    words = request.GET.get("q", "").strip()[:100]
    return ours(request).filter(name__icontains=words) if words else ours(request)


@readonly
def brought(request: Any) -> HttpResponse:
    """Names and days of the steps: nothing of a creditor's own."""
    counts = ours(request).aggregate(**{f"n_{name}": Count(name) for name, _label in STEPS})
    page, words = page_of(request, _found(request)), request.GET.get("q", "").strip()
    context = {
        "steps": [{"label": _(label), "value": counts[f"n_{name}"]} for name, label in STEPS],
        "page": page,
        "rows": [(one.name, [(_(label), getattr(one, name)) for name, label in STEPS]) for one in page.rows],
        "words": words,
        "link": site_url(request.brand, f"{reverse('account_signup')}?{urlencode({'par': request.partner.code})}"),
        "export_url": f"{reverse('partner-export')}?{urlencode({'q': words})}",
    }
    return render(request, "portal/partner.html", context)


@readonly
def export(request: Any) -> HttpResponse:
    """The same list, with the same search, as a file; at most ten thousand lines."""
    zone = request.brand.zone
    lines = (
        [one.name, *(day.astimezone(zone).date() if (day := getattr(one, name)) else None for name, _label in STEPS)]
        for one in _found(request)[:MOST]
    )
    body = csv_of([_("Créancier"), *(_(label) for _name, label in STEPS)], lines)
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="creanciers-{clock.today(zone)}.csv"'
    return response


@require_POST
@requires(Permission.PEOPLE_MANAGE)
@for_the_same_creditor("profile")
def end(request: Any) -> HttpResponse:
    """The creditor parts with who brought it."""
    partners.end(request.creditor, by=request.user, now=clock.now())
    messages.success(request, _("Ce distributeur ne voit plus rien de votre compte."))
    return redirect("profile")
