"""Messages between creditor and office: one thread a dossier, one page for the whole portfolio, from both sides."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import granting, requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from core.once import once
from documents.sniffing import Refused
from dossiers import publications, threads
from dossiers.enums import Phase
from dossiers.models import Dossier, ThreadMessage, Voice
from portal.actors import creditor_actor, office_actor
from portal.paging import page_of
from portal.sheets import csv_file
from portal.thread_forms import CallForm, ManagerForm, WordForm
from portal.views.dossiers import mine, one_of_mine
from portal.views.office import one_of_ours, ours

MOST_UNREAD = 50
MOST_EXPORTED = 5000


@dataclass(frozen=True, slots=True)
class Desk:
    """The names of one side's pages."""

    voice: Voice
    thread: str
    write: str
    read: str
    inbox: str
    export: str
    dossier: str
    document: str


CREDITOR = Desk(Voice.CREDITOR, "thread", "thread-write", "thread-read", "inbox", "inbox-export", "dossier", "document")
OFFICE = Desk(
    Voice.OFFICE, "office-thread", "office-thread-write", "office-thread-read", "office-inbox", "office-inbox-export",
    "office-dossier", "office-document",
)  # fmt: skip


# --- the creditor's side --------------------------------------------------------------------------------------------
@readonly
@requires(Permission.DOSSIER_READ)
def inbox(request: Any) -> HttpResponse:
    return _inbox(request, mine(request), CREDITOR)


@readonly
@requires(Permission.DOSSIER_READ)
def inbox_export(request: Any) -> HttpResponse:
    return _export(request, mine(request))


@readonly
@requires(Permission.DOSSIER_READ)
def thread(request: Any, reference: str) -> HttpResponse:
    dossier = _filed(mine(request), reference)
    may_write = dossier.creditor_id in granting(request, Permission.DOSSIER_FILE) and not request.seeing
    return _thread(request, dossier, CREDITOR, WordForm() if may_write else None)


@require_POST
@requires(Permission.DOSSIER_FILE)
@once
def write(request: Any, reference: str) -> HttpResponse:
    return _write(request, _filed(mine(request), reference), CREDITOR, by=str(creditor_actor(request)))


@require_POST
@requires(Permission.DOSSIER_FILE)
def read(request: Any, reference: str) -> HttpResponse:
    return _read(request, one_of_mine(request, reference), CREDITOR)


# --- the office's side ----------------------------------------------------------------------------------------------
@readonly
def office_inbox(request: Any) -> HttpResponse:
    return _inbox(request, ours(request), OFFICE)


@readonly
def office_inbox_export(request: Any) -> HttpResponse:
    return _export(request, ours(request))


@readonly
def office_thread(request: Any, reference: str) -> HttpResponse:
    return _thread(request, _filed(ours(request), reference), OFFICE, None if request.seeing else WordForm())


@require_POST
@once
def office_write(request: Any, reference: str) -> HttpResponse:
    return _write(request, _filed(ours(request), reference), OFFICE, by=str(office_actor(request)))


@require_POST
def office_read(request: Any, reference: str) -> HttpResponse:
    return _read(request, one_of_ours(request, reference), OFFICE)


@require_POST
def entrust(request: Any, reference: str) -> HttpResponse:
    """Name who follows the dossier."""
    dossier = one_of_ours(request, reference)
    form = ManagerForm(request.POST, dossier=dossier)
    if not form.is_valid():
        messages.error(request, _("Choisissez une personne de l’étude."))
    elif form.cleaned_data["manager"] != dossier.manager:
        threads.entrust(dossier, form.cleaned_data["manager"], by=str(office_actor(request)), now=clock.now())
        messages.success(request, _("Le gestionnaire est enregistré ; le créancier voit son nom."))
    return redirect("office-dossier", reference)


@require_POST
@once
def note_call(request: Any, reference: str) -> HttpResponse:
    """A call with the debtor or the creditor, written into the history."""
    dossier = one_of_ours(request, reference)
    form = CallForm(request.POST, prefix="appel")
    if form.is_valid():
        threads.note_call(dossier, form.cleaned_data["text"], by=str(office_actor(request)), now=clock.now())
        messages.success(request, _("L’appel est noté dans l’historique, que le créancier lit aussi."))
    else:
        messages.error(request, _("Écrivez en quelques mots ce qui a été dit."))
    return redirect("office-dossier", reference)


@require_POST
def publish(request: Any, reference: str) -> HttpResponse:
    """Which pieces the debtor finds in his room."""
    dossier = one_of_ours(request, reference)
    chosen = set(request.POST.getlist("papers"))
    keys = {piece.pk for piece in publications.pieces(dossier) if str(piece.pk) in chosen}
    publications.show(dossier, keys, by=str(office_actor(request)), now=clock.now())
    messages.success(request, _("Enregistré : le débiteur voit ses lettres et les pièces cochées."))
    return redirect("office-dossier", reference)


