"""The four steps of a new dossier; each keeps what it is given at once, so that nothing is lost on the way."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from accounts import conventions
from accounts.permissions import granting, requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from core.once import once
from documents.sniffing import Refused
from dossiers import services
from dossiers.duplicates import warnings_of
from dossiers.forms import AttestationForm, DebtorForm, DraftForm, ItemForm
from dossiers.models import Debtor, Dossier
from mandates.services import needs_mandate
from portal.actors import creditor_actor
from portal.limits import items_with_limits
from portal.views.dossiers import one_of_mine
from procedures.services import TransitionRefused, refusals, submit

GET_OR_POST = ["GET", "HEAD", "POST"]
STEPS = (
    (gettext_noop("1. CRÉER LE DOSSIER"), "wizard-edit"),
    (gettext_noop("2. IDENTIFIER LE DÉBITEUR"), "wizard-debtor"),
    (gettext_noop("3. AJOUTER LES ÉLÉMENTS FINANCIERS"), "wizard-items"),
    (gettext_noop("4. VÉRIFIER ET VALIDER"), "wizard-check"),
)


def of_draft(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The draft in hand; once it is filed (second click, page of yesterday) the person is led to the dossier."""

    @wraps(view)
    def guarded(request: Any, reference: str, **kwargs: Any) -> HttpResponse:
        dossier = one_of_mine(request, reference)
        if not dossier.is_draft:
            messages.info(request, _("Ce dossier est déjà transmis à l’étude : voici où il en est."))
            return redirect(dossier)
        return view(request, dossier, **kwargs)

    return guarded


