from django.db import models

from accounts.models import Creditor
from dossiers.enums import Phase
from dossiers.models.dossier import Dossier


class Event(models.Model):
    """A fact of a dossier, with its true date; append-only, each one sealed to the one before by its hash.

    `phase` is where the dossier stands after it. Written by dossiers.journal only.
    """

    # The walls tie both to the dossier's own row by one composite key; the unique constraint below is its index.
    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="events", db_constraint=False, db_index=False)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    phase = models.CharField(max_length=24, choices=Phase.choices)
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    detail = models.JSONField(default=dict)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = "événement"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint("dossier", "seq", name="events_in_order")]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.seq} {self.kind}"
