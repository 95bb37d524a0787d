from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount, Creditor
from core import clock
from core.calendar import add_period, parse_period
from core.constraints import both_or_neither, one_of
from core.money import Money
from documents.models import Document
from signatures.models import Signature
from tenants.models import Brand

LAPSE = parse_period("P36M")
NOTICE_DAYS = 14  # unless the debtor accepted a shorter one, which is then printed on the mandate


class MandateState(models.TextChoices):
    DRAFT = "draft", _("À signer")
    SIGNED = "signed", _("Signé")
    REFUSED = "refused", _("Refusé, à signer plus tard")
    AMENDED = "amended", _("Remplacé")
    USED = "used", _("Utilisé")
    REVOKED = "revoked", _("Révoqué")
    LAPSED = "lapsed", _("Caduc")


WAITING = (MandateState.DRAFT, MandateState.REFUSED)


class Mode(models.TextChoices):
    ONE_OFF = "one_off", _("Ponctuel")
    AUTOMATIC = "automatic", _("Automatique")


class MandateQuerySet(models.QuerySet["Mandate"]):
    def signed(self) -> "MandateQuerySet":
        return self.filter(state=MandateState.SIGNED)

    def waiting(self) -> "MandateQuerySet":
        return self.filter(state__in=WAITING)

    def valid(self) -> "Mandate | None":
        """The one that may be collected on, of a creditor's."""
        return self.signed().first()

    def current(self) -> "Mandate | None":
        """The one to look at, of a creditor's: signed, else waiting for a signature."""
        living = self.filter(state__in=[MandateState.SIGNED, *WAITING])
        return living.order_by(models.Case(models.When(state=MandateState.SIGNED, then=0), default=1), "-pk").first()


class Mandate(models.Model):
    """A SEPA direct-debit mandate (CORE) for the platform's own fees, with its two papers; one row a version.

    An amendment is a further version under the same reference; a signed version never changes but to end.
    """

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="mandates")
    account = models.ForeignKey(BankAccount, models.PROTECT)
    rum = models.CharField("référence unique du mandat", max_length=35)
    ics = models.CharField("identifiant créancier SEPA", max_length=35)
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    mode = models.CharField("mode", max_length=9, choices=Mode.choices, default=Mode.ONE_OFF)
    amount = models.DecimalField("montant", max_digits=11, decimal_places=2, null=True)
    email = models.EmailField("courriel des annonces", blank=True)
    notice_days = models.PositiveSmallIntegerField("préavis, en jours calendaires", default=NOTICE_DAYS)
    is_spread = models.BooleanField("étalé sur trois mois", default=False)
    state = models.CharField("état", max_length=8, choices=MandateState.choices, default=MandateState.DRAFT)
    unsigned = models.ForeignKey(Document, models.PROTECT, related_name="+")
    signed = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField("signé le", null=True)
    signature = models.OneToOneField(Signature, models.PROTECT, null=True)
    evidence = models.JSONField(
        default=dict, help_text="Preuve des mandats signés avant que les signatures aient leur table"
    )
    last_collected_on = models.DateField("dernier prélèvement", null=True)
    ended_at = models.DateTimeField("terminé le", null=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = "mandat"
        constraints = [
            models.UniqueConstraint("ics", "rum", "version", name="rum_unique_for_its_creditor_identifier"),
            models.UniqueConstraint("creditor", condition=Q(state=MandateState.SIGNED), name="one_signed_mandate"),
            models.UniqueConstraint("creditor", condition=Q(state__in=WAITING), name="one_waiting_mandate"),
            one_of("state", MandateState, name="mandate_state_known"),
            one_of("mode", Mode, name="mandate_mode_known"),
            both_or_neither("signed", "signed_at", name="signed_has_date", message="Un mandat signé porte une date."),
            models.CheckConstraint(
                condition=Q(version=1, replaces=None) | Q(version__gt=1, replaces__isnull=False),
                name="amendment_follows_a_version",
                violation_error_message="Un avenant suit une version.",
            ),
            models.CheckConstraint(
                condition=Q(is_spread=False) | Q(mode=Mode.AUTOMATIC, amount__isnull=False),
                name="only_automatic_spreads",
                violation_error_message="L’étalement sur trois mois n’existe qu’en mode automatique.",
            ),
            models.CheckConstraint(
                condition=Q(notice_days__gte=1, notice_days__lte=NOTICE_DAYS),
                name="notice_in_bounds",
                violation_error_message="Le préavis a quatorze jours au plus.",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0, amount__lt=10**9),
                name="mandate_amount_in_bounds",
                violation_error_message="Le montant est supérieur à zéro.",
            ),
        ]

    def __str__(self) -> str:
        return self.rum

    @property
    def notices_to(self) -> str:
        """Where its debits are announced: the address given for it, else the creditor's."""
        return self.email or self.creditor.email

    @property
    def is_signed(self) -> bool:
        return self.state == MandateState.SIGNED

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def is_automatic(self) -> bool:
        return self.mode == Mode.AUTOMATIC

    @property
    def money(self) -> Money | None:
        return None if self.amount is None else Money(self.amount, self.brand.currency)

    @property
    def signed_on(self) -> date | None:
        return self.signed_at.astimezone(self.brand.zone).date() if self.signed_at else None

    @property
    def lapses_on(self) -> date | None:
        """36 months after the last collection presented or, without any, after the signature."""
        start = self.last_collected_on or self.signed_on
        return add_period(start, LAPSE) if start else None
