"""Setting a dossier aside and taking it up again: the office decides, the creditor asks for a closure."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.once import once
from documents.sniffing import Refused
from dossiers.models import Dossier
from portal.actors import creditor_actor, office_actor
from portal.holding import HoldForm, ProofForm, ReasonForm, closure_consequences
from portal.views.dossiers import one_of_mine
from portal.views.office import one_of_ours
from procedures import holds
from procedures.enums import HoldKind
from procedures.holds import Ground, HoldRefused
from procedures.models import Hold
from tenants.context import WORKER, acting_as


@require_POST
@once
def place(request: Any, reference: str) -> HttpResponse:
    """The office sets the dossier, or one item, aside on its own finding."""
    dossier = one_of_ours(request, reference)
    form = HoldForm(request.POST, request.FILES, dossier=dossier)
    if not form.is_valid():
        return _told(request, dossier, " ".join(str(e) for errors in form.errors.values() for e in errors))
    data = form.cleaned_data
    file = data.pop("file")
    by = office_actor(request)
    return _done(request, dossier, lambda: holds.place(dossier, Ground(**data), file=file, by=by, now=clock.now()))


@require_POST
@once
def confirm(request: Any, reference: str, hold: int) -> HttpResponse:
    """What was declared is proved."""
    dossier = one_of_ours(request, reference)
    found = get_object_or_404(dossier.holds, pk=hold)
    form = ProofForm(request.POST, request.FILES)
    if not form.is_valid():
        return _told(request, dossier, " ".join(str(e) for errors in form.errors.values() for e in errors))
    data, by = form.cleaned_data, office_actor(request)
    return _done(request, dossier, lambda: holds.confirm(found, **data, by=by, now=clock.now()))


@require_POST
@once
def lift(request: Any, reference: str, hold: int) -> HttpResponse:
    """Refused or lifted, with the reason: what was stopped goes on."""
    dossier = one_of_ours(request, reference)
    found = get_object_or_404(dossier.holds, pk=hold)
    reason, by = request.POST.get("reason", ""), office_actor(request)
    return _done(request, dossier, lambda: holds.lift(found, reason=reason, by=by, now=clock.now()))


def _done(request: Any, dossier: Dossier, act: Callable[[], Hold]) -> HttpResponse:
    try:
        hold = act()
    except (HoldRefused, Refused) as refusal:
        return _told(request, dossier, str(refusal))
    messages.success(
        request, _("C’est fait : %(kind)s, %(state)s.") % {"kind": hold, "state": hold.get_state_display().lower()}
    )
    return redirect("office-dossier", dossier.reference)


def _told(request: Any, dossier: Dossier, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("office-dossier", dossier.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DOSSIER_ADVANCE)
@once
def ask_closure(request: Any, reference: str) -> HttpResponse:
    """ATR-68: with its reason; the consequences are said before it is confirmed."""
    dossier = one_of_mine(request, reference)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ground = Ground(HoldKind.CLOSURE, form.cleaned_data["reason"])
        try:
            with acting_as(WORKER):  # her side reads holds; this one service writes them
                holds.ask_closure(dossier, ground, by=creditor_actor(request), now=clock.now())
        except HoldRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Votre demande est transmise à l’étude. Plus rien ne part en attendant."))
            return redirect(dossier)
    context = {"dossier": dossier, "form": form, "consequences": closure_consequences(dossier)}
    return render(request, "portal/closure.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.DOSSIER_ADVANCE)
@once
def withdraw_closure(request: Any, reference: str, hold: int) -> HttpResponse:
    """The creditor takes her request back: the dossier goes on."""
    dossier = one_of_mine(request, reference)
    found = get_object_or_404(dossier.holds, pk=hold, kind=HoldKind.CLOSURE)
    try:
        with acting_as(WORKER):
            holds.lift(
                found, reason=_("Demande retirée par le créancier."), by=creditor_actor(request), now=clock.now()
            )
    except HoldRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Votre demande est retirée : le dossier reprend."))
    return redirect(dossier)
