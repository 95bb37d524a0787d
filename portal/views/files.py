"""Handing over stored files: only what the audience's own rows name, never inline from what people sent."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache

from accounts.middleware import DEBTOR_KEY
from core.http import readonly
from documents.models import Document, Tampered
from dossiers.models import Dossier
from portal.views.debtor_room import OPEN_PHASES

SHOWN = ("application/pdf", "image/png", "image/jpeg")


@never_cache
@readonly
def portal_document(request: Any, key: UUID) -> HttpResponse:
    return _hand_over(request, key, creditor_id__in=[membership.creditor_id for membership in request.memberships])


@never_cache
@readonly
def office_document(request: Any, key: UUID) -> HttpResponse:
    return _hand_over(request, key, dossier_id__in=request.office.dossiers.values("pk"))


@never_cache
@readonly
def debtor_document(request: Any, key: UUID) -> HttpResponse:
    if DEBTOR_KEY not in request.session:
        raise Http404
    shown = Dossier.objects.filter(pk=request.session[DEBTOR_KEY], phase__in=OPEN_PHASES).values("pk")
    return _hand_over(request, key, dossier_id__in=shown, for_debtor=True)


def _hand_over(request: Any, key: UUID, **owner: Any) -> HttpResponse:
    document = Document.objects.filter(pk=key, **owner).first()
    if document is None:
        raise Http404
    try:
        response = HttpResponse(document.read(), content_type=document.media_type)
    except (FileNotFoundError, Tampered) as error:
        raise Http404 from error
    as_attachment = document.media_type not in SHOWN or "download" in request.GET
    response["Content-Disposition"] = content_disposition_header(as_attachment, document.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    return response
