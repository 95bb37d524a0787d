"""The form of an office's own page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import sentence
from accounts.models import OfficeProfile
from core.identifiers import check_bic, check_iban


class OfficeProfileForm(forms.ModelForm):
    """The IBAN is written only to change it; it is never shown again."""

    iban = forms.CharField(
        label=gettext_lazy("IBAN du compte de tiers"), max_length=42, required=False,
        help_text=gettext_lazy("Laissez vide pour garder celui qui est enregistré."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    signature_image = forms.FileField(
        label=gettext_lazy("Image de la signature"),
        required=False,
        help_text=gettext_lazy("PNG ou JPEG, sur fond clair."),
    )

    class Meta:
        model = OfficeProfile
        fields = [
            "insurer",
            "insurance_number",
            "insured_until_on",
            "third_party_bank",
            "third_party_bic",
            "letterhead",
        ]
        labels = {
            "insurer": gettext_lazy("Assureur de responsabilité"), "insurance_number": gettext_lazy("Numéro de police"),
            "insured_until_on": gettext_lazy("Assuré jusqu’au"), "third_party_bank": gettext_lazy("Banque du compte de tiers"),
            "third_party_bic": gettext_lazy("BIC du compte de tiers"), "letterhead": gettext_lazy("En-tête des lettres"),
        }  # fmt: skip
        widgets = {
            "insured_until_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"), "letterhead": forms.Textarea({"rows": 4}),
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["insured_until_on"].required = False

    def clean_iban(self) -> str:
        typed = self.cleaned_data["iban"]
        return sentence(check_iban, typed) if typed else ""

    def clean_third_party_bic(self) -> str:
        typed = self.cleaned_data["third_party_bic"]
        return sentence(check_bic, typed).upper() if typed else ""
