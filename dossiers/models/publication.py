from django.db import models
from django.db.models import Q

from accounts.models import Creditor
from core.constraints import both_or_neither
from documents.models import Document
from dossiers.models.dossier import Dossier


class PublicationQuerySet(models.QuerySet["Publication"]):
    def living(self) -> "PublicationQuerySet":
        return self.filter(withdrawn_at=None)


class Publication(models.Model):
    """The office lets the debtor read a piece of his dossier; letters addressed to him need none."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="publications")
    # The walls tie it to the dossier's own creditor by one composite key.
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    published_by = models.CharField(max_length=120)
    published_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=120, null=True)  # noqa: DJ001  paired with withdrawn_at
    withdrawn_at = models.DateTimeField(null=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = "publication au débiteur"
        verbose_name_plural = "publications au débiteur"
        ordering = ["pk"]
        constraints = [
            both_or_neither(
                "withdrawn_at", "withdrawn_by", name="withdrawal_has_author", message="Un retrait a un auteur."
            ),
            models.UniqueConstraint("document", condition=Q(withdrawn_at=None), name="published_once"),
        ]

    def __str__(self) -> str:
        return str(self.document)
