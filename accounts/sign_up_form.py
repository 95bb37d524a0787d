"""Sign-up: who the creditor is, where it stands, and who acts for it (CRE-16 to CRE-27)."""

from datetime import date
from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts import partners
from accounts.enums import Civility, ClientCategory, PersonKind
from accounts.forms import sentence
from accounts.identity import CHECKS, FRANCE, LABELS, missing_sentence, needed_numbers, number_of
from accounts.legal_forms import COMMERCIAL_BY_FORM, USUAL, choices_on
from accounts.models import Partner, User
from accounts.services import SignUp
from core import clock
from core.captcha import CaptchaField
from core.phones import check_phone
from core.postal import LINES, check_line, check_name, postal_lines
from tenants.models import Brand, Territory
from tenants.places import iso_of, territory_of

PERSON = ("civility", "first_name", "last_name")
COMPANY = ("company", "legal_form", "representative_role")
NUMBERS = tuple(CHECKS)
CIVIL_STATUS = ("birth_on", "birth_place", "nationality", "occupation")
ADDRESS = ("street", "complement", "delivery", "postcode", "town", "commune", "country")
MARKED = ("company", "street", "postcode", *CIVIL_STATUS)  # compulsory for some: `clean` holds it
OLDEST = date(1900, 1, 1)
ADULT = 18


def _typed(placeholder: Any = "", **attrs: str) -> forms.TextInput:
    return forms.TextInput(({"placeholder": placeholder} if placeholder else {}) | attrs)


def countries() -> list[tuple[str, str]]:
    """Every country by its name in the reader's language, France first."""
    names = Locale.parse((get_language() or "fr")[:2]).territories
    found = [
        (code, str(name)) for code, name in names.items() if len(code) == 2 and code not in ("EU", "UN", "ZZ", FRANCE)
    ]
    return [(FRANCE, str(names[FRANCE])), *sorted(found, key=lambda pair: pair[1])]


