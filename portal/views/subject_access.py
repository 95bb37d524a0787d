"""The right of access: a copy of all that is held about a person, made in one click by the office or by support."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from core import clock, looking
from core.audit import note
from core.readings import show
from documents.pdf import RenderingUnavailable
from dossiers.models import Debtor, Dossier
from portal.views.office import ours
from reports import subject_access
from reports.subject_access import Access
from reports.subject_copy import archive


@never_cache
@require_POST
def office_copy(request: Any, reference: str) -> HttpResponse:
    """All that the office's dossiers hold about this debtor; to be handed to him once his identity is checked."""
    found = ours(request).filter(debtor__isnull=False).select_related("debtor")
    dossier = get_object_or_404(found, reference=reference)
    assert dossier.debtor is not None  # noqa: S101  filtered above
    access = subject_access.of_debtor(dossier.debtor, dossiers=ours(request), with_support=False)
    try:
        return _handed(request, access, reason=reference)
    except RenderingUnavailable as absence:
        messages.error(request, str(absence))
        return redirect("office-dossier", reference)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def support_debtor(request: Any, key: int) -> HttpResponse:
    """The same for support, over all dossiers of the debtor, with complaints and who read him."""
    debtor = get_object_or_404(_for_support(request, Debtor), pk=key)
    return _for_a_reason(
        request, lambda: subject_access.of_debtor(debtor, dossiers=Dossier.objects.all(), with_support=True)
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def support_person(request: Any, key: int) -> HttpResponse:
    """All that is held about somebody who has an account."""
    user = get_object_or_404(_for_support(request, User), pk=key)
    return _for_a_reason(request, lambda: subject_access.of_person(user))


def _for_support(request: Any, model: Any) -> Any:
    if not (request.user.is_authenticated and request.user.is_staff):
        raise Http404
    return model.objects.all()


def _for_a_reason(request: Any, collect: Any) -> HttpResponse:
    """Ask why first: who asked for the copy, and how his identity was checked."""
    error = ""
    if request.method == "POST":
        try:
            access = collect()
            ip = get_adapter().get_client_ip(request)
            reason = request.POST.get("look_reason", "")
            looking.grant(request, access.subject, reason=reason, by=str(request.user), ip=ip, now=clock.now())
            return _handed(request, access, reason=reason)
        except (looking.LookRefused, RenderingUnavailable) as refusal:
            error = str(refusal)
    return render(
        request, "admin/copy.html", {"error": error, "title": _("Copie des données")}, status=422 if error else 200
    )


def _handed(request: Any, access: Access, *, reason: str) -> HttpResponse:
    """The ZIP, and the line that says who made it."""
    now = clock.now()
    show(request, *access.dossiers)
    note(
        "droit d’accès : copie", access.subject, by=str(request.user), now=now, reason=reason,
        ip=get_adapter().get_client_ip(request),
    )  # fmt: skip
    response = HttpResponse(archive(access, brand=request.brand, now=now), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename="droit-d-acces.zip") or ""
    return response
