"""Invoices dropped, one or twenty at once: what they say fills drafts, which a person then confirms."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.permissions import granting, requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from core.once import once
from dossiers import intake
from dossiers.forms import DropForm
from dossiers.models import Dossier, InvoiceDrop
from portal.actors import creditor_actor
from portal.dropped import counts, lines
from portal.views.wizard import still_to_sign


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DOSSIER_FILE)
@once
def drop(request: Any) -> HttpResponse:
    """The box; what became of each file is on the drop's own page, which may be read again."""
    if unsigned := still_to_sign(request):
        return unsigned
    creditors = granting(request, Permission.DOSSIER_FILE)
    form = DropForm(
        request.POST or None, request.FILES or None, creditors=creditors, initial={"creditor": request.creditor.pk}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = intake.drop(
            data["creditor"], data["files"], together=data["together"], by=str(creditor_actor(request)), now=clock.now()
        )
        return redirect("invoice-drop-report", key=made.pk)
    context = {"form": form, "max_bytes": settings.MAX_DOSSIER_BYTES, "most": intake.MOST_FILES}
    return render(request, "portal/drops/drop.html", context, status=422 if form.errors else 200)


@readonly
@requires(Permission.DOSSIER_FILE)
def report(request: Any, key: int) -> HttpResponse:
    """File by file, with what to look at before filing and the way there."""
    drops = InvoiceDrop.objects.filter(creditor__in=granting(request, Permission.DOSSIER_FILE))
    found = get_object_or_404(drops.select_related("creditor"), pk=key)
    references = {outcome["reference"] for outcome in found.outcomes}
    living = Dossier.objects.filter(creditor=found.creditor, reference__in=references)
    phases = dict(living.values_list("reference", "phase"))
    context = {"drop": found, "lines": lines(found.outcomes, phases), "counts": counts(found.outcomes)}
    return render(request, "portal/drops/report.html", context)