class CreditorForm(forms.Form):
    """What identifies a creditor: companies give name, form and number; persons, what the court asks of them."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Vous êtes"), choices=PersonKind.choices, initial=PersonKind.LEGAL,
        widget=forms.RadioSelect({"class": "radio-cards"}),
    )  # fmt: skip
    category = forms.ChoiceField(
        label=gettext_lazy("En quelle qualité"), choices=ClientCategory.choices, required=False,
        help_text=gettext_lazy("Facultatif : le support vous répond mieux s’il le sait."),
    )  # fmt: skip
    partner = forms.CharField(
        label=gettext_lazy("Code partenaire"), max_length=20, required=False, widget=_typed(autocomplete="off"),
        help_text=gettext_lazy("Facultatif : le distributeur qui vous présente verra votre nom et vos étapes, jamais vos dossiers."),
    )  # fmt: skip
    civility = forms.ChoiceField(label=gettext_lazy("Civilité"), choices=Civility.choices, initial=Civility.MONSIEUR)
    last_name = forms.CharField(label=gettext_lazy("Nom"), max_length=80, widget=_typed(autocomplete="family-name"))
    first_name = forms.CharField(label=gettext_lazy("Prénom"), max_length=80, widget=_typed(autocomplete="given-name"))
    company = forms.CharField(
        label=gettext_lazy("Société"), max_length=160, required=False, widget=_typed(autocomplete="organization")
    )
    legal_form = forms.ChoiceField(label=gettext_lazy("Forme juridique"), initial=next(iter(USUAL)), required=False)
    representative_role = forms.CharField(
        label=gettext_lazy("Votre fonction"), max_length=80, required=False,
        help_text=gettext_lazy("Gérante, président, syndic… Les requêtes au tribunal nomment qui représente la société."),
        widget=_typed(autocomplete="organization-title"),
    )  # fmt: skip
    siret = forms.CharField(
        label=LABELS["siret"], max_length=20, required=False, widget=_typed(inputmode="numeric"),
        help_text=gettext_lazy("14 chiffres, avec ou sans espaces."),
    )  # fmt: skip
    ridet = forms.CharField(
        label=LABELS["ridet"], max_length=16, required=False, widget=_typed(inputmode="numeric"),
        help_text=gettext_lazy("Nouvelle-Calédonie : 7 chiffres, ou 10 avec l’établissement."),
    )  # fmt: skip
    tahiti = forms.CharField(
        label=LABELS["tahiti"], max_length=14, required=False, widget=_typed(),
        help_text=gettext_lazy("Polynésie française : 6 caractères, ou 9 avec l’établissement."),
    )  # fmt: skip
    rna = forms.CharField(
        label=LABELS["rna"], max_length=14, required=False, widget=_typed(),
        help_text=gettext_lazy("Associations : W suivi de 9 caractères."),
    )  # fmt: skip
    is_professional = forms.BooleanField(
        label=gettext_lazy("J’agis pour les besoins de mon activité professionnelle"), required=False,
        help_text=gettext_lazy("Entreprise individuelle, profession libérale… Le taux de l’intérêt légal en dépend."),
    )  # fmt: skip
    is_commercant = forms.BooleanField(
        label=gettext_lazy("Je suis commerçant"), required=False,
        help_text=gettext_lazy("Inscrit au registre du commerce et des sociétés. Les procédures ouvertes en dépendent."),
    )  # fmt: skip
    birth_on = forms.DateField(
        label=gettext_lazy("Date de naissance"), required=False,
        widget=forms.DateInput({"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
    )  # fmt: skip
    birth_place = forms.CharField(
        label=gettext_lazy("Lieu de naissance"), max_length=80, required=False,
        help_text=gettext_lazy("Commune et département, ou ville et pays."),
    )  # fmt: skip
    nationality = forms.CharField(label=gettext_lazy("Nationalité"), max_length=60, required=False)
    occupation = forms.CharField(
        label=gettext_lazy("Profession"), max_length=80, required=False,
        help_text=gettext_lazy("« sans profession » ou « retraité » le cas échéant."),
    )  # fmt: skip
    street = forms.CharField(
        label=gettext_lazy("Adresse principale"), max_length=120, required=False,
        help_text=gettext_lazy("Numéro et voie."),
        widget=_typed(gettext_lazy("Entrez votre adresse"), autocomplete="address-line1"),
    )  # fmt: skip
    complement = forms.CharField(
        label=gettext_lazy("Complément d’adresse"), max_length=120, required=False,
        help_text=gettext_lazy("Bâtiment, étage, résidence."),
        widget=_typed(gettext_lazy("Entrez votre complément d’adresse"), autocomplete="address-line2"),
    )  # fmt: skip
    delivery = forms.CharField(
        label=gettext_lazy("Boîte postale ou lieu-dit"), max_length=60, required=False,
        widget=_typed(autocomplete="address-line3"),
    )  # fmt: skip
    postcode = forms.CharField(
        label=gettext_lazy("Code postal"), max_length=10, required=False,
        widget=_typed(gettext_lazy("Entrez votre code postal"), autocomplete="postal-code", inputmode="numeric"),
    )  # fmt: skip
    town = forms.CharField(
        label=gettext_lazy("Ville"), max_length=80,
        widget=_typed(gettext_lazy("Entrez votre ville"), autocomplete="address-level2"),
    )  # fmt: skip
    commune = forms.RegexField(r"^[0-9][0-9AB][0-9]{3}$", required=False, widget=forms.HiddenInput())
    country = forms.ChoiceField(
        label=gettext_lazy("Pays"), required=False, widget=forms.Select({"autocomplete": "country"})
    )
    phone = forms.CharField(
        label=gettext_lazy("Téléphone"), max_length=30, required=False,
        help_text=gettext_lazy("Fixe ou portable, de métropole ou d’outre-mer."),
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )  # fmt: skip

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.brand = brand
        day = clock.today(brand.zone)
        self.fields["legal_form"].choices = choices_on(day)  # type: ignore[attr-defined]
        self.fields["country"].choices = countries()  # type: ignore[attr-defined]
        self.fields["country"].initial = FRANCE
        for name in (*MARKED, self.own_number):
            self.fields[name].has_mark = True  # type: ignore[attr-defined]  # read by the field's template

    @property
    def own_number(self) -> str:
        """The number that most creditors of this brand have: it stands in the open, the others behind a click."""
        return number_of(self.brand.territory)

    def has_companies(self) -> bool:
        return bool(settings.SIRENE_URL)

    def has_addresses(self) -> bool:
        return bool(settings.BAN_URL)

    def own_number_field(self) -> forms.BoundField:
        return self[self.own_number]

    def other_numbers(self) -> list[forms.BoundField]:
        return [self[name] for name in NUMBERS if name != self.own_number]

    def shows_other_numbers(self) -> bool:
        return any(field.errors or field.value() for field in self.other_numbers())

    # --- each field by itself -------------------------------------------------------------------------------
    def clean_siret(self) -> str:
        return self._number("siret")

    def clean_ridet(self) -> str:
        return self._number("ridet")

    def clean_tahiti(self) -> str:
        return self._number("tahiti")

    def clean_rna(self) -> str:
        return self._number("rna")

    def _number(self, name: str) -> str:
        value: str = self.cleaned_data[name]
        return sentence(CHECKS[name], value) if value else ""

    def clean_company(self) -> str:
        return sentence(check_name, self.cleaned_data["company"])

    def clean_street(self) -> str:
        return sentence(check_line, self.cleaned_data["street"])

    def clean_complement(self) -> str:
        return sentence(check_line, self.cleaned_data["complement"])

    def clean_delivery(self) -> str:
        return sentence(check_line, self.cleaned_data["delivery"])

    def clean_partner(self) -> Partner | None:
        code: str = self.cleaned_data["partner"]
        found = partners.find(code, brand=self.brand) if code else None
        if code and found is None:
            raise ValidationError(_("Ce code partenaire n’existe pas. Vérifiez-le, ou laissez ce champ vide."))
        return found

    def clean_birth_on(self) -> date | None:
        day: date | None = self.cleaned_data["birth_on"]
        today = clock.today(self.brand.zone)
        if day and not OLDEST <= day <= today:
            raise ValidationError(_("Cette date de naissance est impossible : vérifiez l’année."))
        if day and (today.year - day.year - ((today.month, today.day) < (day.month, day.day))) < ADULT:
            raise ValidationError(_("Un mineur agit par son représentant légal : inscrivez le représentant."))
        return day

    # --- one with another -----------------------------------------------------------------------------------
    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        data["country"] = data.get("country") or FRANCE
        self._clean_kind(data)
        self._clean_address(data)
        self._clean_numbers(data)
        self._clean_phone(data)
        return data

    def _clean_kind(self, data: dict[str, Any]) -> None:
        """A company's fields count for companies only, a person's for persons only."""
        if data.get("kind") == PersonKind.NATURAL:
            data.update(dict.fromkeys(COMPANY, ""))
            self._require(CIVIL_STATUS, data, _("Le tribunal le demande à toute personne physique : indiquez-le."))
            if data.get("is_commercant") and not data.get("is_professional"):
                self.add_error("is_professional", _("Un commerçant agit pour son activité : cochez aussi cette case."))
        else:
            self._require(("company", "legal_form"), data, _("Ce champ est obligatoire pour une personne morale."))
            data["is_professional"] = True
            data["is_commercant"] = data.get("legal_form") in COMMERCIAL_BY_FORM

    def _clean_address(self, data: dict[str, Any]) -> None:
        if not data.get("street"):  # in the Pacific many have a box and no street
            data["street"], data["delivery"] = data.get("delivery", ""), ""
        self._require(("street", "postcode"), data, str(self.fields["town"].error_messages["required"]))
        postcode: str = data.get("postcode") or ""
        if (
            data["country"] == FRANCE
            and postcode
            and not (postcode.isascii() and postcode.isdigit() and len(postcode) == 5)
        ):
            self.add_error("postcode", _("Un code postal a cinq chiffres."))
        last = f"{postcode} {data.get('town', '')}"
        self._refuse("town", check_line, last)
        if not self.errors and len(self._envelope(data, last)) > LINES:
            self.add_error("complement", _("L’adresse dépasse les six lignes d’une enveloppe : réunissez ou abrégez."))

    def _envelope(self, data: dict[str, Any], last: str) -> list[str]:
        name = data["company"] or f"{data['first_name']} {data['last_name']}"
        country = "" if data["country"] == FRANCE else data["country"]
        parts = {part: data[part] for part in ("complement", "street", "delivery")}
        return postal_lines(name=name, last=last, country=country, **parts)

    @staticmethod
    def territory(data: dict[str, Any]) -> Territory:
        return territory_of(data.get("postcode") or "") if data["country"] == FRANCE else Territory.ABROAD

    def _clean_numbers(self, data: dict[str, Any]) -> None:
        if "kind" not in data:
            return
        needed = needed_numbers(
            kind=data["kind"], legal_form=data.get("legal_form") or "", territory=self.territory(data),
            is_professional=bool(data.get("is_professional")),
        )  # fmt: skip
        if needed and not any(data.get(name) or name in self.errors for name in needed):
            self.add_error(needed[0], missing_sentence(needed, kind=data["kind"]))

    def _clean_phone(self, data: dict[str, Any]) -> None:
        if number := data.get("phone"):
            places = (iso_of(self.territory(data)), iso_of(self.brand.territory))
            data["phone"] = self._refuse("phone", lambda text: check_phone(text, places=places), number)

    def _require(self, names: tuple[str, ...], data: dict[str, Any], why: str) -> None:
        for name in names:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, why)

    def _refuse(self, name: str, check: Any, value: str) -> str:
        """The value by a pure check; its sentence becomes the field's error."""
        try:
            return str(check(value))
        except ValueError as error:
            self.add_error(name, str(error))
            return ""

    # --- what the service takes ---------------------------------------------------------------------------
    def creditor(self) -> dict[str, Any]:
        names = ("kind", "category", *PERSON, *COMPANY, *NUMBERS, *ADDRESS, "phone", "is_professional", "is_commercant")
        return {name: self.cleaned_data[name] for name in names}

    def civil_status(self) -> dict[str, Any] | None:
        if self.cleaned_data["kind"] != PersonKind.NATURAL:
            return None
        return {name: self.cleaned_data[name] for name in CIVIL_STATUS}


