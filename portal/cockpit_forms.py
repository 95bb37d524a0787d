from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dossiers.enums import Phase
from procedures.models import CALLED_IN, PhoneScript


class ScriptForm(forms.ModelForm):
    """A new wording of what is said on the telephone; the former ones stay readable."""

    class Meta:
        model = PhoneScript
        fields = ("phase", "valid_from", "text")
        widgets = {
            "valid_from": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
            "text": forms.Textarea({"rows": 8, "maxlength": 4000}),
        }
        labels = {"text": gettext_lazy("Ce qui est dit")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["phase"]
        field.choices = [("", "–"), *((str(phase), phase.label) for phase in CALLED_IN)]

    def clean_phase(self) -> str:
        phase = str(self.cleaned_data["phase"])
        if phase not in CALLED_IN:
            raise forms.ValidationError(_("On n’appelle pas le débiteur dans cette phase."))
        return str(Phase(phase))
