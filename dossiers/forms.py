"""The forms of the four steps (ATR-11 to ATR-40)."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from accounts.enums import PersonKind
from accounts.legal_forms import choices_on
from accounts.models import Creditor
from core import clock
from core.identifiers import check_siren, check_vat
from core.money import PLACES
from core.postal import check_line, check_name
from dossiers.enums import AttachmentKind, ItemKind
from dossiers.intake import MOST_FILES
from dossiers.models import Debtor, Dossier, Item
from dossiers.places import territory_of
from tenants.models import Territory

DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; the cleaned value is a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ManyFiles(), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data]
        return [one for one in (super(FilesField, self).clean(file, initial) for file in files) if one]


class DraftForm(forms.ModelForm):
    """Step 1, « Créer le dossier »."""

    files = FilesField(  # type: ignore[assignment]  # fields leave the class: the form's own `files` stands
        label=gettext_lazy("Pièces jointes"), required=False, allow_empty_file=True
    )
    file_kind = forms.ChoiceField(
        label=gettext_lazy("Nature des pièces"),
        choices=AttachmentKind.choices,
        initial=AttachmentKind.OTHER,
        required=False,
    )

    class Meta:
        model = Dossier
        fields = ["creditor", "subsidiary", "currency", "creditor_reference", "origin", "policy_number",
                  "claim_reference", "comments"]  # fmt: skip
        labels = {"creditor_reference": gettext_lazy("Votre référence dossier")}
        help_texts = {
            "creditor_reference": gettext_lazy(
                "Clé unique de cette société dans votre logiciel. Laissez vide si vous n’en avez pas."
            ),
            "policy_number": gettext_lazy("Si la créance est assurée."),
        }
        widgets = {"comments": forms.Textarea({"rows": 4})}

    def __init__(self, *args: Any, creditors: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Creditor.objects.filter(pk__in=creditors)
        self.fields["creditor"].queryset = mine.filter(parent=None)  # type: ignore[attr-defined]
        self.fields["subsidiary"].queryset = mine.exclude(parent=None)  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["creditor"].disabled = True
            self.fields["currency"].disabled = self.instance.items.exists()  # amounts do not change currency

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        subsidiary, creditor = data.get("subsidiary"), data.get("creditor")
        if subsidiary and creditor and subsidiary.parent_id != creditor.pk:
            self.add_error("subsidiary", gettext_lazy("Cette filiale n’est pas celle du créancier choisi."))
        return data

    def draft_fields(self) -> dict[str, Any]:
        """What the step keeps, without the files and without the creditor, which never changes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name != "creditor"}


