from django.db import models

from accounts.models import Creditor


class InvoiceDrop(models.Model):
    """Invoices given together: file by file, what became of it. A record, never changed."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="invoice_drops")
    by = models.CharField("déposé par", max_length=120)
    at = models.DateTimeField("déposé le")
    outcomes = models.JSONField(default=list)

    class Meta:
        verbose_name = "dépôt de factures"
        verbose_name_plural = "dépôts de factures"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.creditor} {self.at:%Y-%m-%d %H:%M}"
