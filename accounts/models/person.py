import secrets
from collections.abc import Callable
from typing import Any
from unicodedata import normalize

from babel import Locale
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.enums import Civility, ClientCategory, PersonKind
from accounts.legal_forms import COMMERCIAL_BY_FORM, every_form
from accounts.roles import Role
from core import clock, crypto
from core.constraints import both_or_neither, one_of
from core.identifiers import check_ridet, check_rna, check_siret, check_tahiti
from core.postal import postal_lines, split_street
from tenants.models import Brand, Office, Terms


def _valid(check: Callable[[str], str], value: str) -> None:
    try:
        check(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def valid_siret(value: str) -> None:
    """ValidationError with a sentence when the SIRET cannot exist."""
    _valid(check_siret, value)


def valid_ridet(value: str) -> None:
    _valid(check_ridet, value)


def valid_tahiti(value: str) -> None:
    _valid(check_tahiti, value)


def valid_rna(value: str) -> None:
    _valid(check_rna, value)


def new_identifier() -> str:
    """A log-in name that is issued, for whoever prefers it to an address: nothing to confuse, nothing to guess from."""
    return "".join(secrets.choice("23456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(8))


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in; what she may do stands in her memberships."""

    email = models.EmailField("adresse électronique", unique=True)
    civility = models.CharField("civilité", max_length=3, choices=Civility.choices, default=Civility.MONSIEUR)
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    is_staff = models.BooleanField("support", default=False)
    is_active = models.BooleanField("actif", default=True)
    date_joined = models.DateTimeField("inscrit le", default=clock.now)
    identifier = models.CharField(  # noqa: DJ001  unique: those of a former release have none, not an empty one
        "identifiant", max_length=12, unique=True, null=True, default=new_identifier
    )
    password_changed_at = models.DateTimeField("mot de passe changé le", null=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = "personne"

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def set_password(self, raw_password: str | None) -> None:
        """An accent is one sign on one keyboard and two on another: both are the same password."""
        super().set_password(raw_password and normalize("NFKC", raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(raw_password and normalize("NFKC", raw_password))

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Creditor(models.Model):
    """Whoever is owed money: a company, an association or a person, of one brand; may have subsidiaries.

    What identifies it is printed on every paper and is changed by support only (CRE-29).
    """

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="creditors", verbose_name="marque")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="subsidiaries", verbose_name="maison mère"
    )
    kind = models.CharField("nature", max_length=8, choices=PersonKind.choices, default=PersonKind.LEGAL)
    category = models.CharField(
        "catégorie", max_length=8, choices=ClientCategory.choices, blank=True, default="", db_default=""
    )
    civility = models.CharField("civilité", max_length=3, choices=Civility.choices, default=Civility.MONSIEUR)
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    company = models.CharField("société", max_length=160, blank=True)
    legal_form = models.CharField("forme juridique", max_length=4, choices=every_form, blank=True)
    representative_role = models.CharField("qualité du représentant", max_length=80, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[valid_siret])
    ridet = models.CharField("RIDET", max_length=10, blank=True, validators=[valid_ridet])
    tahiti = models.CharField("n° TAHITI", max_length=9, blank=True, validators=[valid_tahiti])
    rna = models.CharField("n° RNA", max_length=10, blank=True, validators=[valid_rna])
    street = models.CharField("adresse principale", max_length=120)
    complement = models.CharField("complément d’adresse", max_length=120, blank=True)
    delivery = models.CharField("boîte postale ou lieu-dit", max_length=38, blank=True)
    postcode = models.CharField("code postal", max_length=10)
    town = models.CharField("ville", max_length=80)
    commune = models.CharField("code INSEE de la commune", max_length=5, blank=True)
    country = models.CharField("pays", max_length=2, default="FR")
    email = models.EmailField()
    phone = PhoneNumberField("téléphone", blank=True)
    is_professional = models.BooleanField("agit pour des besoins professionnels", default=True)
    is_commercant = models.BooleanField("commerçant", default=False)
    terms = models.ForeignKey(Terms, models.PROTECT, null=True, verbose_name="CGU acceptées")
    terms_accepted_at = models.DateTimeField("CGU acceptées le", null=True)
    completed_at = models.DateTimeField("inscription finalisée le", null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "créancier"
        constraints = [
            one_of("kind", PersonKind, name="creditor_kind_known"),
            one_of("category", ClientCategory, name="creditor_category_known"),
            models.UniqueConstraint("brand", "id", name="creditor_in_brand"),
            both_or_neither(
                "terms",
                "terms_accepted_at",
                name="terms_have_date",
                message="Les CGU acceptées portent une date.",
            ),
            models.CheckConstraint(
                condition=Q(kind=PersonKind.NATURAL) | (~Q(company="") & ~Q(legal_form="")),
                name="company_has_name_and_form",
                violation_error_message="Indiquez le nom et la forme juridique de la société.",
            ),
            models.CheckConstraint(
                condition=Q(is_professional=True) | Q(is_commercant=False),
                name="trader_is_professional",
                violation_error_message="Un commerçant agit pour des besoins professionnels.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.company or f"{self.first_name} {self.last_name}"

    @property
    def address_lines(self) -> list[str]:
        lines = (
            self.name,
            self.complement,
            self.street,
            self.delivery,
            f"{self.postcode} {self.town}",
            self.country_name,
        )
        return [line for line in lines if line]

    @property
    def postal_lines(self) -> list[str]:
        """What an envelope bears: six lines of thirty-eight characters (NF Z10-011)."""
        return postal_lines(
            name=self.name, complement=self.complement, street=self.street, delivery=self.delivery,
            last=f"{self.postcode} {self.town}", country=self.country_name,
        )  # fmt: skip

    @property
    def street_number(self) -> str:
        """« 12 bis », apart from the way, as banks and courts ask for it."""
        return split_street(self.street)[0]

    @property
    def street_name(self) -> str:
        return split_street(self.street)[1]

    @property
    def country_name(self) -> str:
        """In French, as on an envelope; nothing for France."""
        return "" if self.country == "FR" else Locale("fr").territories.get(self.country, self.country)

    @property
    def registration(self) -> str:
        """The number of the register that knows it, with the register's name."""
        numbers = (("SIRET", self.siret), ("RIDET", self.ridet), ("n° TAHITI", self.tahiti), ("RNA", self.rna))
        return next((f"{register} {number}" for register, number in numbers if number), "")

    @property
    def identity(self) -> str:
        """Name, form and number, as papers state them."""
        form = self.get_legal_form_display() if self.legal_form else ""
        return ", ".join(part for part in (self.name, form, self.registration) if part)

    @property
    def is_complete(self) -> bool:
        return self.completed_at is not None

    def commercial_by_form(self) -> bool:
        """Commercial whatever it does, by its form (C. com. L210-1)."""
        return self.legal_form in COMMERCIAL_BY_FORM


class CivilStatus(models.Model):
    """What the court asks of a natural person who claims (CPC 54): kept apart, since nobody else needs it."""

    creditor = models.OneToOneField(Creditor, models.PROTECT, related_name="civil_status")
    birth_on = models.DateField(_("date de naissance"))
    birth_place = models.CharField(_("lieu de naissance"), max_length=80)
    nationality = models.CharField(_("nationalité"), max_length=60)
    occupation = models.CharField(_("profession"), max_length=80)

    class Meta:
        verbose_name = "état civil"
        verbose_name_plural = "états civils"

    def __str__(self) -> str:
        return str(self.creditor)


class Membership(models.Model):
    """A person's role at a creditor."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    creditor = models.ForeignKey(Creditor, models.CASCADE, related_name="memberships")
    brand = models.ForeignKey(Brand, models.PROTECT)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.OWNER)

    class Meta:
        verbose_name = "rôle chez un créancier"
        constraints = [
            models.UniqueConstraint("user", "creditor", name="one_role_per_creditor"),
            one_of("role", Role, name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"


class OfficeMembership(models.Model):
    """A person who works at an office."""

    user = models.OneToOneField(User, models.CASCADE, related_name="office_membership")
    office = models.ForeignKey(Office, models.CASCADE, related_name="members")
    brand = models.ForeignKey(Brand, models.PROTECT)

    class Meta:
        verbose_name = "membre d’une étude"
        verbose_name_plural = "membres d’une étude"

    def __str__(self) -> str:
        return f"{self.user} ({self.office})"


class BankAccountQuerySet(models.QuerySet["BankAccount"]):
    def current(self) -> "BankAccount | None":
        return self.order_by("-created_at", "-pk").first()


class BankAccount(models.Model):
    """The account that a creditor authorises to be debited; a change adds a row. The IBAN is sealed."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="bank_accounts")
    signatory_civility = models.CharField(max_length=3, choices=Civility.choices)
    signatory_last_name = models.CharField("nom du signataire", max_length=80)
    signatory_first_name = models.CharField("prénom du signataire", max_length=80)
    iban_sealed = models.CharField(max_length=300)
    iban_last4 = models.CharField(max_length=4)
    iban_fingerprint = models.CharField(max_length=64)
    bic = models.CharField("BIC", max_length=11)
    created_at = models.DateTimeField(default=clock.now)

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        verbose_name = "compte bancaire"
        verbose_name_plural = "comptes bancaires"

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        return f"•••• {self.iban_last4}"

    @property
    def signatory(self) -> str:
        return f"{self.get_signatory_civility_display()} {self.signatory_first_name} {self.signatory_last_name}"

    def seal(self, iban: str) -> None:
        """Keep the IBAN so that only this creditor's row can give it back."""
        self.iban_sealed = crypto.encrypt(iban, place=f"bank_account:{self.creditor_id}")
        self.iban_last4 = iban[-4:]
        self.iban_fingerprint = crypto.fingerprint(iban, purpose=f"iban:{self.creditor_id}")

    def iban(self) -> str:
        """The IBAN in clear, for the mandate and the bank's file only."""
        return crypto.decrypt(self.iban_sealed, place=f"bank_account:{self.creditor_id}")


class BillingParty(models.Model):
    """Who receives the platform's invoices, when it is not the creditor (CRE-49)."""

    creditor = models.OneToOneField(Creditor, models.CASCADE, related_name="billing_party")
    name = models.CharField(_("nom ou société"), max_length=160)
    street = models.CharField(_("adresse"), max_length=120)
    complement = models.CharField(_("complément d’adresse"), max_length=120, blank=True)
    postcode = models.CharField(_("code postal"), max_length=10)
    town = models.CharField(_("ville"), max_length=80)
    email = models.EmailField()

    class Meta:
        verbose_name = "destinataire des factures"
        verbose_name_plural = "destinataires des factures"

    def __str__(self) -> str:
        return self.name
