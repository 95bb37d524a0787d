"""Log-in: by e-mail or issued identifier, in the reader's language, and harder for whoever guesses."""

import hashlib
import secrets
from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.core.internal.ratelimit import get_ip
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from phonenumber_field.formfields import PhoneNumberField

from accounts.models import User
from accounts.policies import QUESTIONS
from core import crypto
from core.captcha import CaptchaField

FAILURES_BEFORE_CAPTCHA = 3
FAILURES_KEPT_SECONDS = 900
LONGEST_PASSWORD = 4096  # nothing longer is hashed
DEVICE_SALT = "accounts.device"
DEVICE_SECONDS = 365 * 86400


# --- what was guessed lately -------------------------------------------------------------------------------------
def _counters(request: HttpRequest, login: str) -> list[str]:
    who = hashlib.sha256(login.strip().lower().encode()).hexdigest()
    return [f"log-in-failures:{get_ip(request)}", *([f"log-in-failures:{who}"] if login else [])]


def note_failure(request: HttpRequest, login: str) -> None:
    """Count a wrong password, of this address and of this log-in, for a quarter of an hour."""
    for key in _counters(request, login):
        cache.add(key, 0, FAILURES_KEPT_SECONDS)
        cache.incr(key)


def looks_like_guessing(request: HttpRequest, login: str) -> bool:
    counts = cache.get_many(_counters(request, login)).values()
    return any(count >= FAILURES_BEFORE_CAPTCHA for count in counts)


# --- browsers that know the owner ----------------------------------------------------------------------------------
def device_cookie() -> str:
    return "device" if settings.DEBUG or not settings.SESSION_COOKIE_SECURE else "__Host-device"


def remember_device(request: HttpRequest, response: HttpResponse) -> None:
    """Mark a browser in which the owner logged in: strangers' guesses elsewhere never lock her out of it."""
    owner = crypto.fingerprint(request.user.email, purpose="device")  # type: ignore[union-attr]
    response.set_signed_cookie(
        device_cookie(), f"{owner}:{secrets.token_hex(8)}", salt=DEVICE_SALT, max_age=DEVICE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip


def device_of(request: HttpRequest, login: str) -> str:
    """What this browser carries, when it is one of this log-in's owner; empty otherwise."""
    carried = str(request.get_signed_cookie(device_cookie(), "", salt=DEVICE_SALT, max_age=DEVICE_SECONDS))
    return carried if carried.startswith(crypto.fingerprint(login, purpose="device") + ":") else ""


# --- forms -----------------------------------------------------------------------------------------------------------
class LogInForm(LoginForm):
    """CRE-37, ATR-03, IDE-04: e-mail or identifier, password, language; a captcha after three wrong ones."""

    language = forms.ChoiceField(label=gettext_lazy("Langue"), choices=settings.LANGUAGES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"})
        self.fields["login"] = forms.CharField(
            label=gettext_lazy("Email ou identifiant"), max_length=254, widget=widget
        )
        self.fields["password"].validators.append(MaxLengthValidator(LONGEST_PASSWORD))
        self.fields["language"].initial = (get_language() or settings.LANGUAGE_CODE)[:2]
        del self.fields["remember"]
        if settings.CAPTCHA and looks_like_guessing(self.request, str(self.data.get("login", ""))):
            self.fields["captcha"] = CaptchaField()
        self.order_fields(["login", "password", "language", "captcha"])

    def clean_login(self) -> str:
        """The address of the person that the identifier was issued to; an unknown one is looked for all the same."""
        login: str = self.cleaned_data["login"].strip()
        if "@" in login:
            return login.lower()
        plain = "".join(sign for sign in login.upper() if sign.isalnum())
        found = User.objects.filter(identifier=plain).values_list("email", flat=True).first()
        return found or f"{plain[:60]}@identifiant.invalid"

    def login(self, request: HttpRequest, redirect_url: Any = None) -> Any:
        self.cleaned_data["remember"] = False
        return super().login(request, redirect_url)


class QuestionForm(forms.Form):
    question = forms.ChoiceField(label=gettext_lazy("Question secrète"), choices=list(QUESTIONS.items()))
    answer = forms.CharField(
        label=gettext_lazy("Votre réponse"), min_length=3, max_length=100,
        help_text=gettext_lazy("Majuscules et accents ne comptent pas."), widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("Votre réponse"), max_length=100, widget=forms.TextInput({"autocomplete": "off"})
    )


class PhoneForm(forms.Form):
    number = PhoneNumberField(
        label=gettext_lazy("Téléphone mobile"), widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"invalid": gettext_lazy("Ce numéro ne sonne nulle part : vérifiez-le, avec son indicatif.")},
    )  # fmt: skip


class PhoneCodeForm(forms.Form):
    code = forms.RegexField(
        r"^\s*\d{6}\s*$", label=gettext_lazy("Code reçu par SMS"),
        error_messages={"invalid": gettext_lazy("Le code a six chiffres.")},
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input-code"}),
    )  # fmt: skip


class NewPasswordForm(ChangePasswordForm):
    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("password1") and data["password1"] == data.get("oldpassword"):
            raise ValidationError(_("Choisissez un mot de passe différent de l’ancien."))
        return data
