"""The forms of sign-up and of the end of registration, with the manuals' own labels."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Civility, LegalForm, PersonKind
from accounts.models import BillingParty, Creditor
from accounts.services import Completion, SignUp
from core.identifiers import bic_candidates, check_bic, check_iban, check_siret
from tenants.models import Terms

CREDITOR_FIELDS = ("kind", "civility", "first_name", "last_name", "company", "legal_form", "siret")
ADDRESS_FIELDS = ("street", "complement", "postcode", "town")


def _placeholder(text: Any, **attrs: str) -> dict[str, Any]:
    return {"placeholder": text} | attrs


class SignUpForm(forms.Form):
    """CRE-16 to CRE-27: legal persons give company, form and SIRET; natural persons need not."""

    email = forms.EmailField(
        label="Email",
        max_length=254,
        widget=forms.EmailInput(_placeholder(gettext_lazy("Entrez votre Email"), autocomplete="email")),
    )
    password = forms.CharField(
        label=gettext_lazy("Mot de passe"),
        max_length=256,
        strip=False,
        help_text=gettext_lazy("Douze caractères au moins."),
        widget=forms.PasswordInput(
            _placeholder(gettext_lazy("Entrez votre mot de passe"), autocomplete="new-password")
        ),
    )
    confirmation = forms.CharField(
        label=gettext_lazy("Confirmation"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(
            _placeholder(gettext_lazy("Confirmez votre mot de passe"), autocomplete="new-password")
        ),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Vous êtes"),
        choices=PersonKind.choices,
        initial=PersonKind.LEGAL,
        widget=forms.RadioSelect({"class": "radio-cards"}),
    )
    civility = forms.ChoiceField(label=gettext_lazy("Civilité"), choices=Civility.choices, initial=Civility.MONSIEUR)
    last_name = forms.CharField(
        label=gettext_lazy("Nom"), max_length=80, widget=forms.TextInput(_placeholder("", autocomplete="family-name"))
    )
    first_name = forms.CharField(
        label=gettext_lazy("Prénom"), max_length=80, widget=forms.TextInput(_placeholder("", autocomplete="given-name"))
    )
    company = forms.CharField(
        label=gettext_lazy("Société"),
        max_length=160,
        required=False,
        widget=forms.TextInput(_placeholder("", autocomplete="organization")),
    )
    legal_form = forms.ChoiceField(
        label=gettext_lazy("Forme juridique"), choices=LegalForm.choices, initial=LegalForm.SA, required=False
    )
    siret = forms.CharField(
        label="Siret",
        max_length=20,
        required=False,
        help_text=gettext_lazy("14 chiffres, avec ou sans espaces."),
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    street = forms.CharField(
        label=gettext_lazy("Adresse principale"),
        max_length=120,
        widget=forms.TextInput(_placeholder(gettext_lazy("Entrez votre adresse"), autocomplete="address-line1")),
    )
    complement = forms.CharField(
        label=gettext_lazy("Complément d’adresse"),
        max_length=120,
        required=False,
        widget=forms.TextInput(
            _placeholder(gettext_lazy("Entrez votre complément d’adresse"), autocomplete="address-line2")
        ),
    )
    postcode = forms.RegexField(
        r"^[0-9]{5}$",
        label=gettext_lazy("Code postal"),
        error_messages={"invalid": gettext_lazy("Un code postal a cinq chiffres.")},
        widget=forms.TextInput(
            _placeholder(gettext_lazy("Entrez votre code postal"), autocomplete="postal-code", inputmode="numeric")
        ),
    )
    town = forms.CharField(
        label=gettext_lazy("Ville"), max_length=80,
        widget=forms.TextInput(_placeholder(gettext_lazy("Entrez votre ville"), autocomplete="address-level2")),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("company", "siret"):  # compulsory for legal persons: `clean` holds it
            self.fields[name].has_mark = True  # type: ignore[attr-defined]  # read by the field's template

    def clean_siret(self) -> str:
        value: str = self.cleaned_data["siret"]
        return sentence(check_siret, value) if value else ""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("password") and data["password"] != data.get("confirmation"):
            self.add_error("confirmation", _("Les deux mots de passe ne sont pas identiques."))
        if data.get("kind") == PersonKind.LEGAL:
            self._require_company(data)
        else:
            data |= {"company": "", "legal_form": ""}
        self._check_password(data)
        return data

    def _require_company(self, data: dict[str, Any]) -> None:
        for name in ("company", "siret"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Ce champ est obligatoire pour une personne morale."))

    def _check_password(self, data: dict[str, Any]) -> None:
        try:
            validate_password(data.get("password") or "")
        except ValidationError as error:
            self.add_error("password", error)

    def registration(self) -> SignUp:
        data = self.cleaned_data
        person = {name: data[name] for name in ("civility", "first_name", "last_name")}
        creditor = {name: data[name] for name in CREDITOR_FIELDS + ADDRESS_FIELDS}
        return SignUp(data["email"], data["password"], person, creditor)


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


def sentence(check: Any, value: str) -> str:
    """The value normalised by a pure check; its sentence becomes the field's error."""
    try:
        checked: str = check(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    return checked
