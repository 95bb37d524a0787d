from django import forms
from django.utils.translation import gettext_lazy


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
