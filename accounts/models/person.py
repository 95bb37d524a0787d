from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.enums import COMMERCIAL_BY_FORM, Civility, LegalForm, PersonKind
from accounts.roles import Role
from core import clock, crypto
from core.constraints import both_or_neither, one_of
from core.identifiers import check_siret
from tenants.models import Brand, Office, Terms


def valid_siret(value: str) -> None:
    """ValidationError with a sentence when the SIRET cannot exist."""
    try:
        check_siret(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


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

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = "personne"

    def __str__(self) -> str:
        return self.get_full_name() or self.email

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
    civility = models.CharField("civilité", max_length=3, choices=Civility.choices, default=Civility.MONSIEUR)
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    company = models.CharField("société", max_length=160, blank=True)
    legal_form = models.CharField("forme juridique", max_length=4, choices=LegalForm.choices, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[valid_siret])
    street = models.CharField("adresse principale", max_length=120)
    complement = models.CharField("complément d’adresse", max_length=120, blank=True)
    postcode = models.CharField("code postal", max_length=10)
    town = models.CharField("ville", max_length=80)
    email = models.EmailField()
    phone = PhoneNumberField("téléphone", blank=True)
    is_commercant = models.BooleanField("commerçant", default=False)
    terms = models.ForeignKey(Terms, models.PROTECT, null=True, verbose_name="CGU acceptées")
    terms_accepted_at = models.DateTimeField("CGU acceptées le", null=True)
    completed_at = models.DateTimeField("inscription finalisée le", null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "créancier"
        constraints = [
            one_of("kind", PersonKind, name="creditor_kind_known"),
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
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.company or f"{self.first_name} {self.last_name}"

    @property
    def address_lines(self) -> list[str]:
        return [line for line in (self.name, self.complement, self.street, f"{self.postcode} {self.town}") if line]

    @property
    def identity(self) -> str:
        """Name, form and number, as papers state them."""
        form = self.get_legal_form_display() if self.legal_form else ""
        parts = [self.name, form, f"SIRET {self.siret}" if self.siret else ""]
        return ", ".join(part for part in parts if part)

    @property
    def is_complete(self) -> bool:
        return self.completed_at is not None

    def commercial_by_form(self) -> bool:
        """Commercial whatever it does, by its form (C. com. L210-1)."""
        return self.legal_form in COMMERCIAL_BY_FORM


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
