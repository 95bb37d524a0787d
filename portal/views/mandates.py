"""The mandate: choosing, reading, signing, refusing, revoking; its history (IDE-08 to IDE-31)."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from mandates import services
from mandates.models import Mandate
from portal.mandate_forms import ChannelForm, ChoiceForm, CodeForm, EmailForm, RevocationForm
from portal.mandate_pages import mandate_page
from portal.views.acting import for_the_same_creditor
from portal.views.signing import signer_of, too_many, way_of, whose
from signatures.codes import CodeRefused, send_code
from signatures.models import Challenge
from signatures.throttle import TooMany

CHALLENGE = "mandate_challenge"


@never_cache
@readonly
@requires(Permission.MANDATE_SIGN)
def mandate(request: Any) -> HttpResponse:
    """What is in force, what waits to be signed with its whole text, and all that was before."""
    return _page(request, _waiting(request) or _living(request))


@never_cache
@sensitive_post_parameters("iban", "bic")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANDATE_SIGN)
@for_the_same_creditor("mandate")
def choose(request: Any) -> HttpResponse:
    """Account, mode, amount, spread; then the paper is drawn up and shown."""
    form = ChoiceForm(request.POST if request.method == "POST" else None, creditor=request.creditor)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():  # an account that no mandate takes is not kept
                services.prepare(request.creditor, form.choice(now=clock.now()), now=clock.now())
        except services.MandateRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            request.session.pop(CHALLENGE, None)
            return redirect("mandate")
    return render(request, "mandates/choose.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@requires(Permission.MANDATE_SIGN)
@for_the_same_creditor("mandate")
def ask_code(request: Any) -> HttpResponse:
    found = _waiting(request)
    if found is None:
        return redirect("mandate")
    form = ChannelForm(request.POST, mandate=found, **whose(request))
    if not form.is_valid():
        return _page(request, found, channel_form=form, status=422)
    try:
        challenge = send_code(found.unsigned, signer_of(request), way_of(request, form), now=clock.now())
    except TooMany as refusal:
        return too_many(_page(request, found, channel_form=form, refusal=str(refusal), status=429), refusal)
    request.session[CHALLENGE] = challenge.pk
    return redirect("mandate")


@sensitive_post_parameters("code")
@require_POST
@requires(Permission.MANDATE_SIGN)
@for_the_same_creditor("mandate")
def sign(request: Any) -> HttpResponse:
    found = _waiting(request)
    if found is None:
        messages.info(request, _("Ce mandat est déjà signé : rien n’a changé."))
        return redirect("mandate")
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, code_form=form, status=422)
    try:
        services.sign(found, signer_of(request), user=request.user, now=clock.now(), **form.cleaned_data)
    except (CodeRefused, services.MandateRefused) as refusal:
        return _page(request, found, code_form=form, refusal=str(refusal), status=422)
    request.session.pop(CHALLENGE, None)
    messages.success(request, _("Votre mandat est signé. Vous pouvez déposer vos dossiers."))
    return redirect("mandate")


@require_POST
@requires(Permission.MANDATE_SIGN)
@for_the_same_creditor("mandate")
def refuse(request: Any) -> HttpResponse:
    if found := _waiting(request):
        services.refuse(found)
        messages.info(
            request, _("Vous pourrez signer le mandat plus tard, avant de transmettre votre premier dossier.")
        )
    return redirect("home")


@require_POST
@requires(Permission.MANDATE_SIGN)
@for_the_same_creditor("mandate")
def another_code(request: Any) -> HttpResponse:
    """Back to the choice of the way, to have a fresh code sent."""
    request.session.pop(CHALLENGE, None)
    return redirect("mandate")


@require_POST
@requires(Permission.MANDATE_SIGN)
@for_the_same_creditor("mandate")
def change_email(request: Any) -> HttpResponse:
    """Another address for the announcements, before the signature or after."""
    found, form = _waiting(request) or _living(request), EmailForm(request.POST)
    if not form.is_valid():
        return _page(request, found, email_form=form, status=422)
    for mandate in {found, request.creditor.mandates.valid() or found}:
        services.change_email(mandate, form.cleaned_data["email"], user=request.user, now=clock.now())
    messages.success(request, _("Vos prélèvements seront annoncés à %(email)s.") % form.cleaned_data)
    return redirect("mandate")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANDATE_SIGN)
@for_the_same_creditor("mandate")
def revoke(request: Any) -> HttpResponse:
    found = request.creditor.mandates.select_related("account", "brand", "creditor").valid()
    if found is None:
        return redirect("mandate")
    form = RevocationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.revoke(found, user=request.user, now=clock.now())
        except services.MandateRefused as refusal:  # by another click
            messages.info(request, str(refusal))
        else:
            messages.success(request, _("Votre mandat est révoqué. Un courriel vous le confirme."))
        return redirect("mandate")
    context = {"form": form, "mandate": found}
    return render(request, "mandates/revoke.html", context, status=422 if form.errors else 200)


def _mine(request: Any) -> Any:
    related = ("account", "unsigned__brand", "signed", "brand", "creditor", "signature__sealed")
    return request.creditor.mandates.select_related(*related)


def _waiting(request: Any) -> Mandate | None:
    found: Mandate | None = _mine(request).waiting().first()
    return found


def _living(request: Any) -> Mandate:
    found: Mandate | None = _mine(request).current() or _mine(request).order_by("-pk").first()
    if found is None:
        raise Http404
    return found


def _page(
    request: Any, found: Mandate, *, channel_form: ChannelForm | None = None, code_form: CodeForm | None = None,
    email_form: EmailForm | None = None, refusal: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    sent = Challenge.objects.filter(pk=request.session.get(CHALLENGE), used_at=None, document=found.unsigned_id).first()
    if refusal and sent and code_form:
        code_form.add_error("code", refusal)  # said beside the field, when there is one
        refusal = ""
    context = mandate_page(found) | {
        "channel_form": channel_form or ChannelForm(mandate=found, **whose(request)),
        "code_form": code_form or CodeForm(initial={"shown": found.unsigned.sha256}),
        "sent_to": sent.destination if sent else "",
        "refusal": refusal,
    }
    if email_form:
        context["email_form"] = email_form
    return render(request, "mandates/mandate.html", context, status=status)
