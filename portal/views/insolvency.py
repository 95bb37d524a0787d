"""Collective proceedings of a debtor: the office reads the notice, the creditor gives her power, the claim is declared."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.once import once
from portal.actors import office_actor
from portal.views.dossiers import one_of_mine
from portal.views.office import one_of_ours
from procedures import insolvency as watch
from procedures.holds import HoldRefused
from procedures.insolvency import InsolvencyRefused
from procedures.models import Insolvency


def _ours(request: Any, reference: str, key: int) -> Insolvency:
    found: Insolvency = get_object_or_404(one_of_ours(request, reference).insolvencies.select_related("notice"), pk=key)
    return found


@require_POST
@once
def confirm(request: Any, reference: str, insolvency: int) -> HttpResponse:
    found, day = _ours(request, reference, insolvency), _day(request, "judgment_on")
    by = office_actor(request)
    told = _("Procédure collective confirmée : les intérêts sont arrêtés au jugement.")
    return _done(request, reference, told, lambda: watch.confirm(found, judgment_on=day, by=by, now=clock.now()))


@require_POST
@once
def dismiss(request: Any, reference: str, insolvency: int) -> HttpResponse:
    """A namesake: the dossier goes on."""
    found, by = _ours(request, reference, insolvency), office_actor(request)
    reason = request.POST.get("reason", "")
    told = _("Annonce écartée : le dossier reprend.")
    return _done(request, reference, told, lambda: watch.dismiss(found, reason=reason, by=by, now=clock.now()))


@require_POST
@once
def declaration(request: Any, reference: str, insolvency: int) -> HttpResponse:
    found, by = _ours(request, reference, insolvency), office_actor(request)
    told = _("La déclaration se prépare : elle paraît dans l’historique dans un instant.")
    return _done(request, reference, told, lambda: watch.ask_for_declaration(found, by=by, now=clock.now()))


@require_POST
@once
def declared(request: Any, reference: str, insolvency: int) -> HttpResponse:
    found, by, number = _ours(request, reference, insolvency), office_actor(request), request.POST.get("number", "")
    day = _day(request, "declared_on") or date.min
    told = _("Déclaration enregistrée : sa date d’envoi fait foi.")

    def record() -> None:
        watch.record_declaration(found, declared_on=day, number=number, by=by, now=clock.now())

    return _done(request, reference, told, record)


@require_POST
@requires(Permission.DOSSIER_ADVANCE)
def power(request: Any, reference: str, insolvency: int) -> HttpResponse:
    """The creditor's special power for this declaration (REL-28, REL-29): to read, then to sign with a code."""
    found = get_object_or_404(one_of_mine(request, reference).insolvencies, pk=insolvency)
    try:
        paper = watch.draw_up_power(found, now=clock.now())
    except InsolvencyRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("dossier", reference)
    return redirect("paper", reference, paper.pk)


def _day(request: Any, name: str) -> date | None:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        return None


def _done(request: Any, reference: str, told: str, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except (InsolvencyRefused, HoldRefused) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, told)
    return redirect("office-dossier", reference)