class SignUpForm(CreditorForm):
    """The creditor, and the person's log-in."""

    email = forms.EmailField(
        label="Email", max_length=254,
        widget=forms.EmailInput({"placeholder": gettext_lazy("Entrez votre Email"), "autocomplete": "email"}),
    )  # fmt: skip
    password = forms.CharField(
        label=gettext_lazy("Mot de passe"), max_length=256, strip=False, help_text=gettext_lazy("Douze caractères au moins."),
        widget=forms.PasswordInput({"placeholder": gettext_lazy("Entrez votre mot de passe"), "autocomplete": "new-password"}),
    )  # fmt: skip
    confirmation = forms.CharField(
        label=gettext_lazy("Confirmation"), max_length=256, strip=False,
        widget=forms.PasswordInput({"placeholder": gettext_lazy("Confirmez votre mot de passe"), "autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.CAPTCHA:
            self.fields["captcha"] = CaptchaField()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("password") and data["password"] != data.get("confirmation"):
            self.add_error("confirmation", _("Les deux mots de passe ne sont pas identiques."))
        self._check_password(data)
        return data

    def _check_password(self, data: dict[str, Any]) -> None:
        """A password that repeats the person's name, company or address is refused like a common one."""
        names = {name: data.get(name) or "" for name in ("email", "first_name", "last_name")}
        person = User(**names)
        person.company = data.get("company") or ""  # type: ignore[attr-defined]  # read by the rules of passwords only
        try:
            validate_password(data.get("password") or "", person)
        except ValidationError as error:
            self.add_error("password", error)

    def registration(self) -> SignUp:
        data = self.cleaned_data
        person = {name: data[name] for name in PERSON}
        return SignUp(data["email"], data["password"], person, self.creditor(), self.civil_status(), data["partner"])
