"""What the office and the creditor do with the debtor's answers and with the terms of an agreement."""

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
from portal.forms import OfferForm, ReceivedAnswerForm
from portal.views.dossiers import one_of_mine
from portal.views.office import one_of_ours
from procedures import answers
from procedures.models import PaperKind


@require_POST
@once
def receive(request: Any, reference: str) -> HttpResponse:
    """An answer by post, at the counter or by telephone, written down by the office."""
    dossier = one_of_ours(request, reference)
    form = ReceivedAnswerForm(request.POST)
    if not form.is_valid():
        return _told(request, " ".join(str(e) for errors in form.errors.values() for e in errors), dossier)
    try:
        answers.record(dossier, answers.Reply(**form.cleaned_data), by=str(office_actor(request)), now=clock.now())
    except answers.AnswerRefused as refusal:
        return _told(request, str(refusal), dossier)
    messages.success(request, _("Réponse enregistrée. Le créancier est prévenu."))
    return redirect("office-dossier", reference)


@require_POST
@once
def propose(request: Any, reference: str) -> HttpResponse:
    """Terms proposed by the office (CPCE R125-4)."""
    dossier = one_of_ours(request, reference)
    form = OfferForm(request.POST)
    if not form.is_valid():
        return _told(request, " ".join(str(e) for errors in form.errors.values() for e in errors), dossier)
    try:
        answers.propose(dossier, **form.cleaned_data, by=office_actor(request), now=clock.now())
    except answers.AnswerRefused as refusal:
        return _told(request, str(refusal), dossier)
    messages.success(
        request, _("Proposition enregistrée : le débiteur la trouve dans son espace, le créancier sur son dossier.")
    )
    return redirect("office-dossier", reference)


def _told(request: Any, sentence: str, dossier: Any) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("office-dossier", dossier.reference)


@require_POST
@requires(Permission.DOSSIER_ADVANCE)
def agree(request: Any, reference: str, key: int) -> HttpResponse:
    """The creditor's yes to these terms, to read and sign with a code: the title needs it."""
    offer = get_object_or_404(one_of_mine(request, reference).offers.select_related("dossier"), pk=key)
    try:
        paper = answers.draw_up_agreement(offer, PaperKind.CREDITOR_AGREEMENT, now=clock.now())
    except answers.AnswerRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("dossier", reference)
    return redirect("paper", reference, paper.pk)
