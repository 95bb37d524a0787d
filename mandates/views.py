"""Reading, signing and refusing the mandate."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import requires
from accounts.roles import Permission
from core import clock
from core.http import readonly
from mandates import services
from mandates.forms import ChannelForm, CodeForm
from mandates.models import Challenge, CodeChannel, Mandate
from mandates.signatures import CodeRefused, Signer, masked, send_code

CHALLENGE = "mandate_challenge"


@never_cache
@readonly
@requires(Permission.MANDATE_SIGN)
def mandate(request: Any) -> HttpResponse:
    """The mandate's text, and what to do with it: choose a way for the code, then enter the code."""
    found = _mine(request)
    return _page(request, found, ChannelForm(), CodeForm())


@require_POST
@requires(Permission.MANDATE_SIGN)
def ask_code(request: Any) -> HttpResponse:
    found = _mine(request)
    if found.is_signed:
        return redirect("mandate")
    form = ChannelForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, CodeForm(), status=422)
    try:
        challenge = send_code(found.unsigned, _signer(request, form.cleaned_data), now=clock.now())
    except CodeRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("mandate")
    request.session[CHALLENGE] = challenge.pk
    return redirect("mandate")


@require_POST
@requires(Permission.MANDATE_SIGN)
def sign(request: Any) -> HttpResponse:
    found = _mine(request)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, ChannelForm(), form, status=422)
    try:
        services.sign(
            found, user=request.user, session=_session(request), code=form.cleaned_data["code"], facts=_facts(request),
            now=clock.now(),
        )  # fmt: skip
    except (CodeRefused, services.MandateRefused) as refusal:
        if CHALLENGE not in request.session:  # no code is awaited here: there is no field to say it beside
            messages.error(request, str(refusal))
            return redirect("mandate")
        form.add_error("code", str(refusal))
        return _page(request, found, ChannelForm(), form, status=422)
    request.session.pop(CHALLENGE, None)
    messages.success(request, _("Votre mandat est signé. Vous pouvez déposer vos dossiers."))
    return redirect("mandate")


@require_POST
@requires(Permission.MANDATE_SIGN)
def refuse(request: Any) -> HttpResponse:
    services.refuse(_mine(request))
    messages.info(request, _("Vous pourrez signer le mandat plus tard, avant de transmettre votre premier dossier."))
    return redirect("home")


@require_http_methods(["POST"])
@requires(Permission.MANDATE_SIGN)
def another_code(request: Any) -> HttpResponse:
    """Back to the choice of the way, to have a fresh code sent."""
    request.session.pop(CHALLENGE, None)
    return redirect("mandate")


def _mine(request: Any) -> Mandate:
    found = request.creditor.mandates.select_related("account", "unsigned", "signed", "brand", "creditor").current()
    if found is None:
        raise Http404
    return found


def _page(
    request: Any, found: Mandate, channel_form: ChannelForm, code_form: CodeForm, status: int = 200
) -> HttpResponse:
    sent = Challenge.objects.filter(pk=request.session.get(CHALLENGE), used_at=None).first()
    context = {
        "mandate": found,
        "creditor": request.creditor,
        "bank_account": found.account,
        "channel_form": channel_form,
        "code_form": code_form,
        "sent_to": masked(sent.destination) if sent else "",
    }
    return render(request, "mandates/mandate.html", context, status=status)


def _signer(request: Any, data: dict[str, Any]) -> Signer:
    by_sms = data["channel"] == CodeChannel.SMS
    destination = data["phone"].as_e164 if by_sms else request.user.email
    return Signer(request.user, request.creditor, _session(request), data["channel"], destination)


def _session(request: Any) -> str:
    if not request.session.session_key:
        request.session.create()
    return str(request.session.session_key)


def _facts(request: HttpRequest) -> dict[str, str]:
    return {
        "ip": get_adapter().get_client_ip(request),
        "user_agent": request.headers.get("User-Agent", "")[:300],
        "accept_language": request.headers.get("Accept-Language", "")[:100],
    }
