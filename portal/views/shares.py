"""Links for an accountant or a lawyer: made and revoked by the creditor, read without an account."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import sharing
from accounts.messages import site_url
from accounts.middleware import SHARE_KEY
from accounts.models import ShareLink
from accounts.people_forms import ShareForm
from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.audit import note
from core.http import readonly
from core.once import once
from core.readings import show
from dossiers.enums import Phase
from dossiers.models import Dossier
from portal import presenters
from portal.history import history
from portal.listing import listed, rows
from portal.paging import page_of
from portal.views.acting import for_the_same_creditor
from portal.views.files import hand_over
from portal.views.tabs import account_tabs

FRESH = "fresh_share"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DOSSIER_SHARE)
@for_the_same_creditor("shares")
@once
def shares(request: Any) -> HttpResponse:
    """The links of the creditor; a new one is shown once, to be copied."""
    form = ShareForm(request.POST or None, initial={"reference": request.GET.get("dossier", "")})
    if request.method == "POST" and form.is_valid() and (url := _share(request, form)):
        request.session[FRESH] = url
        return redirect("shares")
    context = {
        "tabs": account_tabs(request, "shares"),
        "fresh": request.session.pop(FRESH, ""),  # shown once: only its fingerprint is kept
        "links": _links(request),
        "form": form,
    }
    return render(request, "portal/people/shares.html", context, status=422 if form.errors else 200)


def _links(request: Any) -> list[dict[str, Any]]:
    links = list(request.creditor.share_links.all()[:100])
    references = dict(Dossier.objects.filter(pk__in=[link.dossier_id for link in links]).values_list("pk", "reference"))
    now = clock.now()
    return [
        {
            "link": link,
            "reference": references.get(link.dossier_id),
            "is_living": not link.revoked_at and link.expires_at > now,
        }
        for link in links
    ]


def _share(request: Any, form: ShareForm) -> str:
    """The address of the new link, or nothing with the form's error."""
    data, dossier = form.cleaned_data, None
    if reference := data["reference"].strip().upper():
        dossier = request.creditor.dossiers.filter(reference=reference).exclude(phase=Phase.DRAFT).first()
        if dossier is None:
            form.add_error("reference", _("Aucun dossier transmis n’a cette référence."))
            return ""
    _link, token = sharing.share(
        request.creditor, recipient=data["recipient"], days=data["days"], dossier_id=dossier.pk if dossier else None,
        by=request.user, now=clock.now(),
    )  # fmt: skip
    return site_url(request.brand, reverse("share-open", args=[token]))


@require_POST
@requires(Permission.DOSSIER_SHARE)
def revoke(request: Any, share: int) -> HttpResponse:
    link = get_object_or_404(ShareLink, pk=share, creditor=request.creditor)
    sharing.revoke(link, by=str(request.user), now=clock.now())
    messages.success(request, _("Le lien est révoqué : il n’ouvre plus rien."))
    return redirect("shares")


# --- whoever holds the link ---------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_share(request: Any, token: str) -> HttpResponse:
    """Looking opens nothing (mail scanners look at links); the button does, and the secret leaves the address bar."""
    if request.method != "POST":
        return render(request, "portal/people/share_door.html")
    link = sharing.open_link(token, brand=request.brand, now=clock.now())
    if link is None:
        return render(request, "portal/people/share_closed.html", status=410)
    request.session[SHARE_KEY] = link.token_hash
    return redirect("shared")


def audited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that only shows, and whose showing is noted: who read what by which link."""

    @wraps(view)
    def told(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response = readonly(view)(request, *args, **kwargs)
        if response.status_code == 200:
            by, ip = f"lien {request.share.pk} ({request.share.recipient})", get_adapter().get_client_ip(request)
            note(
                "lecture par lien",
                f"creditor:{request.share.creditor_id}",
                by=by,
                now=clock.now(),
                reason=request.path,
                ip=ip,
            )
        return response

    return told


def shared(request: Any) -> QuerySet[Dossier]:
    """What the link shows: the creditor's dossiers once filed, or the only one it is about."""
    found = Dossier.objects.filter(creditor=request.share.creditor_id).exclude(phase=Phase.DRAFT)
    return found.filter(pk=request.share.dossier_id) if request.share.dossier_id else found


@audited
def listing(request: Any) -> HttpResponse:
    page = page_of(request, listed(shared(request)))
    show(request, *(row.pk for row in page.rows))
    lines = rows(page.rows, page="shared-dossier", zone=request.brand.zone)
    return render(request, "portal/people/shared.html", {"rows": lines, "page": page})


@audited
def detail(request: Any, reference: str) -> HttpResponse:
    found = shared(request).select_related("brand", "creditor", "debtor", "office")
    dossier = get_object_or_404(found, reference=reference)
    show(request, dossier.pk)
    context = {
        "dossier": dossier,
        "balance": dossier.balance(),
        "items": dossier.items.select_related("document"),
        "attachments": dossier.attachments.select_related("document"),
        "history": history(dossier, document_page="shared-document"),
        "next": presenters.next_step(dossier, today=clock.today(dossier.zone)),
        "tone": presenters.TONES[Phase(dossier.phase)],
    }
    return render(request, "portal/people/shared_dossier.html", context)


@never_cache
@audited
def document(request: Any, key: UUID) -> HttpResponse:
    """As the creditor reads it: without the sheet that opens the debtor's room."""
    mine = {"creditor_id": request.share.creditor_id, "dossier_id__in": shared(request).values("pk")}
    return hand_over(request, key, is_recipient=False, **mine)
