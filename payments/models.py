from decimal import Decimal

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import Creditor
from core.constraints import both_or_neither, one_of
from mandates.models import Mandate
from tenants.models import Brand

IN_BOUNDS = Q(amount__gt=0, amount__lt=10**9)  # what one SEPA debit may carry


class Fee(models.Model):
    """What a creditor owes the platform for one thing it did; corrected by a contrary entry, never changed."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="fees")
    key = models.CharField(max_length=80)
    label = models.CharField("libellé", max_length=120)
    amount = models.DecimalField("montant", max_digits=11, decimal_places=2)
    due_on = models.DateField("dû le")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "frais"
        verbose_name_plural = "frais"
        constraints = [
            models.UniqueConstraint("creditor", "key", name="one_fee_per_cause"),
            models.CheckConstraint(
                condition=~Q(amount=0) & Q(amount__gt=-(10**9), amount__lt=10**9), name="fee_in_bounds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.amount}"


class BatchState(models.TextChoices):
    PREPARED = "prepared", _("Préparé")
    RELEASED = "released", _("Remis à la banque")
    CANCELLED = "cancelled", _("Annulé")


class Batch(models.Model):
    """A pain.008 file: its bytes are made again from these rows, so that no IBAN lies in clear; the hash holds them."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    message_id = models.CharField("MsgId", max_length=35, unique=True)
    ics = models.CharField("ICS", max_length=35)
    state = models.CharField("état", max_length=9, choices=BatchState.choices, default=BatchState.PREPARED)
    count = models.PositiveIntegerField("opérations")
    amount = models.DecimalField("total", max_digits=17, decimal_places=2)
    sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    released_at = models.DateTimeField("remis le", null=True)
    released_by = models.CharField("remis par", max_length=120, null=True)  # noqa: DJ001  paired with released_at

    class Meta:
        verbose_name = "remise de prélèvements"
        verbose_name_plural = "remises de prélèvements"
        constraints = [
            one_of("state", BatchState, name="batch_state_known"),
            both_or_neither(
                "released_at", "released_by", name="release_has_author", message="Une remise a son auteur."
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="batch_collects_something"),
        ]

    def __str__(self) -> str:
        return self.message_id


class CollectionState(models.TextChoices):
    ANNOUNCED = "announced", _("Annoncé")
    BATCHED = "batched", _("Dans une remise préparée")
    RELEASED = "released", _("Remis à la banque")
    RETURNED = "returned", _("Rejeté ou remboursé")
    CANCELLED = "cancelled", _("Annulé avant la remise")


LIVE = (CollectionState.ANNOUNCED, CollectionState.BATCHED, CollectionState.RELEASED)


class Sequence(models.TextChoices):
    ONE_OFF = "OOFF", _("Unique")
    RECURRENT = "RCUR", _("Récurrent")


class CollectionQuerySet(models.QuerySet["Collection"]):
    def live(self) -> "CollectionQuerySet":
        """Those that take, or took, money."""
        return self.filter(state__in=LIVE)


class Collection(models.Model):
    """One direct debit of fees, from its announcement to the bank; a second try is a row of its own."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="collections")
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="collections")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="collections")
    end_to_end_id = models.CharField("référence de bout en bout", max_length=35, unique=True)
    sequence = models.CharField("séquence", max_length=4, choices=Sequence.choices)
    amount = models.DecimalField("montant", max_digits=11, decimal_places=2)
    due_on = models.DateField("échéance")
    attempt = models.PositiveSmallIntegerField("présentation", default=1)
    state = models.CharField("état", max_length=9, choices=CollectionState.choices, default=CollectionState.ANNOUNCED)
    detail = models.JSONField("ce qui est prélevé", default=list)
    created_at = models.DateTimeField()
    announcement = models.CharField("annonce", max_length=120, blank=True)
    announced_at = models.DateTimeField("annonce partie le", null=True)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        verbose_name = "prélèvement"
        constraints = [
            one_of("state", CollectionState, name="collection_state_known"),
            one_of("sequence", Sequence, name="collection_sequence_known"),
            models.UniqueConstraint(
                "creditor", "due_on", condition=Q(state__in=LIVE), name="one_collection_per_creditor_and_day"
            ),
            models.CheckConstraint(condition=IN_BOUNDS, name="collection_in_bounds"),
            models.CheckConstraint(
                condition=Q(state__in=["announced", "cancelled"]) | Q(batch__isnull=False), name="batched_has_batch"
            ),
            models.CheckConstraint(condition=Q(attempt__in=[1, 2]), name="presented_twice_at_most"),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id


class BankReturn(models.Model):
    """What the bank sent back, as its file said it; append-only but for who resolved it."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="bank_returns")
    collection = models.ForeignKey(Collection, models.PROTECT, related_name="returns")
    message_id = models.CharField("fichier", max_length=35)
    code = models.CharField("motif", max_length=4)
    amount = models.DecimalField("montant", max_digits=11, decimal_places=2)
    booked_on = models.DateField("le")
    imported_at = models.DateTimeField("importé le")
    resolved_at = models.DateTimeField("résolu le", null=True)
    resolved_by = models.CharField("résolu par", max_length=120, null=True)  # noqa: DJ001  paired with resolved_at

    class Meta:
        verbose_name = "retour bancaire"
        verbose_name_plural = "retours bancaires"
        constraints = [
            models.UniqueConstraint("collection", name="a_collection_returns_once"),
            both_or_neither(
                "resolved_at", "resolved_by", name="resolution_has_author", message="Une résolution a son auteur."
            ),
            models.CheckConstraint(condition=IN_BOUNDS, name="return_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.collection}"


def balance_of(creditor: Creditor) -> Decimal:
    """Fees that no live collection takes: what may still be collected."""
    owed = creditor.fees.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    taken = creditor.collections.live().aggregate(sum=Sum("amount"))["sum"] or Decimal(0)  # type: ignore[attr-defined]
    return max(owed - taken, Decimal(0))
