"""The forms by which people come in."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Civility
from accounts.roles import Role

ACTING_FOR = "acting_for"


class InvitationForm(forms.Form):
    """Who is invited; an office has no roles."""

    email = forms.EmailField(
        label=gettext_lazy("Adresse électronique"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=gettext_lazy("Rôle"), choices=Role.choices, initial=Role.READER)

    def __init__(self, *args: Any, has_roles: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_roles:
            del self.fields["role"]


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^[\s0-9A-Za-z-]{16,40}$", label=gettext_lazy("Code d’accès"), max_length=40,
        help_text=gettext_lazy("Seize signes, dans le courriel d’invitation."),
        error_messages={"invalid": gettext_lazy("Le code a seize lettres et chiffres. Recopiez-le depuis le courriel.")},
        widget=forms.TextInput({"autocomplete": "off", "class": "input-code", "placeholder": "XXXX-XXXX-XXXX-XXXX"}),
    )  # fmt: skip


class JoinForm(forms.Form):
    """A new person; her address is the one that was invited."""

    civility = forms.ChoiceField(label=gettext_lazy("Civilité"), choices=Civility.choices)
    last_name = forms.CharField(label=gettext_lazy("Nom"), max_length=80)
    first_name = forms.CharField(label=gettext_lazy("Prénom"), max_length=80)
    password = forms.CharField(
        label=gettext_lazy("Mot de passe"), max_length=256, strip=False, help_text=gettext_lazy("Douze caractères au moins."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )  # fmt: skip
    confirmation = forms.CharField(
        label=gettext_lazy("Confirmation"), max_length=256, strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean_confirmation(self) -> str:
        if self.cleaned_data.get("password", self.cleaned_data["confirmation"]) != self.cleaned_data["confirmation"]:
            raise ValidationError(_("Les deux mots de passe ne sont pas identiques."))
        return str(self.cleaned_data["confirmation"])

    def person(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("civility", "first_name", "last_name")}


class ShareForm(forms.Form):
    """Who may read, what, and for how long."""

    recipient = forms.CharField(
        label=gettext_lazy("Pour qui"),
        max_length=120,
        help_text=gettext_lazy("Par exemple : cabinet Lemoine, expert-comptable."),
    )
    reference = forms.CharField(
        label=gettext_lazy("Un seul dossier"), max_length=9, required=False,
        help_text=gettext_lazy("Sa référence, comme ABCD-EFGH. Laissez vide pour tous les dossiers."),
    )  # fmt: skip
    days = forms.TypedChoiceField(
        label=gettext_lazy("Durée"),
        coerce=int,
        choices=[(7, gettext_lazy("7 jours")), (30, gettext_lazy("30 jours")), (90, gettext_lazy("90 jours"))],
        initial=30,
    )
