"""A credit note or an invoice on a dossier that is filed already: its effect is shown, then it is confirmed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.once import once
from documents.sniffing import Refused
from dossiers.enums import ItemKind
from dossiers.forms import AdditionForm
from dossiers.models import Dossier
from dossiers.services import Locked
from portal.actors import creditor_actor
from portal.views.dossiers import one_of_mine
from procedures import additions

KINDS = {"avoir": ItemKind.CREDIT_NOTE, "facture": ItemKind.INVOICE}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DOSSIER_FILE)
@once
def add(request: Any, reference: str, kind: str) -> HttpResponse:
    """What it does to the balance stands on the page before anything is kept (ATR-70, ATR-71)."""
    dossier = one_of_mine(request, reference)
    if kind not in KINDS or dossier.is_draft:
        raise Http404
    if obstacle := additions.obstacle(dossier, KINDS[kind]):
        messages.error(request, obstacle)
        return redirect(dossier)
    form = AdditionForm(request.POST or None, request.FILES or None, dossier=dossier, kind=KINDS[kind])
    if form.is_bound and form.is_valid() and "confirm" in request.POST and _keep(request, dossier, form):
        return redirect(dossier)
    return _page(request, dossier, form)


def _page(request: Any, dossier: Dossier, form: AdditionForm) -> HttpResponse:
    is_known = form.is_bound and not form.errors
    context = {
        "dossier": dossier,
        "form": form,
        "balance": dossier.balance(),
        "is_credit": form.kind == ItemKind.CREDIT_NOTE,
    }
    if is_known:
        context |= {"is_known": True, "after": dossier.balance() + form.instance.effect}
    return render(request, "portal/addition.html", context, status=422 if form.errors else 200)


def _keep(request: Any, dossier: Dossier, form: AdditionForm) -> bool:
    try:
        additions.add(
            dossier,
            form.save(commit=False),
            file=form.cleaned_data["file"],
            by=creditor_actor(request),
            now=clock.now(),
        )
    except (Refused, Locked) as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("C’est ajouté au dossier, et l’étude en est informée."))
    return True