class DropForm(forms.Form):
    """Invoices to read, all of one creditor."""

    creditor = forms.ModelChoiceField(Creditor.objects.none(), label=gettext_lazy("Créancier"))
    together = forms.BooleanField(
        label=gettext_lazy("Réunir les factures d’un même débiteur dans un seul dossier"), required=False, initial=True
    )
    files = FilesField(  # type: ignore[assignment]  # fields leave the class: the form's own `files` stands
        label=gettext_lazy("Factures"), allow_empty_file=True
    )

    def __init__(self, *args: Any, creditors: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Creditor.objects.filter(pk__in=creditors, parent=None)
        self.fields["creditor"].queryset = mine.select_related("brand")  # type: ignore[attr-defined]

    def clean_files(self) -> list[UploadedFile]:
        files: list[UploadedFile] = self.cleaned_data["files"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(gettext_lazy("Déposez vingt factures au plus à la fois."))
        if sum(file.size or 0 for file in files) > settings.MAX_DOSSIER_BYTES:
            raise forms.ValidationError(gettext_lazy("La taille totale des pièces-jointes ne doit pas dépasser 50 MB."))
        return files


class ImportForm(forms.Form):
    """A spreadsheet of claims, all of one creditor."""

    creditor = forms.ModelChoiceField(Creditor.objects.none(), label=gettext_lazy("Créancier"))
    file = forms.FileField(label=gettext_lazy("Fichier CSV ou Excel (.xlsx)"), allow_empty_file=True)

    def __init__(self, *args: Any, creditors: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Creditor.objects.filter(pk__in=creditors, parent=None)
        self.fields["creditor"].queryset = mine.select_related("brand")  # type: ignore[attr-defined]


class DebtorForm(forms.ModelForm):
    """Step 2, « Identifier le débiteur », in three sections."""

    class Meta:
        model = Debtor
        fields = ["kind", "company", "legal_form", "siren", "vat_number", "civility", "last_name", "first_name",
                  "is_consumer", "is_commercant", "street", "complement", "postcode", "town", "territory",
                  "email", "phone"]  # fmt: skip
        widgets = {"kind": forms.RadioSelect({"class": "radio-cards"})}
        help_texts = {
            "is_consumer": gettext_lazy("La créance ne concerne pas une activité professionnelle."),
            "is_commercant": gettext_lazy("Société commerciale, ou personne inscrite au registre du commerce."),
            "territory": gettext_lazy("En France, il se déduit du code postal."),
            "email": gettext_lazy("Sans adresse électronique, le débiteur ne reçoit que les lettres."),
        }

    siren = forms.CharField(label="SIREN", max_length=14, required=False)

    IDENTITY = ("company", "legal_form", "siren", "vat_number", "civility", "last_name", "first_name")
    ADDRESS = ("street", "complement", "postcode", "town", "territory")
    CONTACT = ("email", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        forms_of_today = choices_on(clock.now().date())
        self.fields["legal_form"].choices = [("", "—"), *forms_of_today]  # type: ignore[attr-defined]

    def clean_company(self) -> str:
        return _checked(check_name, self.cleaned_data["company"])

    def clean_street(self) -> str:
        return _checked(check_line, self.cleaned_data["street"])

    def clean_complement(self) -> str:
        return _checked(check_line, self.cleaned_data["complement"])

    def clean_siren(self) -> str:
        return _checked(check_siren, self.cleaned_data["siren"])

    def clean_vat_number(self) -> str:
        return _checked(check_vat, self.cleaned_data["vat_number"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        needed = "company" if data.get("kind") == PersonKind.LEGAL else "last_name"
        if not data.get(needed) and needed not in self.errors:
            self.add_error(needed, gettext_lazy("Indiquez le nom du débiteur."))
        if data.get("territory") != Territory.ABROAD:
            data["territory"] = territory_of(data.get("postcode") or "")
        return data

    def section(self, names: tuple[str, ...]) -> list[forms.BoundField]:
        return [self[name] for name in names]


def _checked(check: Callable[[str], str], value: str) -> str:
    try:
        return check(value) if value else ""
    except ValueError as error:
        raise forms.ValidationError(str(error)) from error


class AmountField(forms.DecimalField):
    """An amount as people write it, « 1 234,56 », with whatever space they put."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput({"inputmode": "decimal", "class": "input-money"})
        super().__init__(max_digits=12, decimal_places=2, localize=True, widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python(re.sub(r"\s", "", value) if isinstance(value, str) else value)


class ItemForm(forms.ModelForm):
    """« Ajouter un élément financier » (ATR-23 to ATR-36)."""

    gross = AmountField(label=gettext_lazy("Montant brut"))
    net = AmountField(label=gettext_lazy("Montant net"), required=False)
    file = forms.FileField(label=gettext_lazy("Pièce jointe"), required=False, allow_empty_file=True)

    class Meta:
        model = Item
        fields = ["kind", "number", "issued_on", "due_on", "gross", "net", "currency", "comment"]
        widgets = {"issued_on": DAY, "due_on": DAY}

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dossier = dossier
        kinds: list[tuple[str, str]] = [("", "<choisir>"), *((str(v), str(label)) for v, label in ItemKind.choices)]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["currency"].initial = dossier.currency

    def clean_currency(self) -> str:
        value: str = self.cleaned_data["currency"]
        if value != self.dossier.currency:
            raise forms.ValidationError(gettext_lazy("L’élément doit être dans la devise du dossier."))
        return value

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        check_places(self, "gross", "net")
        if data.get("kind") == ItemKind.PAYMENT:
            check_received(self)
        return data


class AdditionForm(ItemForm):
    """A credit note or an invoice on a filed dossier (ATR-70, ATR-71): its kind and its currency are given."""

    class Meta(ItemForm.Meta):
        fields = ["number", "issued_on", "due_on", "gross", "net", "comment"]

    def __init__(self, *args: Any, dossier: Dossier, kind: str, **kwargs: Any) -> None:
        forms.ModelForm.__init__(self, *args, **kwargs)
        self.dossier, self.kind = dossier, kind
        self.instance.currency, self.instance.kind = dossier.currency, kind
        self.fields["number"].required = True


class PaymentForm(forms.ModelForm):
    """A payment received directly from the debtor (ATR-69): one day, one amount."""

    gross = AmountField(label=gettext_lazy("Montant reçu"))
    file = forms.FileField(label=gettext_lazy("Justificatif"), required=False, allow_empty_file=True)

    class Meta:
        model = Item
        fields = ["issued_on", "gross", "number", "comment"]
        labels = {"issued_on": gettext_lazy("Reçu le"), "number": gettext_lazy("Référence du paiement")}
        widgets = {"issued_on": DAY}

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dossier = dossier
        self.instance.currency = dossier.currency
        self.instance.kind = ItemKind.PAYMENT

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self.instance.due_on = data.get("issued_on")
        check_places(self, "gross")
        check_received(self)
        return data


def check_places(form: ItemForm | PaymentForm, *names: str) -> None:
    """Francs have no cents: more decimals than the dossier's currency has are refused beside their field."""
    places = PLACES[form.dossier.currency]
    for name in names:
        amount = form.cleaned_data.get(name)
        if amount is not None and -amount.normalize().as_tuple().exponent > places:
            form.add_error(name, gettext_lazy("Ce montant a trop de décimales pour la devise."))


def check_received(form: ItemForm | PaymentForm) -> None:
    """What will be paid tomorrow is not paid."""
    day = form.cleaned_data.get("issued_on")
    if day and day > clock.today(form.dossier.zone):
        form.add_error("issued_on", gettext_lazy("Un paiement reçu ne peut pas porter une date future."))


class AttestationForm(forms.Form):
    """Step 4: what the creditor answers for."""

    is_attested = forms.BooleanField(
        label=gettext_lazy("J’atteste que les factures réclamées sont licites, non équivoques et actuelles."),
        required=False,
    )
