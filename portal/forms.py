from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.models import Item
from procedures.answers import DIFFICULTIES
from procedures.enums import DisputeReason, HoldKind
from procedures.models import AnswerKind, Means


class PostingForm(forms.Form):
    """What the deposit proof says."""

    posted_on = forms.DateField(
        label=gettext_lazy("Déposée le"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    number = forms.CharField(label=gettext_lazy("Numéro d’envoi"), max_length=40, required=False)


class DebtorDoorForm(forms.Form):
    """The two things printed in the letter."""

    reference = forms.CharField(label=gettext_lazy("Référence du dossier"), max_length=12)
    code = forms.CharField(
        label=gettext_lazy("Code d’accès"), max_length=20, widget=forms.TextInput({"autocomplete": "off"})
    )


class OfferForm(forms.Form):
    """How a sum would be paid: in how many monthly payments, the first on which day."""

    instalments = forms.IntegerField(label=gettext_lazy("Nombre de versements mensuels"), min_value=1, max_value=24)
    first_on = forms.DateField(
        label=gettext_lazy("Premier versement le"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


ASKED_OF = {
    "situation": (AnswerKind.DIFFICULTY,),
    "effective_on": (AnswerKind.DIFFICULTY, AnswerKind.DECEASED),
    "item": (AnswerKind.CONTEST,),
    "reason": (AnswerKind.CONTEST,),
}


class DebtorAnswerForm(forms.Form):
    """One answer from the debtor's room; only what this kind of answer needs is asked."""

    text = forms.CharField(
        label=gettext_lazy("Expliquez en quelques mots"), widget=forms.Textarea({"rows": 5}), max_length=4000,
        required=False,
    )  # fmt: skip
    situation = forms.ChoiceField(
        label=gettext_lazy("Votre situation"),
        choices=[
            (kind.value, gettext_lazy("Autre difficulté") if kind == HoldKind.VULNERABILITY else kind.label)
            for kind in DIFFICULTIES
        ],
    )
    item = forms.ModelChoiceField(
        Item.objects.none(), label=gettext_lazy("Ce que vous contestez"), required=False,
        empty_label=gettext_lazy("Toute la somme"),
    )  # fmt: skip
    reason = forms.ChoiceField(label=gettext_lazy("Pourquoi"), choices=DisputeReason.choices)
    effective_on = forms.DateField(
        label=gettext_lazy("Date de la décision ou du décès, si vous la connaissez"), required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    instalments = OfferForm.base_fields["instalments"]
    first_on = OfferForm.base_fields["first_on"]
    code = forms.CharField(
        label=gettext_lazy("Recopiez le code de la lettre : il vaut date et signature"), max_length=20,
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, kind: str, items: Any = None, by_code: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not by_code:
            del self.fields["code"]  # the answer is signed with another, sent for that paper
        if kind != AnswerKind.ACCEPT:
            del self.fields["instalments"], self.fields["first_on"]
        for name, kinds in ASKED_OF.items():
            if kind not in kinds:
                del self.fields[name]
        if items is not None and "item" in self.fields:
            self.fields["item"].queryset = items  # type: ignore[attr-defined]
        self.fields["text"].required = kind not in (AnswerKind.ACCEPT, AnswerKind.REFUSE)


class ReceivedAnswerForm(forms.Form):
    """An answer that reached the office otherwise than online."""

    kind = forms.ChoiceField(label=gettext_lazy("Réponse"), choices=AnswerKind.choices)
    means = forms.ChoiceField(
        label=gettext_lazy("Moyen"), choices=[choice for choice in Means.choices if choice[0] != Means.ONLINE]
    )
    received_on = forms.DateField(
        label=gettext_lazy("Reçue le"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    text = forms.CharField(
        label=gettext_lazy("Ce qui a été dit"), widget=forms.Textarea({"rows": 3}), max_length=4000, required=False
    )
    instalments = forms.IntegerField(
        label=gettext_lazy("Versements proposés"), min_value=1, max_value=24, required=False
    )
    first_on = forms.DateField(
        label=gettext_lazy("Premier versement le"), required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("instalments")) != bool(data.get("first_on")):
            raise forms.ValidationError(_("Indiquez le nombre de versements et la date du premier, ou aucun des deux."))
        return data
