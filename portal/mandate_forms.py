"""Forms of the mandate's pages."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.formfields import PhoneNumberField

from accounts import phones
from accounts.enums import Civility
from accounts.forms import sentence
from accounts.models import BankAccount, Creditor, User
from core.identifiers import bic_candidates, check_bic, check_iban
from core.phones import is_mobile
from mandates import services
from mandates.models import NOTICE_DAYS, Mandate, Mode
from payments.models import balance_of
from portal.templatetags.ui import money
from signatures.codes import masked
from signatures.models import CodeChannel

REMEMBERED, OTHER = "remembered", "other"


class ChoiceForm(forms.Form):
    """Which account is debited, how often and how much; one-off is preselected (IDE-12)."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Mode de prélèvement"), choices=Mode.choices, initial=Mode.ONE_OFF,
        widget=forms.RadioSelect({"class": "radio-cards"}),
    )  # fmt: skip
    understood = forms.BooleanField(
        label=gettext_lazy(
            "J’ai compris : une fois le mode automatique validé, je ne pourrai plus revenir au mode ponctuel."
        ),
        required=False,
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Montant du prélèvement"), required=False, min_value=Decimal("0.01"), max_digits=11, decimal_places=2,
        localize=True, widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    is_spread = forms.BooleanField(
        label=gettext_lazy("Étaler ce montant sur trois mois"), required=False,
        help_text=gettext_lazy("En mode automatique seulement : trois prélèvements mensuels égaux, au centime près."),
    )  # fmt: skip
    short_notice = forms.BooleanField(
        label=gettext_lazy("J’accepte d’être prévenu de chaque prélèvement cinq jours avant, au lieu de quatorze"),
        required=False, help_text=gettext_lazy("Facultatif. Cette clause figure dans le mandat que vous signez."),
    )  # fmt: skip
    source = forms.ChoiceField(
        label=gettext_lazy("Compte à débiter"), widget=forms.RadioSelect({"class": "radio-cards"}), required=False
    )
    email = forms.EmailField(
        label=gettext_lazy("Courriel des annonces"), required=False,
        help_text=gettext_lazy("Chaque prélèvement y est annoncé. Vous pourrez le changer à tout moment."),
    )  # fmt: skip
    signatory_civility = forms.ChoiceField(label=gettext_lazy("Civilité"), choices=Civility.choices, required=False)
    signatory_last_name = forms.CharField(label=gettext_lazy("Nom"), max_length=80, required=False)
    signatory_first_name = forms.CharField(label=gettext_lazy("Prénom"), max_length=80, required=False)
    iban = forms.CharField(
        label="IBAN", max_length=42, required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "placeholder": "FR76 …"}),
    )  # fmt: skip
    bic = forms.CharField(
        label="BIC", max_length=11, required=False,
        help_text=gettext_lazy("Proposé d’après l’IBAN : vérifiez-le et corrigez-le s’il est faux."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args: Any, creditor: Creditor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.creditor, self.known = creditor, services.remembered(creditor)
        self.balance = balance_of(creditor)
        self.is_automatic_only = services.is_bound_to_automatic(creditor)
        self._offer()

    def _offer(self) -> None:
        """What is known comes filled in: the account given before, the balance, the mode that cannot change any more."""
        if self.is_automatic_only:
            self.fields["mode"].choices = [(Mode.AUTOMATIC, Mode.AUTOMATIC.label)]  # type: ignore[attr-defined]
            self.initial["mode"] = Mode.AUTOMATIC
        choices = [(OTHER, _("Un autre compte"))]
        if self.known:
            choices.insert(0, (REMEMBERED, f"{self.known.masked} · {self.known.bic} ({self.known.signatory})"))
        self.fields["source"].choices = choices  # type: ignore[attr-defined]
        self.initial["source"] = choices[0][0]
        latest = self.creditor.mandates.order_by("-pk").first()
        self.initial["email"] = latest.notices_to if latest else self.creditor.email
        self.initial["short_notice"] = latest is not None and latest.notice_days < NOTICE_DAYS
        if self.balance:
            self.initial["amount"] = self.balance
            self.fields["amount"].help_text = _("Solde de vos frais : %(sum)s.") % {"sum": money(self.balance, "EUR")}
        else:
            self.fields["amount"].help_text = _("Aucun frais n’est dû : laissez vide pour les frais à venir.")

    def clean_iban(self) -> str:
        typed: str = self.cleaned_data["iban"]
        return sentence(check_iban, typed) if typed else ""

    def clean_bic(self) -> str:
        typed: str = self.cleaned_data["bic"]
        return sentence(check_bic, typed).upper() if typed else ""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self._check_mode(data)
        self._check_amount(data)
        if not self.uses_known(data):
            self._check_account(data)
        return data

    def uses_known(self, data: dict[str, Any]) -> bool:
        return self.known is not None and data.get("source") != OTHER

    def _check_mode(self, data: dict[str, Any]) -> None:
        is_automatic = data.get("mode") == Mode.AUTOMATIC
        if is_automatic and not self.is_automatic_only and not data.get("understood"):
            self.add_error("understood", _("Le mode automatique est sans retour : cochez cette case pour le choisir."))
        if data.get("is_spread") and not is_automatic:
            self.add_error("is_spread", _("L’étalement sur trois mois n’existe qu’en mode automatique."))

    def _check_amount(self, data: dict[str, Any]) -> None:
        amount = data.get("amount")
        if amount and self.balance and amount > self.balance:
            over = _("Le montant saisi est supérieur au solde (%(sum)s) : corrigez-le.")
            self.add_error("amount", over % {"sum": money(self.balance, "EUR")})
        if data.get("is_spread") and not amount and "amount" not in self.errors:
            self.add_error("amount", _("Indiquez le montant à étaler."))

    def _check_account(self, data: dict[str, Any]) -> None:
        for name in ("signatory_last_name", "signatory_first_name", "iban"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Ce champ est obligatoire."))
        if not (iban := data.get("iban")):
            return
        if not data.get("bic") and "bic" not in self.errors:
            candidates = bic_candidates(iban)
            self.data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
            self.data["bic"] = candidates[0] if candidates else ""  # type: ignore[index]  # our own copy
            self.add_error("bic", _("Vérifiez le BIC proposé, corrigez-le au besoin, puis validez de nouveau."))
        elif why := services.refuses_account(self.creditor.brand, iban, data.get("bic", "")):
            self.add_error("iban", why)

    def choice(self, *, now: datetime) -> services.Choice:
        """What was chosen; a new account is written down first."""
        data = self.cleaned_data
        account = self.known if self.known and self.uses_known(data) else self._new_account(now=now)
        notice = services.SHORT_NOTICE_DAYS if data["short_notice"] else NOTICE_DAYS
        return services.Choice(account, data["mode"], data["amount"], data["is_spread"], data["email"], notice)

    def _new_account(self, *, now: datetime) -> BankAccount:
        data = self.cleaned_data
        names = {name: data[name] for name in data if name.startswith("signatory_")}
        account = BankAccount(creditor=self.creditor, bic=data["bic"], created_at=now, **names)
        account.seal(data["iban"])
        account.save(force_insert=True)
        return account


class EmailForm(forms.Form):
    """Where debits are announced; changed whenever one likes (IDE-14)."""

    email = forms.EmailField(label=gettext_lazy("Courriel des annonces"), max_length=254)


class ChannelForm(forms.Form):
    """Where the code goes: choosing is compulsory (IDE-17). A number on record is the only one that gets a code."""

    channel = forms.ChoiceField(
        label=gettext_lazy("Recevoir le code par"), choices=CodeChannel.choices,
        widget=forms.RadioSelect({"class": "radio-cards"}),
        error_messages={"required": gettext_lazy("Choisissez comment recevoir le code.")},
    )  # fmt: skip
    phone = PhoneNumberField(label=gettext_lazy("Téléphone mobile"), required=False)

    def __init__(
        self, *args: Any, creditor: Creditor, person: User, now: datetime, mandate: Mandate | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.mandate, self.awaited = mandate, phones.awaited(person, now=now)
        own = phones.usable(person, now=now)
        self.known = [number for number in (str(own or ""), str(creditor.phone or "")) if number]
        self.mobiles = [number for number in self.known if is_mobile(number)]
        self.on_record = (self.mobiles or self.known or [""])[0]
        self.by_sms_only = self._refuses(CodeChannel.EMAIL)
        if self.on_record:
            self.fields["phone"].help_text = _("Numéro enregistré : %(number)s. Laissez vide pour l’employer.") % {
                "number": masked(self.on_record)
            }

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        number = typed.as_e164 if typed else self.on_record
        if self.known and number not in self.known:
            raise forms.ValidationError(
                _(
                    "Ce numéro n’est pas celui de votre fiche (%(number)s). Ajoutez-le d’abord dans « Sécurité de mon"
                    " compte », ou faites changer votre fiche par le support."
                )
                % {"number": masked(self.on_record)}
            )
        return number

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("channel") == CodeChannel.SMS and not self._reaches(data):
            self.add_error("phone", self._without_number())
        if why := self._refuses(data.get("channel", "")):
            self.add_error("channel", why)
        return data

    def _refuses(self, channel: str) -> str | None:
        if self.mandate is None:
            return None
        return services.refuses_channel(self.mandate, channel, has_mobile=bool(self.mobiles))

    def _reaches(self, data: dict[str, Any]) -> bool:
        """Whether there is a number that may receive the code; one that was refused has its own sentence."""
        if "phone" in self.errors:
            return True
        return bool(data.get("phone")) and (bool(self.known) or not self._needs_known_number())

    def _needs_known_number(self) -> bool:
        return self.mandate is not None and services.needs_known_number(self.mandate)

    def _without_number(self) -> str:
        """What to do when no number can receive the code."""
        if not self._needs_known_number():
            return _("Indiquez le numéro qui recevra le SMS.")
        if self.awaited and self.awaited.usable_at:
            when = date_format(localtime(self.awaited.usable_at), "SHORT_DATETIME_FORMAT")
            told = _("Votre numéro %(number)s est confirmé : il pourra recevoir ce code à partir du %(when)s.")
            return told % {"number": self.awaited.masked, "when": when}
        return _(
            "À partir de %(amount)s €, le code ne part que vers un numéro confirmé à l’avance : sinon, une boîte aux"
            " lettres volée suffirait à signer. Ajoutez votre mobile dans « Sécurité de mon compte » ; il servira"
            " trois jours plus tard."
        ) % {"amount": services.SMS_FROM}


class CodeForm(forms.Form):
    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)
    code = forms.RegexField(
        r"^\s*\d{6}\s*$", label=gettext_lazy("Code reçu"), error_messages={"invalid": gettext_lazy("Le code a six chiffres.")},
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input-code"}),
    )  # fmt: skip


class RevocationForm(forms.Form):
    sure = forms.BooleanField(
        label=gettext_lazy("Je révoque ce mandat : plus aucun prélèvement ne sera présenté."),
        error_messages={"required": gettext_lazy("Cochez cette case pour révoquer le mandat.")},
    )
