"""Moving a dossier in two steps, for whichever side: what will happen is said first, then it is done."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.actors import Actor
from dossiers.models import Dossier
from portal import presenters
from procedures import services
from procedures.services import TransitionRefused


def confirm_move(request: Any, dossier: Dossier, name: str, *, by: Actor, pages: tuple[str, str]) -> HttpResponse:
    """GET says the consequences, POST moves; `pages` are the names of the dossier's page and of this one."""
    page, here = pages
    found = presenters.actions(dossier, by=by, now=clock.now(), page=here)
    action = next((action for action in found if action.name == name), None)
    if action is None:
        messages.error(request, _("Action déjà effectuée, ou impossible à cette étape."))
        return redirect(page, dossier.reference)
    if request.method != "POST":
        context = {"dossier": dossier, "action": action, "consequence": presenters.consequence(name)}
        context["back_url"] = reverse(page, args=[dossier.reference])
        return render(request, "portal/confirm.html", context)
    moved = _move(request, dossier, action, by)
    return redirect(page, dossier.reference) if moved else redirect(here, dossier.reference, name)


def _move(request: Any, dossier: Dossier, action: presenters.Action, by: Actor) -> bool:
    """False when what was written must be corrected on the same page."""
    written = {
        "reason": request.POST.get("reason", "").replace("\0", "").strip(),
        "on": request.POST.get("on", "")[:10],
    }
    asked = (("reason", action.needs_reason), ("on", bool(action.fact)))
    detail = {name: written[name] for name, is_asked in asked if is_asked}
    try:
        services.advance(dossier, action.name, by=by, now=clock.now(), **detail)
    except TransitionRefused as refusal:
        messages.error(request, " ".join(refusal.args))
        return not detail
    messages.success(request, _("C’est fait : %(label)s.") % {"label": action.label.lower()})
    return True