# --- what both sides share --------------------------------------------------------------------------------------------
def _filed(dossiers: QuerySet[Dossier], reference: str) -> Dossier:
    found = dossiers.exclude(phase=Phase.DRAFT).filter(office__isnull=False)
    return get_object_or_404(
        found.select_related("brand", "creditor", "debtor", "office", "manager"), reference=reference
    )


def _said(request: Any, dossiers: QuerySet[Dossier]) -> QuerySet[ThreadMessage]:
    """The messages of these dossiers that the filters of the address keep."""
    said = ThreadMessage.objects.filter(dossier__in=dossiers)
    if words := request.GET.get("q", "").strip().replace("\x00", ""):
        debtor = Q(dossier__debtor__last_name__icontains=words) | Q(dossier__debtor__company__icontains=words)
        number = Q(dossier__reference__icontains=words) | Q(dossier__creditor_reference__icontains=words)
        said = said.filter(Q(text__icontains=words) | Q(author__icontains=words) | debtor | number)
    if (voice := request.GET.get("de", "")) in Voice.values:
        said = said.filter(voice=voice)
    return said.select_related("dossier__debtor", "creditor").prefetch_related("files__document")


def _inbox(request: Any, dossiers: QuerySet[Dossier], desk: Desk) -> HttpResponse:
    """What waits to be read, the oldest first; then all the rest, the newest first."""
    said = _said(request, dossiers)
    waits = Q(read_at=None) & ~Q(voice=desk.voice)
    page = page_of(request, said.exclude(waits))
    is_first = not ({"apres", "avant"} & set(request.GET))
    context = {
        "desk": desk,
        "unread": said.filter(waits)[:MOST_UNREAD] if is_first else [],
        "page": page,
        "words": request.GET.get("q", "").strip(),
        "voice": request.GET.get("de", ""),
        "voices": Voice.choices,
        "export_url": f"{reverse(desk.export)}?{request.GET.urlencode()}",
    }
    return render(request, "portal/threads/inbox.html", context)


def _export(request: Any, dossiers: QuerySet[Dossier]) -> HttpResponse:
    heads = [_("Date"), _("Dossier"), _("Débiteur"), _("De"), _("Auteur"), _("Message"), _("Fichiers"), _("Lu le")]
    said = _said(request, dossiers).order_by("-created_at", "-pk")[:MOST_EXPORTED]
    rows = (
        [
            f"{one.created_at.astimezone(request.brand.zone):%d/%m/%Y %H:%M}", one.dossier.reference, one.dossier.debtor or "",
            one.get_voice_display(), one.author, one.text, " ".join(file.document.name for file in one.files.all()),
            f"{one.read_at.astimezone(request.brand.zone):%d/%m/%Y %H:%M}" if one.read_at else "",
        ]
        for one in said
    )  # fmt: skip
    return csv_file("messages.csv", heads, rows)


def _thread(request: Any, dossier: Dossier, desk: Desk, form: WordForm | None, status: int = 200) -> HttpResponse:
    said = list(dossier.thread.prefetch_related("files__document"))
    unread = [one for one in said if one.voice != desk.voice and not one.read_at]
    context = {
        "desk": desk,
        "dossier": dossier,
        "said": said,
        "until": unread[-1].pk if unread and form else None,
        "form": form,
    }
    return render(request, "portal/threads/thread.html", context, status=status)


def _write(request: Any, dossier: Dossier, desk: Desk, *, by: str) -> HttpResponse:
    form = WordForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            threads.write(dossier, **form.cleaned_data, voice=desk.voice, by=by, now=clock.now())
        except Refused as refusal:
            form.add_error("files", str(refusal))
        else:
            _mark(request, dossier, desk)  # whoever answers has read what she answers
            messages.success(request, _("Message envoyé."))
            return redirect(desk.thread, dossier.reference)
    return _thread(request, dossier, desk, form, status=422)


def _read(request: Any, dossier: Dossier, desk: Desk) -> HttpResponse:
    """Told by the page itself once it is shown, or by the button without JavaScript: looking alone writes nothing."""
    _mark(request, dossier, desk)
    if request.htmx:
        return render(request, "portal/threads/_read.html")
    return redirect(desk.thread, dossier.reference)


def _mark(request: Any, dossier: Dossier, desk: Desk) -> None:
    """Read up to the last message that the page showed: what came since is still to be read."""
    until = request.POST.get("until", "")
    last = int(until) if until.isascii() and until.isdigit() and len(until) < 19 else 0
    threads.read(dossier, voice=desk.voice, until=last, by=str(request.user), now=clock.now())
