"""What anybody may write to support."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import Contact


class ContactForm(forms.ModelForm):
    """A name, an address, a text; a field that people never see catches programs."""

    website = forms.CharField(required=False, widget=forms.HiddenInput({"autocomplete": "off", "tabindex": "-1"}))

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\0", "")

    @property
    def is_a_program(self) -> bool:
        return bool(self.data.get("website"))

    def fields_given(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "website"}


class AuditForm(ContactForm):
    """« Prenez rendez-vous pour un audit gratuit » (REL-62)."""

    class Meta:
        model = Contact
        fields = ["name", "company", "email", "phone", "wished_on", "text"]
        labels = {
            "name": gettext_lazy("Votre nom"), "company": gettext_lazy("Société"), "email": gettext_lazy("Courriel"),
            "phone": gettext_lazy("Téléphone"), "wished_on": gettext_lazy("Jour souhaité"),
            "text": gettext_lazy("Votre situation : combien de factures par mois, combien d’impayés ?"),
        }  # fmt: skip
        widgets = {
            "wished_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"), "text": forms.Textarea({"rows": 4}),
            "name": forms.TextInput({"autocomplete": "name"}), "email": forms.EmailInput({"autocomplete": "email"}),
            "phone": forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
        }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wished_on"].required = False


class AccessForm(ContactForm):
    """Somebody asks for a copy of all that is held about her (GDPR art. 15)."""

    class Meta:
        model = Contact
        fields = ["name", "email", "phone", "dossier_reference", "text"]
        labels = {
            "name": gettext_lazy("Votre nom"), "email": gettext_lazy("Courriel"), "phone": gettext_lazy("Téléphone"),
            "dossier_reference": gettext_lazy("Référence du dossier"),
            "text": gettext_lazy("Votre demande : copie, rectification, opposition…"),
        }  # fmt: skip
        help_texts = {
            "dossier_reference": gettext_lazy("Elle figure sur les courriers. Laissez vide si vous avez un compte.")
        }
        widgets = {
            "text": forms.Textarea({"rows": 4}), "name": forms.TextInput({"autocomplete": "name"}),
            "email": forms.EmailInput({"autocomplete": "email"}),
            "phone": forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
        }  # fmt: skip


class ComplaintForm(ContactForm):
    """What a debtor, or anybody, holds against the way a claim is recovered."""

    class Meta:
        model = Contact
        fields = ["name", "email", "phone", "dossier_reference", "text"]
        labels = {
            "name": gettext_lazy("Votre nom"), "email": gettext_lazy("Courriel"), "phone": gettext_lazy("Téléphone"),
            "dossier_reference": gettext_lazy("Référence du dossier"), "text": gettext_lazy("Que s’est-il passé ?"),
        }  # fmt: skip
        help_texts = {
            "dossier_reference": gettext_lazy("Elle figure sur les courriers. Laissez vide si vous ne l’avez pas.")
        }
        widgets = {
            "text": forms.Textarea({"rows": 6}), "name": forms.TextInput({"autocomplete": "name"}),
            "email": forms.EmailInput({"autocomplete": "email"}),
            "phone": forms.TextInput({"autocomplete": "tel", "inputmode": "tel"}),
        }  # fmt: skip
