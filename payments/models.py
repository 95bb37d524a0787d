import uuid
from decimal import Decimal

from django.db import models
from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import Creditor
from core.constraints import both_or_neither, one_of
from mandates.models import Mandate
from tenants.models import Brand, Currency

IN_BOUNDS = Q(amount__gt=0, amount__lt=10**9)  # what one SEPA debit may carry


class Fee(models.Model):
    """What a creditor owes the platform for one thing it did; corrected by a contrary entry, never changed."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="fees")
    key = models.CharField(max_length=80)
    label = models.CharField("libellé", max_length=120)
    amount = models.DecimalField("montant, toutes taxes comprises", max_digits=11, decimal_places=2)
    net = models.DecimalField("hors taxe, si connu", max_digits=11, decimal_places=2, null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(net=None)
                | Q(amount__gt=0, net__gt=0, net__lte=F("amount"))
                | Q(amount__lt=0, net__gte=F("amount")),
                name="net_within_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.amount}"

    @property
    def vat(self) -> Decimal | None:
        """The tax in it, when the amount before tax is known."""
        return None if self.net is None else self.amount - self.net


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


class CardState(models.TextChoices):
    OPENED = "opened", _("En cours")
    FAILED = "failed", _("Refusé")
    EXPIRED = "expired", _("Abandonné")
    PAID = "paid", _("Payé")
    REFUNDED = "refunded", _("Remboursé")


KEPT = (CardState.PAID, CardState.REFUNDED)  # states in which money came; what went back is in `refunded`


class CardPaymentQuerySet(models.QuerySet["CardPayment"]):
    def opened(self) -> "CardPaymentQuerySet":
        return self.filter(state=CardState.OPENED)

    def under_way(self) -> "CardPaymentQuerySet":
        """Those that somebody may be paying at this very moment."""
        return self.opened().filter(started_at__isnull=False)

    def came(self) -> "CardPaymentQuerySet":
        return self.filter(state__in=KEPT)


class CardPayment(models.Model):
    """Fees paid by card on the provider's page: only what the provider says, signed or read from it, settles it."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="card_payments")
    reference = models.UUIDField("référence", default=uuid.uuid4, unique=True)
    amount = models.DecimalField("montant", max_digits=11, decimal_places=2)
    currency = models.CharField("devise", max_length=3, choices=Currency.choices)
    state = models.CharField("état", max_length=8, choices=CardState.choices, default=CardState.OPENED)
    asked_by = models.CharField("demandé par", max_length=120)
    email = models.EmailField("reçu adressé à")
    created_at = models.DateTimeField("demandé le")
    expires_at = models.DateTimeField("à payer avant")
    started_at = models.DateTimeField("page demandée le", null=True)
    session = models.CharField("page du prestataire", max_length=200, blank=True)
    page_url = models.TextField(blank=True)
    charge = models.CharField("opération du prestataire", max_length=200, blank=True)
    paid_at = models.DateTimeField("payé le", null=True)
    events = models.JSONField("avis reçus", default=list)
    problem = models.CharField("à vérifier", max_length=200, blank=True)
    excess = models.DecimalField("payé en trop", max_digits=11, decimal_places=2, default=0)
    refund_asked_at = models.DateTimeField("remboursement décidé le", null=True)
    refund_asked_by = models.CharField("par", max_length=120, null=True)  # noqa: DJ001  paired with refund_asked_at
    refund_sent_at = models.DateTimeField("remboursement transmis le", null=True)
    refunded = models.DecimalField("remboursé", max_digits=11, decimal_places=2, default=0)

    objects = CardPaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "paiement par carte"
        verbose_name_plural = "paiements par carte"
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of("state", CardState, name="card_state_known"),
            one_of("currency", Currency, name="card_currency_known"),
            models.CheckConstraint(condition=IN_BOUNDS, name="card_in_bounds"),
            models.UniqueConstraint("creditor", condition=Q(state="opened"), name="one_open_card_payment"),
            models.UniqueConstraint("session", condition=~Q(session=""), name="one_payment_per_page"),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("amount")), name="card_refund_in_bounds"
            ),
            models.CheckConstraint(condition=Q(excess__gte=0, excess__lte=F("amount")), name="card_excess_in_bounds"),
            models.CheckConstraint(
                condition=Q(state__in=KEPT, paid_at__isnull=False) | (~Q(state__in=KEPT) & Q(paid_at=None, refunded=0)),
                name="card_paid_has_instant",
            ),
            both_or_neither(
                "refund_asked_at", "refund_asked_by", name="refund_has_author", message="Un remboursement a un auteur."
            ),
        ]

    def __str__(self) -> str:
        return f"CB-{self.pk:06d}"

    @property
    def kept(self) -> Decimal:
        """What came and did not go back."""
        return self.amount - self.refunded if self.state in KEPT else Decimal(0)


class CardLine(models.Model):
    """How much of which fee a card payment is for."""

    payment = models.ForeignKey(CardPayment, models.PROTECT, related_name="lines")
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+")
    fee = models.ForeignKey(Fee, models.PROTECT, related_name="card_lines")
    amount = models.DecimalField("montant", max_digits=11, decimal_places=2)

    class Meta:
        verbose_name = "frais payé par carte"
        verbose_name_plural = "frais payés par carte"
        constraints = [
            models.UniqueConstraint("payment", "fee", name="a_fee_once_in_a_payment"),
            models.CheckConstraint(condition=IN_BOUNDS, name="card_line_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.payment} {self.fee}"


def owing(creditor: Creditor, *, collections: "QuerySet[Collection]") -> Decimal:
    """Fees less what cards paid and less those collections; below zero when more came than was due."""
    owed = creditor.fees.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    taken = collections.filter(creditor=creditor).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    paid = creditor.card_payments.came().aggregate(sum=Sum(F("amount") - F("refunded")))["sum"] or Decimal(0)  # type: ignore[attr-defined]
    return Decimal(owed - taken - paid)


def balance_of(creditor: Creditor) -> Decimal:
    """Fees that neither a live collection nor a card takes: what may still be collected."""
    return max(owing(creditor, collections=Collection.objects.live()), Decimal(0))
