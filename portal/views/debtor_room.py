"""The debtor's room: opened by the reference and the code of the letter, no account, one dossier."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import DEBTOR_KEY
from core import clock
from core.http import forget, readonly
from core.once import once
from core.readings import show
from documents.models import Document
from dossiers.enums import ItemKind, Phase
from dossiers.models import Dossier
from dossiers.publications import shown_to_debtor
from portal import holding, presenters
from portal.forms import DebtorAnswerForm, DebtorDoorForm
from portal.paper_forms import ways_to
from procedures import access, answers
from procedures.answers import OF_THE_PSRPC
from procedures.models import AnswerKind, Means, Offer, PaperKind
from tenants.context import WORKER, acting_as

TRIES, PAUSE = 5, 900
DEBTOR = "le débiteur, en ligne"  # as the journal names him
OPEN_PHASES = (
    Phase.L126_REQUESTED,
    Phase.L126_SERVED,
    Phase.L126_UNCONTESTED,
    Phase.L126_TITLE,
    Phase.L126_ENFORCEABLE,
    Phase.AMIABLE,
    Phase.PSRPC,
    Phase.TITLE,
    Phase.INJONCTION_OFFERED,
    Phase.INJONCTION_REQUESTED,
    Phase.IP_FILED,
    Phase.IP_ORDERED,
    Phase.IP_SERVED,
    Phase.IP_OPPOSED,
    Phase.ENFORCEABLE,
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
    dossier = opened_room(request)
    if dossier is None:
        if DEBTOR_KEY not in request.session:
            return redirect("debtor-door")
        raise Http404
    today = clock.today(dossier.zone)
    offer = dossier.offers.current()
    context = {
        "dossier": dossier,
        "balance": dossier.balance(),
        "items": dossier.items.all(),
        "next": presenters.debtor_step(dossier, today=today),
        "is_psrpc": dossier.phase == Phase.PSRPC,
        "is_l126": dossier.phase in CONTESTED,
        "papers": Document.objects.filter(shown_to_debtor(dossier.pk)).exclude(
            pk__in=dossier.papers.values("document")
        ),
        "answers": dossier.answers.all(),
        "choices": choices_of(dossier),
        "offer": offer,
        "holds": holding.shown(dossier, viewer=""),
        "signs_by_code": bool(ways_to(dossier)),
        "may_agree": dossier.phase == Phase.PSRPC and offer and not offer.debtor_agreed_on,
    }
    return render(request, "portal/debtor/room.html", context)


def opened_room(request: Any) -> Dossier | None:
    """The dossier whose door this session opened."""
    if DEBTOR_KEY not in request.session:
        return None
    found = Dossier.objects.select_related("debtor", "office", "creditor", "brand")
    dossier = found.filter(pk=request.session[DEBTOR_KEY], phase__in=OPEN_PHASES).first()
    show(request, dossier.pk if dossier else None)
    return dossier


CONTESTED = (Phase.L126_SERVED, Phase.L126_UNCONTESTED)  # any contestation ends the commandement there
CONTEST_ENDS = gettext_noop(
    "Votre contestation met fin aussitôt à la procédure du commandement de payer ; le créancier pourra saisir le juge, "
    "devant qui vous vous expliquerez. Dites en quelques mots ce que vous contestez."
)
WRONG_CODE = gettext_noop("Le code ne correspond pas. Recopiez-le depuis la lettre reçue.")
EXPLAINED = {
    "accept": gettext_noop(
        "Accepter de participer ne vous oblige pas encore à payer : il faut ensuite un accord sur le montant "
        "et les modalités, dans le mois de l’envoi de la lettre."
    ),
    "refuse": gettext_noop("Votre refus met fin à la procédure simplifiée. Le créancier pourra saisir le juge."),
    "refuse_terms": gettext_noop(
        "Vous refusez le montant ou les modalités. Sans autre accord, la procédure prend fin et le créancier pourra saisir le juge."
    ),
    "contest": gettext_noop("Dites ce que vous contestez et pourquoi. Vous pouvez envoyer vos preuves à l’étude."),
    "paid": gettext_noop("Dites quand, comment et combien vous avez payé : l’étude vérifie auprès du créancier."),
    "time": gettext_noop("Dites de combien de temps vous avez besoin. L’étude transmet votre demande au créancier."),
    "difficulty": gettext_noop(
        "Dossier de surendettement, redressement, liquidation : dites-le, avec la date de la décision si vous l’avez. "
        "Les poursuites peuvent devoir s’arrêter."
    ),
    "deceased": gettext_noop(
        "Vous êtes un proche : dites la date du décès et, si vous le connaissez, le notaire. Rien ne vous sera réclamé par cette page."
    ),
}


def _explained(dossier: Dossier, kind: str) -> str:
    ends = kind == AnswerKind.CONTEST and dossier.phase in CONTESTED
    return _(CONTEST_ENDS if ends else EXPLAINED[kind])


def choices_of(dossier: Dossier) -> list[AnswerKind]:
    """What the debtor may answer in this phase; nothing once all is settled."""
    if dossier.phase == Phase.SETTLED:
        return []
    always = [kind for kind in AnswerKind if kind not in OF_THE_PSRPC]
    if dossier.phase != Phase.PSRPC:
        return always
    about_terms = [AnswerKind.REFUSE_TERMS] if dossier.offers.exists() else []
    return [AnswerKind.ACCEPT, AnswerKind.REFUSE, *about_terms, *always]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@once
def answer(request: Any) -> HttpResponse:
    """One answer, named in the address and signed by the letter's code; the third screen of four at most."""
    dossier, kind = opened_room(request), request.GET.get("reponse", "")
    if dossier is None:
        return redirect("debtor-door")
    if kind not in choices_of(dossier):
        messages.error(request, _("Cette réponse n’est pas possible à cette étape."))
        return redirect("debtor-room")
    form = _form(request, dossier, kind)
    if request.method == "POST" and form.is_valid() and (page := _answered(request, dossier, AnswerKind(kind), form)):
        return redirect(*page)
    context = {"form": form, "dossier": dossier, "kind": AnswerKind(kind), "explained": _explained(dossier, kind)}
    context["last_on"] = month.strict_on if (month := answers.month(dossier)) else None
    return render(request, "portal/debtor/answer.html", context, status=422 if form.errors else 200)


