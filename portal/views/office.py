"""The office's pages: what to decide, what to post, what lapses soon."""

from datetime import date
from itertools import chain
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.actors import Side
from core.http import readonly
from core.once import once
from core.readings import show
from dossiers import publications
from dossiers.enums import Phase
from dossiers.models import Dossier
from dossiers.models.dossier import balances
from notifications.models import Message
from notifications.services import PostingRefused, record_posting
from portal import holding, presenters, terms_page
from portal.actors import office_actor
from portal.cockpit import late_letters, tabs
from portal.forms import OfferForm, PostingForm, ReceivedAnswerForm
from portal.history import history
from portal.holding import HoldForm, insolvencies
from portal.intake import intake
from portal.limits import items_with_limits
from portal.listing import listed, rows
from portal.thread_forms import CallForm, ManagerForm
from portal.views.moves import confirm_move
from procedures import petition
from procedures.answers import month
from procedures.courts import Court, NoCourt
from procedures.effects import Stop
from procedures.enums import HoldState
from procedures.irrecoverable import may_certify
from procedures.letters import DEBTOR_LETTERS
from procedures.models import Breaker, Deadline, Hold, PhoneScript
from procedures.parameters import MissingParameter
from procedures.places import located
from procedures.vetting import conflict_of

FILED = tuple(phase for phase in Phase if phase != Phase.DRAFT)


def ours(request: Any) -> QuerySet[Dossier]:
    """The dossiers of the person's office: every read of an office's page starts here. Drafts are the creditor's."""
    return Dossier.objects.filter(office=request.office).exclude(phase=Phase.DRAFT)


def followed(request: Any) -> QuerySet[Dossier]:
    """Ours, or only those that the person follows herself (`?suivi=moi`)."""
    return ours(request).filter(manager=request.user) if request.GET.get("suivi") == "moi" else ours(request)


def _rows(request: Any, found: Any) -> SafeString:
    found = list(found)
    show(request, *(row.pk for row in found))
    return rows(found, page="office-dossier", zone=request.office.zone)


@readonly
def worklist(request: Any) -> HttpResponse:
    """By the next legal act: to accept, to post, suspended, soon due."""
    dossiers = followed(request)
    deadlines = Deadline.objects.pending().filter(dossier__in=dossiers)
    soon = list(deadlines.select_related("dossier__debtor", "dossier__office").order_by("lapses_at")[:10])
    to_post = letters_to_post(request)
    to_accept = intake(dossiers, request.office, now=clock.now())
    shown = (deadline.dossier_id for deadline in soon), (letter.dossier_id for letter in to_post), to_accept.dossiers
    show(request, *chain(*shown))
    context = {
        "to_accept": to_accept,
        "to_post": to_post[:50],
        "late_letters": late_letters(request.office, to_post, today=clock.today(request.office.zone)),
        "tabs": tabs(dossiers, request.GET),
        "is_mine": request.GET.get("suivi") == "moi",
        "stopped": Breaker.objects.stopped().filter(office=request.office).count(),
        "to_verify": _rows(request, listed(to_verify(request))[:50]),
        "stuck": _rows(request, listed(stuck(request))[:50]),
        "requests": _rows(request, listed(dossiers.filter(phase=Phase.INJONCTION_REQUESTED))[:50]),
        "soon": soon,
        "form": PostingForm(initial={"posted_on": clock.today(request.office.zone)}),
    }
    return render(request, "portal/office/worklist.html", context)


def to_verify(request: Any) -> QuerySet[Dossier]:
    """Somebody declared something that stops the dossier: the office confirms or refuses it."""
    declared = Hold.objects.filter(dossier=OuterRef("pk"), state=HoldState.TO_VERIFY)
    return followed(request).open().filter(Exists(declared))  # type: ignore[attr-defined, no-any-return]


def letters_to_post(request: Any, *, with_held: bool = False) -> list[Message]:
    """Printed letters that are still wanted: not those of a dossier that moved on, was paid or set aside since."""
    printed = list(_printed(request)[:200])
    dossiers = followed(request).in_bulk([letter.dossier_id for letter in printed if letter.dossier_id])
    owed = balances(dossiers)
    on_hold = set(Hold.objects.stopping(Stop.LETTERS).filter(dossier__in=dossiers).values_list("dossier", flat=True))
    return [
        letter
        for letter in printed
        if letter.dossier_id in dossiers
        and dossiers[letter.dossier_id].phase == DEBTOR_LETTERS[letter.kind][0]
        and owed.get(letter.dossier_id or 0, 0) > 0
        and (with_held or letter.dossier_id not in on_hold)
    ]


def _printed(request: Any) -> QuerySet[Message]:
    return Message.objects.filter(office=request.office).to_post().select_related("document")  # type: ignore[attr-defined]


