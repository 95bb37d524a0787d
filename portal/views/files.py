"""Handing over stored files: only what the audience's own rows name, never inline from what people sent."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache

from accounts.middleware import DEBTOR_KEY
from accounts.models import ChangeRequestPaper, Convention
from accounts.roles import PERMISSIONS, Permission
from core.http import readonly
from core.readings import show
from documents.models import Document, Tampered
from documents.pdf import without_last_pages
from dossiers.models import Dossier
from dossiers.publications import shown_to_debtor
from portal.views.debtor_room import OPEN_PHASES

SHOWN = ("application/pdf", "image/png", "image/jpeg")


@never_cache
@readonly
def portal_document(request: Any, key: UUID) -> HttpResponse:
    """The creditor's copy ends before the sheet that opens the debtor's room: nobody answers in his place."""
    return hand_over(request, key, _readable(request), is_recipient=False)


def _readable(request: Any) -> Q:
    """By the role at each creditor: dossiers' papers; conventions and proofs of a request; and, for who signs them, the
    papers that bear an IBAN in clear, which support never reads « as » somebody."""
    at = {right: [m.creditor_id for m in request.memberships if right in PERMISSIONS[m.role]] for right in Permission}
    unsigned, signed = (
        Convention.objects.values("unsigned"),
        Convention.objects.filter(signed__isnull=False).values("signed"),
    )
    of_profile = Q(pk__in=ChangeRequestPaper.objects.values("document")) | Q(pk__in=unsigned) | Q(pk__in=signed)
    found = Q(dossier_id__isnull=False, creditor_id__in=at[Permission.DOSSIER_READ])
    found |= of_profile & Q(creditor_id__in=at[Permission.PROFILE_READ])
    if request.seeing is None:
        found |= Q(dossier_id=None, creditor_id__in=at[Permission.MANDATE_SIGN])
    return found


@never_cache
@readonly
def office_document(request: Any, key: UUID) -> HttpResponse:
    """A paper of one of its dossiers, or one of its own, such as its signature."""
    own = Q(office=request.office, creditor_id=None, dossier_id=None)
    return hand_over(request, key, Q(dossier_id__in=request.office.dossiers.values("pk")) | own)


@never_cache
@readonly
def debtor_document(request: Any, key: UUID) -> HttpResponse:
    if DEBTOR_KEY not in request.session:
        raise Http404
    mine = Dossier.objects.filter(pk=request.session[DEBTOR_KEY], phase__in=OPEN_PHASES).values("pk")
    return hand_over(request, key, shown_to_debtor(request.session[DEBTOR_KEY]), dossier_id__in=mine)


@never_cache
@readonly
def support_document(request: Any, key: UUID) -> HttpResponse:
    """The proofs of a request, for whoever decides it; other papers open by their own files."""
    if not (request.user.is_authenticated and request.user.is_staff):
        raise Http404
    return hand_over(request, key, pk__in=ChangeRequestPaper.objects.values("document"))


def hand_over(request: Any, key: UUID, *condition: Q, is_recipient: bool = True, **owner: Any) -> HttpResponse:
    """The file, if it is among those that the owner's condition names; 404 otherwise."""
    document = Document.objects.filter(*condition, pk=key, **owner).first()
    if document is None:
        raise Http404
    try:
        content = document.read()
        if document.secret_pages and not is_recipient:
            content = without_last_pages(content, document.secret_pages)
        response = HttpResponse(content, content_type=document.media_type)
    except (FileNotFoundError, Tampered) as error:
        raise Http404 from error
    show(request, document.dossier_id)
    as_attachment = document.media_type not in SHOWN or "download" in request.GET
    response["Content-Disposition"] = content_disposition_header(as_attachment, document.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    return response
