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
from mandates.services import MandateRefused, draft, needs_mandate, refuses_account
from portal.views.acting import for_the_same_creditor
from tenants.models import Terms


@sensitive_post_parameters("iban")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCOUNT_COMPLETE)
@for_the_same_creditor("complete-registration")
def complete(request: HttpRequest) -> HttpResponse:
    creditor = request.creditor  # type: ignore[attr-defined]
    if creditor.is_complete:
        return redirect("home")
    terms = Terms.objects.filter(brand=creditor.brand_id).first()
    if terms is None:
        raise Http404
    form = CompletionForm(request.POST or None, creditor=creditor, terms=terms)
    if request.method == "POST" and form.is_valid() and _is_debitable(form):
        return _finish(request, form)
    status = 422 if form.errors else 200
    return render(request, "accounts/complete.html", {"form": form, "terms": terms}, status=status)


def _is_debitable(form: CompletionForm) -> bool:
    """Whether the account can be debited; the form says why not."""
    why = refuses_account(form.creditor.brand, form.cleaned_data["iban"], form.cleaned_data["bic"])
    if why:
        form.add_error("iban", why)
    return not why


def _finish(request: HttpRequest, form: CompletionForm) -> HttpResponse:
    """Registration is over; the mandate comes next, where there is one to sign."""
    creditor = form.creditor
    try:
        account = services.complete_registration(creditor, form.completion(), now=clock.now())
    except services.AlreadyComplete:  # by another click, which drafted the mandate
        return redirect("mandate" if needs_mandate(creditor.brand) else "home")
    if not needs_mandate(creditor.brand):
        messages.success(request, _("Votre inscription est finalisée."))
        return redirect("home")
    try:
        draft(creditor, account, now=clock.now())
    except MandateRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("home")
    return redirect("mandate")


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
