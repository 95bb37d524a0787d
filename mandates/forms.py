from typing import Any

from django import forms
from django.utils.translation import gettext_lazy
from phonenumber_field.formfields import PhoneNumberField

from mandates.models import CodeChannel


class ChannelForm(forms.Form):
    """Where the code goes: choosing is compulsory (IDE-17)."""

    channel = forms.ChoiceField(
        label=gettext_lazy("Recevoir le code par"), choices=CodeChannel.choices,
        widget=forms.RadioSelect({"class": "radio-cards"}),
        error_messages={"required": gettext_lazy("Choisissez comment recevoir le code.")},
    )  # fmt: skip
    phone = PhoneNumberField(label=gettext_lazy("Téléphone mobile"), required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("channel") == CodeChannel.SMS and not data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", gettext_lazy("Indiquez le numéro qui recevra le SMS."))
        return data


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^\s*\d{6}\s*$", label=gettext_lazy("Code reçu"), error_messages={"invalid": gettext_lazy("Le code a six chiffres.")},
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input-code"}),
    )  # fmt: skip
