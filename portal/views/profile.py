"""The creditor's profile: read here, changed by a request; and where its money goes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import partners
from accounts import profile as services
from accounts.models import BillingParty, Creditor, PayoutAccount
from accounts.models.profile import Decision
from accounts.permissions import allowed, requires
from accounts.profile_forms import ChangeForm, PayoutForm
from accounts.roles import Permission
from core import clock
from core.http import readonly
from core.once import once
from documents.sniffing import Refused
from portal.presenters import facts
from portal.views.acting import for_the_same_creditor
from portal.views.tabs import account_tabs

GET_OR_POST = ["GET", "HEAD", "POST"]


@readonly
@requires(Permission.PROFILE_READ)
def profile(request: Any) -> HttpResponse:
    creditor = request.creditor
    waiting = creditor.payout_accounts.waiting().first()
    context = {
        "tabs": account_tabs(request, "profile"),
        "identity": identity(creditor),
        "bank_account": creditor.bank_accounts.current(),
        "billing": BillingParty.objects.filter(creditor=creditor).first(),
        "terms": creditor.terms,
        "introduction": partners.of_creditor(creditor),
        "may_end_partner": allowed(request, Permission.PEOPLE_MANAGE),
        "requests": creditor.change_requests.prefetch_related("papers__document")[:20],
        "is_asking": creditor.change_requests.waiting().exists(),
        "payout": creditor.payout_accounts.in_force(clock.now()),
        "payouts": creditor.payout_accounts.all()[:20],
        "waiting": waiting,
        "is_mine": bool(waiting and waiting.proposer_id == request.user.pk),
        "is_alone": bool(waiting) and services.may_decide_alone(creditor, request.user),
        "may_change": allowed(request, Permission.PROFILE_CHANGE),
        "may_pay_out": allowed(request, Permission.PAYOUT_CHANGE),
    }
    return render(request, "portal/profile/profile.html", context)


def identity(creditor: Creditor) -> list[dict[str, Any]]:
    """Every field that papers may state, in words."""
    shown = []
    for name in services.FIELDS:
        field = creditor._meta.get_field(name)
        value = getattr(creditor, f"get_{name}_display")() if field.choices else getattr(creditor, name)  # type: ignore[union-attr]
        shown.append((_(str(field.verbose_name).capitalize()), _yes_or_no(value)))  # type: ignore[union-attr]
    return facts(shown)


def _yes_or_no(value: Any) -> Any:
    return (_("oui") if value else _("non")) if isinstance(value, bool) else str(value or "")


@readonly
@requires(Permission.PROFILE_READ)
def accepted_terms(request: Any) -> HttpResponse:
    """The very text that was accepted, whatever was published since."""
    context = {"tabs": account_tabs(request, "profile"), "terms": request.creditor.terms}
    return render(request, "portal/profile/terms.html", context)


@require_http_methods(GET_OR_POST)
@requires(Permission.PROFILE_CHANGE)
@for_the_same_creditor("profile")
@once
def ask_change(request: Any) -> HttpResponse:
    """« Demander une modification »: what should change, why, with its proofs."""
    # A copy: what is typed must show nowhere else on the page as if it held.
    wished = Creditor.objects.get(pk=request.creditor.pk)
    form = ChangeForm(request.POST or None, request.FILES or None, instance=wished)
    if request.method == "POST" and form.is_valid() and _ask(request, form):
        messages.success(request, _("Votre demande est transmise au support. Rien ne change avant sa réponse."))
        return redirect("profile")
    context = {"tabs": account_tabs(request, "profile"), "form": form}
    return render(request, "portal/profile/change.html", context, status=422 if form.errors else 200)


def _ask(request: Any, form: ChangeForm) -> bool:
    data = form.cleaned_data
    try:
        services.ask_change(
            request.creditor, wanted=form.wanted(), explanation=data["explanation"], files=data["papers"], by=request.user,
            now=clock.now(),
        )  # fmt: skip
    except Refused as refusal:
        form.add_error("papers", str(refusal))
    except services.ChangeRefused as refusal:
        form.add_error(None, str(refusal))
    return not form.errors


@sensitive_post_parameters("iban")
@require_http_methods(GET_OR_POST)
@requires(Permission.PAYOUT_CHANGE)
@for_the_same_creditor("profile")
@once
def propose_payout(request: Any) -> HttpResponse:
    form = PayoutForm(request.POST or None, initial={"holder": request.creditor.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.propose_payout(request.creditor, by=request.user, now=clock.now(), **form.cleaned_data)
        except services.ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Compte proposé. Une deuxième personne doit le confirmer."))
            return redirect("profile")
    context = {"tabs": account_tabs(request, "profile"), "form": form}
    return render(request, "portal/profile/payout.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.PAYOUT_CHANGE)
def answer_payout(request: Any, payout: int) -> HttpResponse:
    """Confirm or refuse what somebody else proposed; who proposed may only take it back."""
    account = get_object_or_404(PayoutAccount, pk=payout, creditor=request.creditor, state=Decision.WAITING)
    approve = request.POST.get("answer") == "approve"
    try:
        services.decide_payout(account, approve=approve, by=request.user, now=clock.now())
    except services.ChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        told = _("Compte confirmé : il sert dans vingt-quatre heures.") if approve else _("Compte écarté.")
        messages.success(request, told)
    return redirect("profile")
