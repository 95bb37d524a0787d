"""The certificate by the office, and the creditor's papers for her VAT in one file."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from core.once import once
from portal.actors import office_actor
from portal.views.dossiers import one_of_mine
from portal.views.office import one_of_ours
from procedures import irrecoverable
from procedures.irrecoverable import NotIrrecoverable


@require_POST
@once
def certify(request: Any, reference: str) -> HttpResponse:
    """The certificate of a dossier that is closed already."""
    dossier = one_of_ours(request, reference)
    try:
        irrecoverable.certify_closed(
            dossier, reason=request.POST.get("reason", ""), by=office_actor(request), now=clock.now()
        )
    except NotIrrecoverable as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Le certificat se prépare : il paraît dans l’historique dans un instant."))
    return redirect("office-dossier", reference)


@never_cache
@readonly
@requires(Permission.DOSSIER_READ)
def pack(request: Any, reference: str) -> HttpResponse:
    """Everything for the loss and the VAT in one ZIP; nothing is there before the certificate."""
    dossier = one_of_mine(request, reference)
    try:
        content = irrecoverable.pack(dossier)
    except NotIrrecoverable as absent:
        messages.error(request, str(absent))
        return redirect(dossier)
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, f"tva-{dossier.reference}.zip") or "attachment"
    return response
