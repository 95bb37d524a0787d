"""The forms of the end of registration, with the manuals' own labels; sign-up's are in `sign_up_form`."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Civility
from accounts.models import BillingParty, Creditor
from accounts.services import Completion
from core.identifiers import bic_candidates, check_bic, check_iban
from core.postal import check_line, check_name
from tenants.models import Terms


class CompletionForm(forms.Form):
    """CRE-44 to CRE-54: bank details, billing party, terms."""

    signatory_civility = forms.ChoiceField(label=gettext_lazy("Civilité"), choices=Civility.choices)
    signatory_last_name = forms.CharField(label=gettext_lazy("Nom"), max_length=80)
    signatory_first_name = forms.CharField(label=gettext_lazy("Prénom"), max_length=80)
    iban = forms.CharField(
        label="IBAN",
        max_length=42,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "placeholder": "FR76 …"}),
    )
    bic = forms.CharField(
        label="BIC", max_length=11,
        error_messages={"required": gettext_lazy("Vérifiez le BIC proposé, corrigez-le au besoin, puis validez de nouveau.")},
        help_text=gettext_lazy("Proposé d’après l’IBAN : vérifiez-le et corrigez-le s’il est faux."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    other_billing = forms.BooleanField(
        label=gettext_lazy("Souhaitez-vous que les factures soient adressées à une personne autre que le créancier ?"),
        required=False,
        widget=forms.CheckboxInput({"data-reveal": "#facturation"}),
    )
    accept_terms = forms.BooleanField(
        error_messages={"required": gettext_lazy("Acceptez les Conditions Générales d’Utilisation pour continuer.")}
    )

    def __init__(self, *args: Any, creditor: Creditor, terms: Terms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.creditor, self.terms = creditor, terms
        site = creditor.brand.site_name
        self.fields["accept_terms"].label = _(
            "J’accepte sans réserve les Conditions Générales d’Utilisation du site %(site)s"
        ) % {"site": site}
        self.billing = BillingForm(self.data if self.is_bound else None, prefix="billing")

    def clean_iban(self) -> str:
        return sentence(check_iban, self.cleaned_data["iban"])

    def clean_bic(self) -> str:
        return sentence(check_bic, self.cleaned_data["bic"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("iban") and not data.get("bic"):
            self._propose_bic(data["iban"])
        if data.get("other_billing") and not self.billing.is_valid():
            self.add_error("other_billing", _("Complétez les coordonnées de facturation."))
        return data

    def _propose_bic(self, iban: str) -> None:
        """Without JavaScript the proposal comes with the page: the person checks it and sends again."""
        candidates = bic_candidates(iban)
        self.data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        self.data["bic"] = candidates[0] if candidates else ""  # type: ignore[index]  # our own copy

    def completion(self) -> Completion:
        data = self.cleaned_data
        signatory = {name: data[name] for name in data if name.startswith("signatory_")}
        billing = self.billing.cleaned_data if data["other_billing"] else None
        return Completion(signatory, data["iban"], data["bic"].upper(), self.terms, billing)


class BillingForm(forms.ModelForm):
    class Meta:
        model = BillingParty
        fields = ["name", "street", "complement", "postcode", "town", "email"]

    def clean_name(self) -> str:
        return sentence(check_name, self.cleaned_data["name"])

    def clean_street(self) -> str:
        return sentence(check_line, self.cleaned_data["street"])

    def clean_complement(self) -> str:
        return sentence(check_line, self.cleaned_data["complement"])


def sentence(check: Any, value: str) -> str:
    """The value normalised by a pure check; its sentence becomes the field's error."""
    try:
        checked: str = check(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    return checked
