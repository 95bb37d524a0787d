from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Creditor
from core import clock
from core.constraints import in_order, one_of
from core.money import Money
from documents.models import Document
from dossiers.enums import AttachmentKind, ItemKind
from dossiers.models.dossier import Dossier
from tenants.models import Currency


class Item(models.Model):
    """A financial element: an invoice raises the balance, a credit note or a payment lowers it."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="items")
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+")
    kind = models.CharField(_("type"), max_length=12, choices=ItemKind.choices)
    number = models.CharField(_("numéro du document"), max_length=60, blank=True)
    issued_on = models.DateField(_("date d’émission"))
    due_on = models.DateField(_("date d’échéance"))
    gross = models.DecimalField(_("montant brut"), max_digits=12, decimal_places=2)
    net = models.DecimalField(_("montant net"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("devise"), max_length=3, choices=Currency.choices, default=Currency.EUR)
    comment = models.CharField(_("commentaire"), max_length=500, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "élément financier"
        verbose_name_plural = "éléments financiers"
        ordering = ["issued_on", "pk"]
        constraints = [
            one_of("kind", ItemKind, name="item_kind_known"),
            one_of("currency", Currency, name="item_currency_known"),
            models.CheckConstraint(
                condition=Q(gross__gt=0),
                name="item_gross_positive",
                violation_error_message=_("Le montant brut doit être supérieur à zéro."),
            ),
            models.CheckConstraint(
                condition=Q(net__isnull=True) | Q(net__gte=0, net__lte=models.F("gross")),
                name="item_net_within_gross",
                violation_error_message=_("Le montant net ne peut pas dépasser le montant brut."),
            ),
            in_order(
                "issued_on",
                "due_on",
                name="item_due_after_issue",
                message=_("L’échéance ne peut pas précéder la date d’émission."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip()

    @property
    def effect(self) -> Money:
        """What it does to the balance: an invoice adds, a credit note or a payment takes away."""
        amount = Money(self.gross, self.currency)
        return amount if self.kind == ItemKind.INVOICE else -amount


class Attachment(models.Model):
    """A piece of the dossier, with what it is."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="attachments")
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+")
    document = models.OneToOneField(Document, models.PROTECT)
    kind = models.CharField(_("nature"), max_length=16, choices=AttachmentKind.choices, default=AttachmentKind.OTHER)
    added_by = models.CharField(max_length=120)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"
        ordering = ["added_at", "pk"]
        constraints = [one_of("kind", AttachmentKind, name="attachment_kind_known")]

    def __str__(self) -> str:
        return self.document.name
