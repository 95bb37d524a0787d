"""The forms of the locked profile."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from accounts.forms import sentence
from accounts.models import Creditor
from accounts.profile import FIELDS
from core.identifiers import bic_candidates, check_bic, check_iban


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, each still to be opened by its own parser."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(file, initial) for file in files]


class ChangeForm(forms.ModelForm):
    """What the creditor wishes to be called; nothing of it is saved here."""

    explanation = forms.CharField(
        label=gettext_lazy("Pourquoi ce changement ?"), max_length=2000, widget=forms.Textarea({"rows": 3})
    )
    papers = FilesField(
        label=gettext_lazy("Justificatifs"), required=False,
        help_text=gettext_lazy("Extrait Kbis ou avis Sirene de moins de trois mois, procès-verbal : PDF ou image."),
    )  # fmt: skip

    class Meta:
        model = Creditor
        fields = list(FIELDS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in FIELDS:
            if field := self.fields.get(name):
                field.label = gettext(str(field.label or "").capitalize())

    def wanted(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}


class PayoutForm(forms.Form):
    """Where recovered money should go."""

    holder = forms.CharField(label=gettext_lazy("Titulaire du compte"), max_length=160)
    iban = forms.CharField(
        label="IBAN", max_length=42,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "placeholder": "FR76 …"}),
    )  # fmt: skip
    bic = forms.CharField(
        label="BIC", max_length=11, help_text=gettext_lazy("Proposé d’après l’IBAN : vérifiez-le et corrigez-le s’il est faux."),
        error_messages={"required": gettext_lazy("Vérifiez le BIC proposé, corrigez-le au besoin, puis validez de nouveau.")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def clean_iban(self) -> str:
        return sentence(check_iban, self.cleaned_data["iban"])

    def clean_bic(self) -> str:
        return sentence(check_bic, self.cleaned_data["bic"]).upper()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("iban") and not self.data.get("bic"):
            self.data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
            self.data["bic"] = next(iter(bic_candidates(data["iban"])), "")  # type: ignore[index]  # our own copy
        return data
