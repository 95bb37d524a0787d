from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Creditor
from core.constraints import one_of
from documents.models import Document
from dossiers.models import Dossier
from procedures.models.insolvency import Insolvency
from procedures.models.path import Offer
from signatures.models import Signature


class PaperKind(models.TextChoices):
    POWER = "power", _("Pouvoir spécial de déclarer une créance")
    ACCEPTANCE = "acceptance", _("Acceptation de la procédure simplifiée")
    DEBTOR_AGREEMENT = "debtor_agreement", _("Accord du débiteur sur les modalités")
    CREDITOR_AGREEMENT = "creditor_agreement", _("Accord du créancier sur les modalités")


OF_THE_CREDITOR = (PaperKind.POWER, PaperKind.CREDITOR_AGREEMENT)
OF_THE_DEBTOR = (PaperKind.ACCEPTANCE, PaperKind.DEBTOR_AGREEMENT)


class Paper(models.Model):
    """Something about a dossier that one side signs with a code: what it says, and its signature once it has one.

    `terms` is all that the paper says of the facts, so that a fact that changed since makes it stale. Once signed, the
    row never changes.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="papers")
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    kind = models.CharField("acte", max_length=20, choices=PaperKind.choices)
    insolvency = models.ForeignKey(Insolvency, models.PROTECT, null=True, related_name="papers")
    offer = models.ForeignKey(Offer, models.PROTECT, null=True, related_name="papers")
    terms = models.JSONField()
    document = models.OneToOneField(Document, models.PROTECT, related_name="+")
    signature = models.OneToOneField(Signature, models.PROTECT, null=True, related_name="+")
    signed = models.OneToOneField(Document, models.PROTECT, null=True, related_name="+")  # sealed, for whoever reads it
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "acte à signer"
        verbose_name_plural = "actes à signer"
        ordering = ["pk"]
        constraints = [one_of("kind", PaperKind, name="paper_kind_known")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.created_at:%Y-%m-%d}"
