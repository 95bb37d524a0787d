"""Which ways are open to a claim: before sign-up, and on the dossier, by the same functions."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from portal.simulator import SimulatorForm, shown
from portal.views.dossiers import one_of_mine
from procedures.claims import outlook_of


@readonly
def simulator(request: Any) -> HttpResponse:
    """For anybody: the facts stand in the address, so the answer can be shared, and nothing is stored."""
    form = SimulatorForm(request.GET or None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        context |= shown(form.outlook(on=clock.today(request.brand.zone)))
    return render(request, "portal/routes/simulator.html", context, status=422 if form.errors else 200)


@readonly
@requires(Permission.DOSSIER_READ)
def routes(request: Any, reference: str) -> HttpResponse:
    """« Voies possibles » of a filed dossier."""
    dossier = one_of_mine(request, reference)
    found = outlook_of(dossier, on=clock.today(dossier.zone))
    context = {"dossier": dossier} | (shown(found) if found else {})
    return render(request, "portal/routes/dossier.html", context)
