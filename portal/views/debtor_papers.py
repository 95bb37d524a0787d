"""The debtor reads and signs in his room: the acceptance of the procédure simplifiée, the agreement to its terms."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import clock
from core.http import readonly
from portal.mandate_forms import CodeForm
from portal.paper_forms import DebtorChannelForm
from portal.views.debtor_room import DEBTOR, opened_room
from portal.views.papers import REFUSALS, signing_context
from portal.views.signing import facts_of, session_of, too_many
from procedures import answers
from procedures.models import OF_THE_DEBTOR, Paper, PaperKind
from procedures.papers import FORMS
from signatures.codes import Signer, Way, send_code
from signatures.throttle import TooMany


def _mine(request: Any, key: int) -> Paper:
    dossier = opened_room(request)
    if dossier is None:
        raise Http404
    found = dossier.papers.select_related("document__brand", "offer", "signature__sealed")
    paper: Paper = get_object_or_404(found, pk=key, kind__in=OF_THE_DEBTOR)
    paper.dossier = dossier
    return paper


def _person(paper: Paper) -> str:
    return f"debtor:{paper.dossier.debtor_id}"


def _signer(request: Any, paper: Paper) -> Signer:
    debtor = paper.dossier.debtor
    assert debtor is not None  # his room is open
    identity = _("débiteur du dossier %(reference)s, entré par le code de la lettre") % {
        "reference": paper.dossier.reference
    }
    return Signer(
        person=_person(paper), name=debtor.name, session=session_of(request), email=debtor.email,
        phone=str(debtor.phone or ""), identity=identity, facts=facts_of(request),
    )  # fmt: skip


@never_cache
@readonly
def page(request: Any, paper: int) -> HttpResponse:
    return _page(request, _mine(request, paper))


def _page(
    request: Any, paper: Paper, *, channel: Any = None, code: CodeForm | None = None, status: int = 200
) -> HttpResponse:
    channel = channel or DebtorChannelForm(dossier=paper.dossier)
    context = signing_context(paper, _person(paper), channel, code)
    return render(request, "portal/debtor/sign.html", context, status=status)


@require_POST
def ask_code(request: Any, paper: int) -> HttpResponse:
    found = _mine(request, paper)
    form = DebtorChannelForm(request.POST, dossier=found.dossier)
    if not form.is_valid():
        return _page(request, found, channel=form, status=422)
    channel = form.cleaned_data["channel"]
    try:
        send_code(found.document, _signer(request, found), Way(channel, form.ways[channel]), now=clock.now())
    except TooMany as refusal:
        form.add_error("channel", str(refusal))
        return too_many(_page(request, found, channel=form, status=429), refusal)
    return redirect("debtor-paper", paper)


@require_POST
def sign(request: Any, paper: int) -> HttpResponse:
    """The code alone signs; a wrong one is counted, and a paper that says what is no longer true is refused."""
    found, form = _mine(request, paper), CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, code=form, status=422)
    said = form.cleaned_data | {"by": DEBTOR, "now": clock.now(), "evidence": _evidence(request, found)}
    try:
        answers.sign_as_debtor(found, _signer(request, found), **said)
    except REFUSALS as refusal:
        form.add_error("code", str(refusal))
        return _page(request, found, code=form, status=422)
    messages.success(
        request, _("Votre signature est enregistrée. L’étude est prévenue ; rien n’est à payer avant son constat.")
    )
    return redirect("debtor-room")


def _evidence(request: Any, paper: Paper) -> dict[str, str]:
    consent = str(FORMS[PaperKind(paper.kind)].consent)
    facts = facts_of(request)
    return {"consent": consent, "signed_with": "code à usage unique", "ip": facts["ip"], "agent": facts["user_agent"],
            "sha256": paper.document.sha256}  # fmt: skip