def _form(request: Any, dossier: Dossier, kind: str) -> DebtorAnswerForm:
    """The letter's code signs every answer but an acceptance, when a code can be sent to the debtor for that."""
    by_code = kind != AnswerKind.ACCEPT or not ways_to(dossier)
    items = dossier.items.filter(kind=ItemKind.INVOICE)
    return DebtorAnswerForm(request.POST or None, kind=kind, items=items, by_code=by_code)


def _answered(request: Any, dossier: Dossier, kind: AnswerKind, form: DebtorAnswerForm) -> tuple[Any, ...] | None:
    """Where to go next: the room once all is recorded, the paper to sign otherwise; None with an error in the form."""
    if "code" in form.fields and not _opened(request, reference=dossier.reference, code=form.cleaned_data["code"]):
        form.add_error("code", _(WRONG_CODE))
        return None
    now = clock.now()
    reply = answers.Reply(
        kind, Means.ONLINE, now.astimezone(dossier.zone).date(), form.cleaned_data["text"],
        form.cleaned_data.get("instalments"), form.cleaned_data.get("first_on"), evidence=_evidence(request, kind),
        situation=form.cleaned_data.get("situation", ""), effective_on=form.cleaned_data.get("effective_on"),
        item=form.cleaned_data.get("item"), code=form.cleaned_data.get("reason", ""),
    )  # fmt: skip
    try:
        with acting_as(WORKER):  # the room reads one dossier; what it writes goes through this one service
            if "code" not in form.fields:
                return "debtor-paper", answers.draw_up_acceptance(dossier, reply, now=now).pk
            answers.record(dossier, reply, by=DEBTOR, now=now)
    except answers.AnswerRefused as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, _("Votre réponse est enregistrée. L’étude et le créancier sont prévenus."))
    return ("debtor-room",)


def _evidence(request: Any, kind: AnswerKind) -> dict[str, str]:
    return {
        "consent": str(kind.label),
        "signed_with": "code de la lettre",
        "ip": get_adapter().get_client_ip(request),
        "agent": request.headers.get("User-Agent", "")[:300],
    }


@require_POST
@once
def agree(request: Any, key: int) -> HttpResponse:
    """The debtor's yes to the terms that the office proposed, signed by the letter's code like every answer."""
    dossier = opened_room(request)
    offer = dossier and dossier.offers.filter(pk=key).first()
    if not dossier or not offer:
        raise Http404
    is_sent = bool(ways_to(dossier))
    if not is_sent and not _opened(request, reference=dossier.reference, code=request.POST.get("code", "")):
        messages.error(request, _(WRONG_CODE))
        return redirect("debtor-room")
    try:
        with acting_as(WORKER):
            return _to_sign(offer) if is_sent else _agreed(request, offer)
    except answers.AnswerRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("debtor-room")


def _to_sign(offer: Offer) -> HttpResponse:
    paper = answers.draw_up_agreement(offer, PaperKind.DEBTOR_AGREEMENT, now=clock.now())
    return redirect("debtor-paper", paper.pk)


def _agreed(request: Any, offer: Offer) -> HttpResponse:
    answers.agree_as_debtor(offer, by=DEBTOR, now=clock.now())
    messages.success(request, _("Votre accord est enregistré. Rien n’est à payer avant le constat de l’étude."))
    return redirect("debtor-room")


@require_POST
def leave(request: Any) -> HttpResponse:
    """Closes the room; a creditor who looked into it from her own computer stays connected."""
    request.session.pop(DEBTOR_KEY, None)
    request.session.cycle_key()
    return forget(redirect("debtor-door"))
