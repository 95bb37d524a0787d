"""The end of registration: bank details, billing, terms; then the mandate (CRE-44 to CRE-57)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.forms import CompletionForm
from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.identifiers import bic_candidates, check_iban
from mandates.services import draft, needs_mandate
from tenants.models import Terms


@sensitive_post_parameters("iban")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCOUNT_COMPLETE)
def complete(request: HttpRequest) -> HttpResponse:
    creditor = request.creditor  # type: ignore[attr-defined]
    if creditor.is_complete:
        return redirect("home")
    terms = Terms.objects.filter(brand=creditor.brand_id).first()
    if terms is None:
        raise Http404
    form = CompletionForm(request.POST or None, creditor=creditor, terms=terms)
    if request.method == "POST" and form.is_valid():
        return _finish(request, form)
    status = 422 if form.errors else 200
    return render(request, "accounts/complete.html", {"form": form, "terms": terms}, status=status)


def _finish(request: HttpRequest, form: CompletionForm) -> HttpResponse:
    creditor = form.creditor
    try:
        account = services.complete_registration(creditor, form.completion(), now=clock.now())
    except services.AlreadyComplete:  # by another click, which drafted the mandate
        return redirect("mandate" if needs_mandate(creditor.brand) else "home")
    if needs_mandate(creditor.brand):
        draft(creditor, account, now=clock.now())
        return redirect("mandate")
    messages.success(request, _("Votre inscription est finalisée."))
    return redirect("home")


@require_POST
def propose_bic(request: HttpRequest) -> HttpResponse:
    """The BIC field again, with a proposal, as soon as an IBAN is typed (IDE-09)."""
    try:
        candidates, error = bic_candidates(check_iban(request.POST.get("iban", ""))), ""
    except ValueError as refusal:
        candidates, error = [], str(refusal)
    typed = request.POST.get("bic", "").strip()
    context = {
        "candidates": candidates,
        "error": error,
        "value": typed or (candidates[0] if candidates else ""),
    }
    return render(request, "accounts/_bic.html", context)
