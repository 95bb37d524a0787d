"""The simulator's form, and the routes of a claim ready to show."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import Money
from dossiers.enums import Origin
from dossiers.forms import DAY, AmountField
from dossiers.places import territory_of
from procedures.competence import UnknownPlace, court_of_appeal
from procedures.decompte import Part
from procedures.routes import BARRED, SOON, Facts, Outlook, outlook
from tenants.models import Territory

CONSUMER, PROFESSIONAL, TRADER = "consumer", "professional", "trader"


class SimulatorForm(forms.Form):
    """The facts of a claim, in an address that can be shared; nothing of it is kept."""

    amount = AmountField(label=gettext_lazy("Montant TTC encore dû, en euros"))
    due_on = forms.DateField(label=gettext_lazy("Date d’échéance"), widget=DAY)
    origin = forms.ChoiceField(label=gettext_lazy("Origine"), choices=Origin.choices, initial=Origin.INVOICE)
    debtor = forms.ChoiceField(
        label=gettext_lazy("Votre débiteur est"),
        choices=[
            (CONSUMER, gettext_lazy("un particulier (consommateur)")),
            (PROFESSIONAL, gettext_lazy("un professionnel non commerçant")),
            (TRADER, gettext_lazy("un commerçant ou une société commerciale")),
        ],
    )
    creditor = forms.ChoiceField(
        label=gettext_lazy("Vous êtes"),
        choices=[
            (TRADER, gettext_lazy("commerçant ou société commerciale")),
            (PROFESSIONAL, gettext_lazy("un autre professionnel")),
            (CONSUMER, gettext_lazy("un particulier")),
        ],
    )
    postcode = forms.CharField(label=gettext_lazy("Code postal du débiteur"), max_length=5, min_length=5)

    def clean_postcode(self) -> str:
        value: str = self.cleaned_data["postcode"]
        try:
            court_of_appeal(value)
        except UnknownPlace as error:
            raise forms.ValidationError(str(error)) from error
        return value

    def clean_amount(self) -> Any:
        value = self.cleaned_data["amount"]
        if value <= 0:
            raise forms.ValidationError(_("Indiquez un montant supérieur à zéro."))
        return value

    def facts(self) -> Facts:
        said = self.cleaned_data
        return Facts(
            amount=Money(said["amount"], "EUR"), due_on=said["due_on"], origin=said["origin"],
            debtor_is_consumer=said["debtor"] == CONSUMER, debtor_trades=said["debtor"] == TRADER,
            creditor_trades=said["creditor"] == TRADER, creditor_is_professional=said["creditor"] != CONSUMER,
            territory=territory_of(said["postcode"]),
        )  # fmt: skip

    def outlook(self, *, on: date) -> Outlook:
        return outlook(self.facts(), on=on)


def shown(found: Outlook) -> dict[str, Any]:
    """The outlook in words, as portal/routes/_routes.html takes it."""
    account = found.account
    figures = []
    if account:
        labels = (
            (_("Principal"), Part.PRINCIPAL),
            (_("Intérêts de retard"), Part.INTEREST),
            (_("Indemnité forfaitaire"), Part.INDEMNITY),
        )
        figures = [
            {"label": label, "value": account.total(part).format_fr()} for label, part in labels if account.total(part)
        ]
        figures.append(
            {"label": _("Dû au %(day)s") % {"day": f"{found.on:%d/%m/%Y}"}, "value": account.owed.format_fr()}
        )
    return {
        "outlook": found,
        "figures": figures,
        "rates_missing": account is None,
        "is_abroad": found.facts.territory == Territory.ABROAD,
        "limit_tone": {BARRED: "danger", SOON: "warning"}.get(found.risk, "info"),
    }
