"""The creditor's own pages: home, list, one dossier and what she may do with it."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import granting, requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from core.once import once
from core.readings import show
from documents.sniffing import Refused
from dossiers.enums import AttachmentKind, Phase
from dossiers.forms import PaymentForm
from dossiers.models import Dossier
from dossiers.services import Locked, attach
from mandates.services import needs_mandate
from portal import holding, presenters
from portal.actors import creditor_actor
from portal.history import history
from portal.holding import insolvencies
from portal.limits import items_with_limits
from portal.listing import listed, rows
from portal.views.moves import confirm_move
from procedures import irrecoverable, services
from procedures.transitions import OPEN


def mine(request: Any) -> QuerySet[Dossier]:
    """The dossiers of the creditors at which the person may do what the page does: every read starts here."""
    return Dossier.objects.filter(creditor__in=granting(request, request.permission))


def one_of_mine(request: Any, reference: str) -> Dossier:
    found = mine(request).select_related("brand", "creditor", "debtor", "office", "manager", "subsidiary")
    dossier = get_object_or_404(found, reference=reference)
    show(request, dossier.pk)
    return dossier


@readonly
@requires(Permission.DOSSIER_READ)
def home(request: Any) -> HttpResponse:
    counts = dict(mine(request).order_by().values_list("phase").annotate(n=Count("pk")))
    waiting = mine(request).filter(phase__in=[Phase.DRAFT, Phase.REFUSED, Phase.TO_CORRECT, Phase.INJONCTION_OFFERED])
    mandate = request.creditor.mandates.current()
    context = {
        "stats": [{"label": phase.label, "value": counts.get(phase, 0), "phase": phase.value} for phase in Phase],
        "total": sum(counts.values()),
        "waiting": _rows(request, listed(waiting)[:6]),
        "recent": _rows(request, listed(mine(request))[:6]),
        "mandate_missing": needs_mandate(request.brand) and not (mandate and mandate.is_signed),
    }
    return render(request, "portal/home.html", context)


def _rows(request: Any, found: Any) -> SafeString:
    found = list(found)
    show(request, *(row.pk for row in found))
    return rows(found, page="dossier", zone=request.brand.zone)


@readonly
@requires(Permission.DOSSIER_READ)
def detail(request: Any, reference: str) -> HttpResponse:
    dossier = one_of_mine(request, reference)
    if dossier.is_draft:
        return redirect("wizard-debtor" if dossier.debtor is None else "wizard-items", reference=reference)
    return render(
        request,
        "portal/dossier.html",
        dossier_page(request, dossier) | {"payment": PaymentForm(dossier=dossier)},
    )


def dossier_page(request: Any, dossier: Dossier) -> dict[str, Any]:
    """What the dossier's page shows to its creditor."""
    now = clock.now()
    actor = creditor_actor(request)
    return {
        "dossier": dossier,
        "balance": dossier.balance(),
        "items": items_with_limits(dossier, today=now.astimezone(dossier.zone).date()),
        "attachments": dossier.attachments.select_related("document"),
        "history": history(dossier, document_page="document", with_words=True),
        "next": presenters.next_step(dossier, today=now.astimezone(dossier.zone).date(), viewer=actor.side),
        "actions": presenters.actions(dossier, by=actor, now=now, page="dossier-confirm"),
        "tone": presenters.TONES[Phase(dossier.phase)],
        "attachment_kinds": AttachmentKind.choices,
        "answers": dossier.answers.all(),
        "offer": dossier.offers.current(),
        "insolvencies": insolvencies(dossier, today=now.astimezone(dossier.zone).date()),
        "holds": holding.shown(dossier, viewer=actor.side),
        "certificate": irrecoverable.certificate_of(dossier),
        "may_close": dossier.phase in OPEN,
        "may_agree": dossier.phase == Phase.PSRPC,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DOSSIER_ADVANCE)
def confirm(request: Any, reference: str, name: str) -> HttpResponse:
    return confirm_move(
        request,
        one_of_mine(request, reference),
        name,
        by=creditor_actor(request),
        pages=("dossier", "dossier-confirm"),
    )


@require_POST
@requires(Permission.DOSSIER_FILE)
@once
def add_payment(request: Any, reference: str) -> HttpResponse:
    """A payment received directly from the debtor (ATR-69); a settled claim stops the path at once."""
    dossier = one_of_mine(request, reference)
    form = PaymentForm(request.POST, request.FILES, dossier=dossier)
    if not form.is_valid():
        context = dossier_page(request, dossier) | {"payment": form, "is_payment_open": True}
        return render(request, "portal/dossier.html", context, status=422)
    item = form.save(commit=False)
    try:
        services.declare_payment(
            dossier, item, file=form.cleaned_data["file"], by=creditor_actor(request), now=clock.now()
        )
    except (Refused, Locked) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Paiement enregistré. Plus rien n’est réclamé pour cette somme."))
    return redirect(dossier)


@require_POST
@requires(Permission.DOSSIER_FILE)
@once
def add_attachment(request: Any, reference: str) -> HttpResponse:
    """More pieces, while the dossier lives."""
    dossier = one_of_mine(request, reference)
    kind = request.POST.get("kind", "")
    kind = kind if kind in AttachmentKind.values else AttachmentKind.OTHER
    for file in request.FILES.getlist("files"):
        try:
            attach(dossier, file, kind=kind, by=str(creditor_actor(request)), now=clock.now())
        except (Refused, Locked) as refusal:
            messages.error(request, f"{file.name} : {refusal}")
        else:
            messages.success(request, _("« %(name)s » est joint au dossier.") % {"name": file.name})
    return redirect(dossier)
