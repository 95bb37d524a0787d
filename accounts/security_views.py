"""« Sécurité de mon compte »: password, second factors, open sessions. The ceremonies are allauth's, the pages ours."""

from datetime import datetime
from typing import Any

from allauth.account import views as account_views
from allauth.account.decorators import reauthentication_required
from allauth.mfa.base import views as base_views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as code_flows
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as key_views
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.internal import flows as key_flows
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import factors, phones, policies, sessions
from accounts.log_in import NewPasswordForm, PhoneCodeForm, PhoneForm, QuestionForm
from core import clock
from core.http import readonly
from signatures.throttle import TooMany

proved = reauthentication_required(app="allauth.mfa")  # asks again who had not proved it for five minutes


@never_cache
@login_required
@readonly
def index(request: Any) -> HttpResponse:
    """All that opens the account, on one page."""
    found = list(Authenticator.objects.filter(user=request.user).order_by("created_at"))
    opened = sessions.sessions_of(request.user)
    context = {
        "totp": next((one for one in found if one.type == Authenticator.Type.TOTP), None),
        "keys": [one for one in found if one.type == Authenticator.Type.WEBAUTHN],
        "codes": next((one.wrap() for one in found if one.type == Authenticator.Type.RECOVERY_CODES), None),
        "asks_question": policies.policy_of(request.brand).has_secret_question,
        "is_compulsory": factors.is_compulsory(request.user),
        "sessions": [(one, sessions.is_current(request, one)) for one in opened],
        "phone": phones.usable(request.user, now=clock.now()),
        "awaited": phones.awaited(request.user, now=clock.now()),
    }
    return render(request, "accounts/security/index.html", context)


# --- sessions ----------------------------------------------------------------------------------------------------
@login_required
@require_POST
def end_session(request: Any) -> HttpResponse:
    if key := request.POST.get("session"):
        if not sessions.end(request.user, key):
            raise Http404
        messages.success(request, _("Cette session est fermée : ce navigateur devra se reconnecter."))
    else:
        sessions.end_others(request)
        messages.success(request, _("Toutes vos autres sessions sont fermées."))
    return redirect("mfa_index")


# --- telephone for codes of signature -------------------------------------------------------------------------------
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@proved
def phone(request: Any) -> HttpResponse:
    """A number, then the code that it received: it serves to sign three days later."""
    now = clock.now()
    waits = phones.asked(request.user, now=now) if "number" not in request.POST else None
    form = (PhoneCodeForm if waits else PhoneForm)(request.POST or None)
    if request.method == "POST" and form.is_valid() and _phone_step(request, form, now=now):
        return redirect("mfa_index" if waits else "trusted-phone")
    context = {"form": form, "waits": waits, "days": phones.WAIT.days}
    return render(request, "accounts/security/phone.html", context, status=422 if form.errors else 200)


def _phone_step(request: Any, form: Any, *, now: datetime) -> bool:
    """Whether the step is made; otherwise the form says why not."""
    data = form.cleaned_data
    try:
        if "number" in data:
            phones.propose(request.user, data["number"].as_e164, brand=request.brand, now=now)
            return True
        phones.confirm(request.user, data["code"], brand=request.brand, now=now)
    except (TooMany, phones.PhoneRefused) as refusal:
        form.add_error(None if "number" in data else "code", str(refusal))
        return False
    messages.success(
        request, _("Votre numéro est confirmé. Il pourra recevoir vos codes de signature dans trois jours.")
    )
    return True


@login_required
@require_POST
def stop_phone(request: Any) -> HttpResponse:
    """Cancel the number that waits: whoever reads the notice and did not ask for it needs no more than a click."""
    if phones.withdraw(request.user, now=clock.now()):
        messages.success(request, _("Ce numéro est annulé. Changez de mot de passe si vous ne l’aviez pas demandé."))
    return redirect("mfa_index")


# --- password ----------------------------------------------------------------------------------------------------
class ChangePassword(account_views.PasswordChangeView):
    form_class = NewPasswordForm
    template_name = "accounts/security/password.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session.pop(sessions.RENEW_KEY, None)
        factors.changed(self.request, "password", now=clock.now())
        messages.success(self.request, _("Votre mot de passe est changé ; vos autres sessions sont fermées."))
        return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@proved
