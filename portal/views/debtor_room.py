"""The debtor's room: opened by the reference and the code of the letter, no account, one dossier."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import DEBTOR_KEY
from core import clock
from core.http import readonly
from documents.models import Document
from dossiers.enums import Phase
from dossiers.models import Dossier
from portal import presenters
from portal.forms import DebtorDoorForm
from procedures import access
from tenants.context import WORKER, acting_as

TRIES, PAUSE = 5, 900
OPEN_PHASES = (
    Phase.AMIABLE,
    Phase.PSRPC,
    Phase.INJONCTION_OFFERED,
    Phase.INJONCTION_REQUESTED,
    Phase.SETTLED,
)
WRONG = gettext_noop("La référence ou le code ne correspond pas. Recopiez-les depuis la lettre reçue.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: Any) -> HttpResponse:
    """Nothing is shown before the code. Five wrong tries close the door of that reference for a quarter of an hour."""
    form = DebtorDoorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if dossier := _opened(request, **form.cleaned_data):
            request.session.cycle_key()
            request.session[DEBTOR_KEY] = dossier.pk
            return redirect("debtor-room")
        form.add_error(None, _(WRONG))
    return render(request, "portal/debtor/door.html", {"form": form}, status=422 if form.errors else 200)


def _opened(request: Any, *, reference: str, code: str) -> Dossier | None:
    reference = reference.strip().upper()
    for scope in (f"door:{reference}", f"door:{get_adapter().get_client_ip(request)}"):
        cache.add(scope, 0, PAUSE)
        if cache.incr(scope) > TRIES * (1 if scope.endswith(reference) else 6):
            return None
    with acting_as(WORKER):  # the only look-up without an owner: by a secret that only the letter holds
        dossier = Dossier.objects.filter(reference=reference, brand=request.brand, phase__in=OPEN_PHASES).first()
    if dossier and access.opens(dossier, code):
        cache.delete(f"door:{reference}")
        cache.decr(f"door:{get_adapter().get_client_ip(request)}")  # only failures count
        return dossier
    return None


@never_cache
@readonly
def room(request: Any) -> HttpResponse:
    if DEBTOR_KEY not in request.session:
        return redirect("debtor-door")
    dossier = (
        Dossier.objects.select_related("debtor", "office", "creditor", "brand")
        .filter(pk=request.session[DEBTOR_KEY], phase__in=OPEN_PHASES)
        .first()
    )
    if dossier is None:
        raise Http404
    today = clock.today(dossier.zone)
    context = {
        "dossier": dossier,
        "balance": dossier.balance(),
        "items": dossier.items.all(),
        "next": presenters.debtor_step(dossier, today=today),
        "is_psrpc": dossier.phase == Phase.PSRPC,
        "letters": Document.objects.filter(dossier_id=dossier.pk, for_debtor=True),
    }
    return render(request, "portal/debtor/room.html", context)


@require_POST
def leave(request: Any) -> HttpResponse:
    """Closes the room; a creditor who looked into it from her own computer stays connected."""
    request.session.pop(DEBTOR_KEY, None)
    request.session.cycle_key()
    return redirect("debtor-door")
