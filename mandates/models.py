from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount, Creditor, User
from core import clock
from core.constraints import both_or_neither, one_of
from documents.models import Document
from tenants.models import Brand


class MandateState(models.TextChoices):
    DRAFT = "draft", _("À signer")
    SIGNED = "signed", _("Signé")
    REFUSED = "refused", _("Refusé, à signer plus tard")
    REVOKED = "revoked", _("Révoqué")


class MandateQuerySet(models.QuerySet["Mandate"]):
    def signed(self) -> "MandateQuerySet":
        return self.filter(state=MandateState.SIGNED)

    def current(self) -> "Mandate | None":
        return self.exclude(state=MandateState.REVOKED).order_by("-created_at", "-pk").first()


class Mandate(models.Model):
    """A SEPA direct-debit mandate (CORE, recurrent) for the platform's own fees, with its two papers."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="mandates")
    account = models.ForeignKey(BankAccount, models.PROTECT)
    rum = models.CharField("référence unique du mandat", max_length=35)
    ics = models.CharField("identifiant créancier SEPA", max_length=35)
    state = models.CharField("état", max_length=8, choices=MandateState.choices, default=MandateState.DRAFT)
    unsigned = models.ForeignKey(Document, models.PROTECT, related_name="+")
    signed = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField("signé le", null=True)
    evidence = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = "mandat"
        constraints = [
            models.UniqueConstraint("ics", "rum", name="rum_unique_for_its_creditor_identifier"),
            models.UniqueConstraint(
                "creditor",
                condition=Q(state__in=[MandateState.DRAFT, MandateState.SIGNED, MandateState.REFUSED]),
                name="one_living_mandate",
            ),
            one_of("state", MandateState, name="mandate_state_known"),
            both_or_neither("signed", "signed_at", name="signed_has_date", message="Un mandat signé porte une date."),
        ]

    def __str__(self) -> str:
        return self.rum

    @property
    def is_signed(self) -> bool:
        return self.state == MandateState.SIGNED


class CodeChannel(models.TextChoices):
    SMS = "sms", _("SMS")
    EMAIL = "email", _("Courriel")


class Challenge(models.Model):
    """A one-time code for one document, one person and one session; only its keyed hash is kept."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    user = models.ForeignKey(User, models.PROTECT)
    document = models.ForeignKey(Document, models.PROTECT)
    session_hash = models.CharField(max_length=64)
    channel = models.CharField("voie", max_length=5, choices=CodeChannel.choices)
    destination = models.CharField(max_length=254)
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "code de signature"
        verbose_name_plural = "codes de signature"
        indexes = [models.Index("creditor", "created_at", name="challenges_by_age")]
        constraints = [one_of("channel", CodeChannel, name="challenge_channel_known")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.created_at:%Y-%m-%d %H:%M}"
