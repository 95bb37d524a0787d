from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.enums import Civility, PersonKind
from accounts.legal_forms import COMMERCIAL_BY_FORM, every_form
from accounts.models import Creditor
from core.constraints import one_of
from core.identifiers import check_siren
from tenants.models import Territory


def valid_siren(value: str) -> None:
    """ValidationError with a sentence when the SIREN cannot exist."""
    try:
        check_siren(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class Debtor(models.Model):
    """Whoever owes, as one creditor knows them."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="debtors")
    kind = models.CharField(_("nature"), max_length=8, choices=PersonKind.choices, default=PersonKind.LEGAL)
    civility = models.CharField(_("civilité"), max_length=3, choices=Civility.choices, default=Civility.MONSIEUR)
    first_name = models.CharField(_("prénom"), max_length=80, blank=True)
    last_name = models.CharField(_("nom"), max_length=80, blank=True)
    company = models.CharField(_("société"), max_length=160, blank=True)
    legal_form = models.CharField(_("forme juridique"), max_length=4, choices=every_form, blank=True)
    siren = models.CharField(_("SIREN"), max_length=9, blank=True, validators=[valid_siren])
    vat_number = models.CharField(_("n° de TVA"), max_length=14, blank=True)
    is_consumer = models.BooleanField(_("consommateur"), default=False)
    is_commercant = models.BooleanField(_("commerçant"), default=False)
    street = models.CharField(_("adresse"), max_length=120)
    complement = models.CharField(_("complément d’adresse"), max_length=120, blank=True)
    postcode = models.CharField(_("code postal"), max_length=10)
    town = models.CharField(_("ville"), max_length=80)
    territory = models.CharField(_("territoire"), max_length=20, choices=Territory.choices, default=Territory.FR)
    email = models.EmailField(_("courriel"), blank=True)
    phone = PhoneNumberField(_("téléphone"), blank=True)

    class Meta:
        verbose_name = "débiteur"
        constraints = [
            models.UniqueConstraint("creditor", "id", name="debtor_of_creditor"),
            one_of("kind", PersonKind, name="debtor_kind_known"),
            one_of("territory", Territory, name="debtor_territory_known"),
            models.CheckConstraint(
                condition=~Q(company="") | ~Q(last_name=""),
                name="debtor_has_name",
                violation_error_message=_("Indiquez le nom du débiteur."),
            ),
            models.CheckConstraint(
                condition=~(Q(is_consumer=True) & Q(is_commercant=True)),
                name="consumer_or_commercant",
                violation_error_message=_("Un débiteur est consommateur ou commerçant, pas les deux."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.company or f"{self.first_name} {self.last_name}".strip()

    @property
    def is_trader(self) -> bool:
        """A commerçant by declaration, or by the form of the company whatever it does (C. com. L210-1)."""
        return self.is_commercant or (self.kind == PersonKind.LEGAL and self.legal_form in COMMERCIAL_BY_FORM)

    @property
    def whole_address(self) -> str:
        return f"{self.street} {self.complement} {self.town}"

    @property
    def address_lines(self) -> list[str]:
        return [line for line in (self.name, self.complement, self.street, f"{self.postcode} {self.town}") if line]