def stuck(request: Any) -> QuerySet[Dossier]:
    """In a phase that waits for a term, but no term runs and no letter waits for the post: a person decides."""
    running = Deadline.objects.pending().filter(dossier=OuterRef("pk"))
    posting = Message.objects.filter(dossier_id=OuterRef("pk"), channel__in=["letter", "registered"], posted_on=None)
    posting = posting.filter(outcome__in=["", "sent"])
    in_amiable = Q(~Exists(posting.filter(kind="amiable_letter")), phase=Phase.AMIABLE)
    in_psrpc = Q(~Exists(posting.filter(kind="psrpc_letter")), phase=Phase.PSRPC)
    in_injonction = Q(phase__in=[Phase.IP_ORDERED, Phase.IP_SERVED])
    on_hold = Hold.objects.stopping(Stop.MACHINE).filter(dossier=OuterRef("pk"))
    standing = followed(request).filter(in_amiable | in_psrpc | in_injonction)
    return standing.filter(~Exists(running), ~Exists(on_hold))


@readonly
def detail(request: Any, reference: str) -> HttpResponse:
    dossier = one_of_ours(request, reference)
    now = clock.now()
    simulation, imagined = terms_page.simulate(dossier, request.GET)
    context = {
        "dossier": dossier,
        "terms": terms_page.terms_of(dossier),
        "may_simulate": terms_page.may_simulate(dossier),
        "simulation": simulation,
        "imagined": imagined,
        "balance": dossier.balance(),
        "items": items_with_limits(dossier, today=now.astimezone(dossier.zone).date()),
        "attachments": dossier.attachments.select_related("document"),
        "history": history(dossier, document_page="office-document", with_words=True),
        "next": presenters.next_step(dossier, today=now.astimezone(dossier.zone).date(), viewer=Side.OFFICE),
        "actions": presenters.actions(dossier, by=office_actor(request), now=now, page="office-confirm"),
        "tone": presenters.TONES[Phase(dossier.phase)],
        "to_post": [letter for letter in letters_to_post(request, with_held=True) if letter.dossier_id == dossier.pk],
        "form": PostingForm(initial={"posted_on": clock.today(dossier.zone)}),
        "answers": dossier.answers.all(),
        "offer": dossier.offers.current(),
        "answer_form": ReceivedAnswerForm(initial={"received_on": clock.today(dossier.zone)}),
        "offer_form": OfferForm() if month(dossier) else None,
        "pieces": publications.pieces(dossier),
        "published": set(dossier.publications.living().values_list("document", flat=True)),
        "manager_form": ManagerForm(dossier=dossier),
        "call_form": CallForm(prefix="appel"),
        "script": PhoneScript.objects.in_force(request.office, dossier.phase, on=clock.today(dossier.zone)),
        "conflict": conflict_of(dossier),
        "place": located(dossier.debtor),
        "judge": judge_of(dossier, on=clock.today(dossier.zone)),
        "insolvencies": insolvencies(dossier, today=now.astimezone(dossier.zone).date()),
        "holds": holding.shown(dossier, viewer=Side.OFFICE),
        "is_held": bool(Hold.objects.stops(dossier, Stop.LETTERS)),
        "may_certify": may_certify(dossier),
        "hold_form": HoldForm(dossier=dossier),
    }
    if dossier.phase == Phase.INJONCTION_REQUESTED:
        context["petition_missing"] = petition.missing(dossier, on=clock.today(dossier.zone))
    return render(request, "portal/office/dossier.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: Any, reference: str, name: str) -> HttpResponse:
    return confirm_move(
        request,
        one_of_ours(request, reference),
        name,
        by=office_actor(request),
        pages=("office-dossier", "office-confirm"),
    )


@require_POST
@once
def make_petition(request: Any, reference: str) -> HttpResponse:
    """The file for the judge, made in the background and filed in the dossier."""
    dossier = one_of_ours(request, reference)
    try:
        petition.ask_for(dossier, by=office_actor(request), now=clock.now())
    except NoCourt as absent:
        messages.error(request, str(absent))
    else:
        messages.success(
            request, _("Le dossier d’injonction se prépare : il paraît dans l’historique dans un instant.")
        )
    return redirect("office-dossier", reference)


@require_POST
def post_letter(request: Any, key: str) -> HttpResponse:
    """Record the posting, from the deposit proof: the term starts on that day."""
    message = get_object_or_404(Message, pk=key, office=request.office)
    form = PostingForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("office-home")
    dossier = get_object_or_404(ours(request).select_related("office", "brand"), pk=message.dossier_id)
    try:
        record_posting(
            message,
            by=office_actor(request),
            now=clock.now(),
            today=clock.today(dossier.zone),
            **form.cleaned_data,
        )
    except PostingRefused as refusal:
        messages.error(request, str(refusal))
    else:
        runs = Deadline.objects.pending().filter(dossier=dossier).exists()
        told = _("Dépôt enregistré : le délai court de cette date.") if runs else _("Dépôt enregistré.")
        messages.success(request, told)
    return redirect("office-dossier", dossier.reference)


def judge_of(dossier: Dossier, *, on: date) -> Court | str:
    """The judge of an injonction for this claim with the reasons, or the sentence that says why there is none."""
    try:
        return petition.court_of(dossier, on=on)
    except (NoCourt, MissingParameter) as absent:
        return str(absent)


def one_of_ours(request: Any, reference: str) -> Dossier:
    found = ours(request).select_related("brand", "creditor", "debtor", "office", "manager", "subsidiary")
    dossier = get_object_or_404(found, reference=reference)
    show(request, dossier.pk)
    return dossier
