"""The advanced criteria of a search, as the address of the list holds them."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MinLengthValidator
from django.db.models import Case as Switch
from django.db.models import DecimalField, Exists, F, Func, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.expressions import Combinable, Subquery, When
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dossiers.enums import ItemKind
from dossiers.forms import AmountField
from dossiers.models import Dossier, Item
from tenants.models import Currency, Territory

OWED = DecimalField(max_digits=14, decimal_places=2)
DEBTOR_NAME = Coalesce(
    NullIf(F("debtor__company"), Value("")),
    Trim(Concat(F("debtor__first_name"), Value(" "), F("debtor__last_name"))),
    Value(""),
)
MANAGER_NAME = Concat(F("manager__first_name"), Value(" "), F("manager__last_name"))
CREDITOR_NAME = Concat(
    F("creditor__company"), Value(" "), F("creditor__first_name"), Value(" "), F("creditor__last_name")
)


def owed() -> Combinable:
    """The balance of a dossier, within a query."""
    effect = Switch(When(kind=ItemKind.INVOICE, then=F("gross")), default=-F("gross"), output_field=OWED)
    items = Item.objects.filter(dossier=OuterRef("pk")).order_by().values("dossier").annotate(sum=Sum(effect))
    return Coalesce(Subquery(items.values("sum")), Value(0), output_field=OWED)


class Norm(Func):
    """Without accents nor capitals, as the search table holds its words."""

    function = "f_norm"


class WordsField(forms.CharField):
    """Words that a column must hold; `%` stands for any letters."""

    def __init__(self, column: Any = "", *, shortest: int = 2, is_written: bool = True, **kwargs: Any) -> None:
        shortest_allowed = MinLengthValidator(shortest, _("Veuillez utiliser au moins %(limit_value)d caractères."))
        super().__init__(required=False, max_length=80, validators=[shortest_allowed], **kwargs)
        self.column, self.is_written = column, is_written

    def narrow(self, dossiers: QuerySet[Dossier], name: str, words: str) -> QuerySet[Dossier]:
        return dossiers.alias(**{f"in_{name}": Norm(self.column)}).filter(_holds(f"in_{name}", words))


def _holds(name: str, words: str) -> Q:
    held = Q()
    for part in filter(None, words.split("%")):
        held &= Q(**{f"{name}__contains": Norm(Value(part))})
    return held


class NumberField(WordsField):
    """The number of one of the dossier's invoices."""

    def narrow(self, dossiers: QuerySet[Dossier], name: str, words: str) -> QuerySet[Dossier]:
        items = Item.objects.filter(dossier=OuterRef("pk")).alias(norm=Norm(F("number")))
        return dossiers.filter(Exists(items.filter(_holds("norm", words))))


class SolidField(WordsField):
    """A SIREN or a VAT number: spaces mean nothing."""

    def to_python(self, value: Any) -> str:
        return "".join(str(super().to_python(value)).split())


class CriteriaForm(forms.Form):
    """Each field narrows the list; what cannot be understood is told by the field and finds nothing."""

    ref = WordsField(F("reference"), shortest=4, label=_("Référence du dossier *"))
    vref = WordsField(F("creditor_reference"), label=_("Votre référence"))
    sinistre = WordsField(F("claim_reference"), label=_("Référence sinistre"))
    police = WordsField(F("policy_number"), label=_("Numéro de police"))
    debiteur = WordsField(DEBTOR_NAME, label=_("Nom du débiteur"))
    lieu = WordsField(
        Concat(F("debtor__postcode"), Value(" "), F("debtor__town")), is_written=False, label=_("Ville ou code postal")
    )
    siren = SolidField(F("debtor__siren"), label=_("SIREN du débiteur"))
    tva = SolidField(F("debtor__vat_number"), label=_("TVA du débiteur"))
    facture = NumberField(label=_("Référence de la facture"))
    min = AmountField(required=False, label=_("Solde, à partir de"))
    max = AmountField(required=False, label=_("Solde, jusqu’à"))
    devise = forms.ChoiceField(required=False, label=_("Devise"), choices=[("", _("Toutes")), *Currency.choices])
    du = forms.DateField(
        required=False, label=_("Créé à partir du"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    au = forms.DateField(required=False, label=_("Créé jusqu’au"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    gestionnaire = WordsField(MANAGER_NAME, is_written=False, label=_("Gestionnaire du dossier"))
    etude = WordsField(F("office__name"), is_written=False, label=_("Étude"))
    creancier = WordsField(CREDITOR_NAME, is_written=False, label=_("Créancier"))
    pays = forms.ChoiceField(
        required=False, label=_("Pays ou territoire du débiteur"), choices=[("", _("Tous")), *Territory.choices]
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for low, high, message in (
            ("min", "max", _("Le montant maximal est inférieur au montant minimal.")),
            ("du", "au", _("La date de fin précède la date de début.")),
        ):
            if given.get(low) is not None and given.get(high) is not None and given[high] < given[low]:
                self.add_error(high, message)
        return given

    def given(self) -> dict[str, Any]:
        """The criteria that were filled in."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def patterns(self) -> list[str]:
        """What must stand in the words of a dossier: looked up in their index before any column is read."""
        return [words for name, words in self.given().items() if getattr(self.fields[name], "is_written", False)]

    def narrow(self, dossiers: QuerySet[Dossier], zone: ZoneInfo) -> QuerySet[Dossier]:
        """The dossiers to which every criterion applies, but for the balance; days are those of the place."""
        if since := self.given().get("du"):
            dossiers = dossiers.filter(created_at__gte=datetime.combine(since, time.min, zone))
        if until := self.given().get("au"):
            dossiers = dossiers.filter(created_at__lt=datetime.combine(until + timedelta(days=1), time.min, zone))
        for name, value in self.given().items():
            field = self.fields[name]
            if isinstance(field, WordsField):
                dossiers = field.narrow(dossiers, name, value)
            elif name in EXACT:
                dossiers = dossiers.filter(**{EXACT[name]: value})
        return dossiers

    def told(self) -> Iterator[tuple[str, str]]:
        """Each criterion in words, for the head of a file."""
        for name, value in self.given().items():
            choices = dict(getattr(self.fields[name], "choices", ()))
            yield str(self.fields[name].label).rstrip(" *"), str(choices.get(value, value))


EXACT = {"pays": "debtor__territory", "devise": "currency"}
NAMES = tuple(CriteriaForm.base_fields)


def criteria_of(query: Any) -> CriteriaForm | None:
    """The form of an address that holds a criterion, checked; none for the plain list."""
    if not any(query.get(name, "").strip() for name in NAMES):
        return None
    form = CriteriaForm(query)
    form.is_valid()
    return form


def drawn(form: CriteriaForm | None) -> SafeString:
    """The fields; while they are empty they are the same for everybody and drawn once a language."""
    return _draw(form) if form else _empty(get_language() or "fr")


@lru_cache(maxsize=8)
def _empty(language: str) -> SafeString:
    return _draw(CriteriaForm())


def _draw(form: CriteriaForm) -> SafeString:
    return render_to_string("portal/_criteria.html", {"form": form})
