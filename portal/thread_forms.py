from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import OfficeMembership, User
from dossiers.forms import FilesField
from dossiers.models import Dossier


class WordForm(forms.Form):
    """A message to the other side, with files if need be."""

    text = forms.CharField(label=gettext_lazy("Votre message"), widget=forms.Textarea({"rows": 5}), max_length=5000)
    files = FilesField(  # type: ignore[assignment]  # fields leave the class: the form's own `files` stands
        label=gettext_lazy("Fichiers joints"), required=False, allow_empty_file=True,
        help_text=gettext_lazy("PDF, images ou documents, 20 Mo au total."),
    )  # fmt: skip


class CallForm(forms.Form):
    """What was said on the telephone."""

    text = forms.CharField(label=gettext_lazy("Ce qui a été dit"), widget=forms.Textarea({"rows": 3}), max_length=2000)


class ManagerForm(forms.Form):
    """Who at the office follows the dossier."""

    manager = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        label=gettext_lazy("Gestionnaire"),
        empty_label=gettext_lazy("Toute l’étude"),
    )

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = OfficeMembership.objects.filter(office=dossier.office_id).values("user")
        field: Any = self.fields["manager"]
        field.queryset = User.objects.filter(pk__in=members).order_by("last_name", "first_name", "pk")
        field.initial = dossier.manager_id