def secret_question(request: Any) -> HttpResponse:
    """Where the brand asks for one: the question that opens « mot de passe oublié »."""
    if not policies.policy_of(request.brand).has_secret_question:
        raise Http404
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        policies.keep_question(request.user, **form.cleaned_data)
        messages.success(request, _("Votre question secrète est enregistrée."))
        return redirect("mfa_index")
    return render(request, "accounts/security/question.html", {"form": form}, status=422 if form.errors else 200)


class Reauthenticate(account_views.ReauthenticateView):
    template_name = "accounts/security/confirm_password.html"


class ReauthenticateByCode(base_views.ReauthenticateView):
    template_name = "accounts/security/confirm_code.html"


class ReauthenticateByKey(key_views.ReauthenticateWebAuthnView):
    template_name = "accounts/security/confirm_key.html"


# --- log-in with the second factor --------------------------------------------------------------------------------
class Authenticate(base_views.AuthenticateView):
    template_name = "accounts/security/authenticate.html"


class LoginWithKey(key_views.LoginWebAuthnView):
    template_name = "accounts/login.html"


# --- application of codes -------------------------------------------------------------------------------------------
class ActivateTotp(totp_views.ActivateTOTPView):
    template_name = "accounts/security/totp.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        factors.changed(self.request, "factor_added", now=clock.now())
        messages.success(self.request, _("L’application est reliée à votre compte."))
        return response


class DeactivateTotp(totp_views.DeactivateTOTPView):
    template_name = "accounts/security/totp_remove.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        factors.changed(self.request, "factor_removed", now=clock.now())
        messages.success(self.request, _("L’application n’est plus demandée à la connexion."))
        return response


# --- passkeys -------------------------------------------------------------------------------------------------------
class KeyForm(AddWebAuthnForm):
    """Named by its owner; able to replace the password where the device asks who holds it."""

    name = forms.CharField(label=gettext_lazy("Nom de la clé"), max_length=60, required=False)
    passwordless = forms.BooleanField(
        label=gettext_lazy("Entrer avec cette clé sans mot de passe"), required=False,
        help_text=gettext_lazy("L’appareil demandera votre empreinte, votre visage ou son code."),
    )  # fmt: skip


class AddKey(key_views.AddWebAuthnView):
    form_class = KeyForm
    template_name = "accounts/security/key.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        factors.changed(self.request, "factor_added", now=clock.now())
        return response


@login_required
@require_POST
@proved
def remove_key(request: Any) -> HttpResponse:
    number = request.POST.get("key", "")
    keys = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN)
    key = get_object_or_404(keys, pk=number if number.isdecimal() else 0)
    if not factors.may_go(key):
        messages.error(
            request, _("Votre accès demande un second facteur : ajoutez-en un autre avant de retirer celui-ci.")
        )
        return redirect("mfa_index")
    key_flows.remove_authenticator(request, key)
    factors.changed(request, "factor_removed", now=clock.now())
    return redirect("mfa_index")


# --- recovery codes ---------------------------------------------------------------------------------------------------
@never_cache
@login_required
@readonly
@proved
def recovery_codes(request: Any) -> HttpResponse:
    """The codes that still serve, for whoever has just proved who she is."""
    codes = get_object_or_404(Authenticator, user=request.user, type=Authenticator.Type.RECOVERY_CODES)
    return render(request, "accounts/security/codes.html", {"codes": codes.wrap().get_unused_codes()})


@never_cache
@login_required
@readonly
@proved
def download_codes(request: Any) -> HttpResponse:
    codes = get_object_or_404(Authenticator, user=request.user, type=Authenticator.Type.RECOVERY_CODES)
    lines = [f"{request.brand.name} – {request.user.email}", "", *codes.wrap().get_unused_codes(), ""]
    answer = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="codes-de-secours.txt"'
    return answer


@login_required
@require_POST
@proved
def renew_codes(request: HttpRequest) -> HttpResponse:
    if not factors.has_one(request.user):  # type: ignore[arg-type]
        raise Http404
    code_flows.generate_recovery_codes(request)
    factors.changed(request, "codes", now=clock.now())
    messages.success(request, _("Voici vos nouveaux codes de secours ; les anciens ne servent plus."))
    return redirect("mfa_view_recovery_codes")