@require_http_methods(GET_OR_POST)
@requires(Permission.DOSSIER_FILE)
@once
def start(request: Any) -> HttpResponse:
    """Step 1 of a new dossier; without a signed mandate the way leads to its signature first (CRE-57)."""
    if unsigned := still_to_sign(request):
        return unsigned
    initial = {"creditor": request.creditor.pk, "currency": request.brand.currency}
    form = DraftForm(
        request.POST or None,
        request.FILES or None,
        creditors=granting(request, Permission.DOSSIER_FILE),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid() and (dossier := _open(request, form)):
        return _after_files(request, dossier, form)
    return _step(request, None, 0, {"form": form}, failed=bool(form.errors))


def still_to_sign(request: Any) -> HttpResponse | None:
    """The way to the mandate or the convention that comes before a first dossier; nothing once both are signed."""
    mandate = request.creditor.mandates.current()
    if needs_mandate(request.brand) and not (mandate and mandate.is_signed):
        messages.info(request, _("Signez le mandat de prélèvement avant de créer votre premier dossier."))
        return redirect("mandate")
    if conventions.is_missing(request.creditor, on=clock.today(request.brand.zone)):
        messages.info(request, _("Signez la convention de recouvrement avant de créer votre premier dossier."))
        return redirect("convention")
    return None


def _open(request: Any, form: DraftForm) -> Dossier | None:
    try:
        with transaction.atomic():
            return services.open_draft(
                form.cleaned_data["creditor"],
                by=str(creditor_actor(request)),
                now=clock.now(),
                **form.draft_fields(),
            )
    except IntegrityError:  # two tabs with the same reference
        form.add_error("creditor_reference", _("Vous avez déjà un dossier avec cette référence."))
        return None


@require_http_methods(GET_OR_POST)
@requires(Permission.DOSSIER_FILE)
@of_draft
def edit(request: Any, dossier: Dossier) -> HttpResponse:
    form = DraftForm(
        request.POST or None,
        request.FILES or None,
        creditors=granting(request, Permission.DOSSIER_FILE),
        instance=dossier,
    )
    if request.method == "POST" and form.is_valid():
        services.correct_draft(dossier, **form.draft_fields())
        return _after_files(request, dossier, form)
    return _step(request, dossier, 0, {"form": form}, failed=bool(form.errors))


def _after_files(request: Any, dossier: Dossier, form: DraftForm) -> HttpResponse:
    """Keep each file that can be kept, and stay on the step when one can't."""
    kept_all = True
    for file in form.cleaned_data["files"]:
        try:
            services.attach(
                dossier,
                file,
                kind=form.cleaned_data["file_kind"] or "other",
                by=str(creditor_actor(request)),
                now=clock.now(),
            )
        except Refused as refusal:
            kept_all = False
            messages.error(request, f"{file.name} : {refusal}")
    stays = not kept_all or "save" in request.POST
    return redirect("wizard-edit" if stays else "wizard-debtor", reference=dossier.reference)


@require_http_methods(GET_OR_POST)
@requires(Permission.DOSSIER_FILE)
@of_draft
def debtor(request: Any, dossier: Dossier) -> HttpResponse:
    form = DebtorForm(request.POST or None, instance=dossier.debtor or Debtor())
    if request.method == "POST" and form.is_valid():
        services.identify_debtor(dossier, form.save(commit=False))
        return redirect("wizard-debtor" if "save" in request.POST else "wizard-items", reference=dossier.reference)
    return _step(request, dossier, 1, {"form": form}, failed=bool(form.errors))


@require_http_methods(GET_OR_POST)
@requires(Permission.DOSSIER_FILE)
@once
@of_draft
def items(request: Any, dossier: Dossier) -> HttpResponse:
    """« Ajouter un élément financier »: add and stay, or add and go on (ATR-34, ATR-35)."""
    form = ItemForm(request.POST or None, request.FILES or None, dossier=dossier)
    if request.method == "POST" and form.is_valid() and _add(request, dossier, form):
        messages.success(request, _("Élément ajouté."))
        return redirect("wizard-check" if "go_on" in request.POST else "wizard-items", reference=dossier.reference)
    context = {
        "form": form,
        "items": items_with_limits(dossier, today=clock.today(dossier.zone)),
        "balance": dossier.balance(),
    }
    return _step(request, dossier, 2, context, failed=bool(form.errors))


def _add(request: Any, dossier: Dossier, form: ItemForm) -> bool:
    try:
        services.add_item(
            dossier,
            form.save(commit=False),
            file=form.cleaned_data["file"],
            by=str(creditor_actor(request)),
            now=clock.now(),
        )
    except Refused as refusal:
        form.add_error("file", str(refusal))
        return False
    return True


@require_POST
@requires(Permission.DOSSIER_FILE)
@of_draft
def remove_item(request: Any, dossier: Dossier, key: int) -> HttpResponse:
    services.remove_item(dossier, get_object_or_404(dossier.items, pk=key))
    messages.success(request, _("Élément retiré."))
    return redirect("wizard-items", reference=dossier.reference)


@require_POST
@requires(Permission.DOSSIER_FILE)
@of_draft
def remove_attachment(request: Any, dossier: Dossier, key: int) -> HttpResponse:
    services.detach(dossier, get_object_or_404(dossier.attachments, pk=key))
    messages.success(request, _("Pièce retirée."))
    return redirect("wizard-edit", reference=dossier.reference)


@require_http_methods(GET_OR_POST)
@requires(Permission.DOSSIER_FILE)
@of_draft
def check(request: Any, dossier: Dossier) -> HttpResponse:
    """Everything once more, then SAUVEGARDER keeps the draft and VALIDER files it."""
    form = AttestationForm(request.POST or None, initial={"is_attested": dossier.is_attested})
    if request.method == "POST" and form.is_valid():
        services.correct_draft(dossier, is_attested=form.cleaned_data["is_attested"])
        if "save" in request.POST:
            messages.success(
                request, _("Brouillon enregistré. Il n’est pas transmis : validez-le quand il est complet.")
            )
            return redirect("dossiers")
        return _file(request, dossier)
    actor = creditor_actor(request)
    context = {
        "form": form,
        "items": items_with_limits(dossier, today=clock.today(dossier.zone)),
        "attachments": dossier.attachments.select_related("document"),
        "balance": dossier.balance(),
        "repeated": warnings_of(dossier),
        "missing": refusals(dossier, "submit", by=actor, now=clock.now()),
    }
    return _step(request, dossier, 3, context)


def _file(request: Any, dossier: Dossier) -> HttpResponse:
    try:
        submit(dossier, by=creditor_actor(request), now=clock.now())
    except TransitionRefused as refusal:
        for sentence in refusal.args:
            messages.error(request, sentence)
        return redirect("wizard-check", reference=dossier.reference)
    return redirect("wizard-done", reference=dossier.reference)


@readonly
@requires(Permission.DOSSIER_READ)
def done(request: Any, reference: str) -> HttpResponse:
    """Visualiser dossier / Créer nouveau dossier (ATR-40)."""
    return render(request, "portal/wizard/done.html", {"dossier": one_of_mine(request, reference)})


def _step(
    request: Any, dossier: Dossier | None, active: int, context: dict[str, Any], *, failed: bool = False
) -> HttpResponse:
    steps = []
    for number, (label, page) in enumerate(STEPS):
        url = reverse(page, args=[dossier.reference]) if dossier else ""
        steps.append({"label": _(label), "url": url, "is_active": number == active, "is_done": number < active})
    used = services.weight(dossier) if dossier else 0
    page = ("start", "debtor", "items", "check")[active]
    context |= {
        "steps": steps,
        "dossier": dossier,
        "used_bytes": used,
        "max_bytes": settings.MAX_DOSSIER_BYTES,
    }
    if dossier and active == 0:
        context["attachments"] = dossier.attachments.select_related("document")
    return render(request, f"portal/wizard/{page}.html", context, status=422 if failed else 200)
