"""Reading and signing a paper of a dossier with a one-time code, at the creditor's door."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from portal.actors import creditor_actor
from portal.mandate_forms import ChannelForm, CodeForm
from portal.views.dossiers import one_of_mine
from portal.views.signing import signer_of, too_many, way_of, whose
from procedures import answers, insolvency
from procedures.answers import AnswerRefused
from procedures.insolvency import InsolvencyRefused
from procedures.models import OF_THE_CREDITOR, Paper, PaperKind
from procedures.papers import FORMS, PaperRefused
from signatures.codes import CodeRefused, send_code
from signatures.models import Challenge
from signatures.throttle import TooMany

REFUSALS = (CodeRefused, PaperRefused, InsolvencyRefused, AnswerRefused)
SIGNING = {PaperKind.POWER: insolvency.sign_power, PaperKind.CREDITOR_AGREEMENT: answers.sign_as_creditor}
DONE = {
    PaperKind.POWER: gettext_noop("Pouvoir signé : l’étude peut déclarer votre créance."),
    PaperKind.CREDITOR_AGREEMENT: gettext_noop("Votre accord est enregistré. L’étude le constate et délivre le titre."),
}


def _mine(request: Any, reference: str, key: int) -> Paper:
    found = one_of_mine(request, reference).papers.select_related(
        "document__brand", "dossier__creditor", "dossier__office", "dossier__debtor", "insolvency", "offer", "signature"
    )
    paper: Paper = get_object_or_404(found, pk=key, kind__in=OF_THE_CREDITOR)
    return paper


@never_cache
@readonly
@requires(Permission.DOSSIER_ADVANCE)
def page(request: Any, reference: str, paper: int) -> HttpResponse:
    return _page(request, _mine(request, reference, paper))


def _page(
    request: Any, paper: Paper, *, channel: ChannelForm | None = None, code: CodeForm | None = None, status: int = 200
) -> HttpResponse:
    channel = channel or ChannelForm(**whose(request, paper.dossier.creditor))
    context = signing_context(paper, f"user:{request.user.pk}", channel, code)
    return render(request, "portal/papers/sign.html", context, status=status)


def signing_context(paper: Paper, person: str, channel: Any, code: CodeForm | None) -> dict[str, Any]:
    """What a page that signs a paper shows: its text, where the code went, both forms."""
    sent = Challenge.objects.open(clock.now()).filter(document=paper.document, person=person).last()
    form = FORMS[PaperKind(paper.kind)]
    return {
        "paper": paper,
        "dossier": paper.dossier,
        "terms": paper.terms,
        "body": form.body,
        "consent": form.consent,
        "channel_form": channel,
        "code_form": code or CodeForm(initial={"shown": paper.document.sha256}),
        "sent_to": sent.destination if sent else "",
    }


@require_POST
@requires(Permission.DOSSIER_ADVANCE)
def ask_code(request: Any, reference: str, paper: int) -> HttpResponse:
    found = _mine(request, reference, paper)
    creditor = found.dossier.creditor
    form = ChannelForm(request.POST, **whose(request, creditor))
    if not form.is_valid():
        return _page(request, found, channel=form, status=422)
    try:
        send_code(found.document, signer_of(request, creditor), way_of(request, form), now=clock.now())
    except TooMany as refusal:
        form.add_error("channel", str(refusal))
        return too_many(_page(request, found, channel=form, status=429), refusal)
    return redirect("paper", reference, paper)


@require_POST
@requires(Permission.DOSSIER_ADVANCE)
def sign(request: Any, reference: str, paper: int) -> HttpResponse:
    """The code alone signs; a wrong one is counted, and a paper that says what is no longer true is refused."""
    found, form = _mine(request, reference, paper), CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, code=form, status=422)
    kind, signer = PaperKind(found.kind), signer_of(request, found.dossier.creditor)
    try:
        SIGNING[kind](found, signer, **form.cleaned_data, by=creditor_actor(request), now=clock.now())
    except REFUSALS as refusal:
        form.add_error("code", str(refusal))
        return _page(request, found, code=form, status=422)
    messages.success(request, _(DONE[kind]))
    return redirect("dossier", reference)
