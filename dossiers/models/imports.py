from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Creditor
from core.constraints import both_or_neither, one_of
from documents.models import Document
from dossiers.models.dossier import Dossier


class ImportState(models.TextChoices):
    READING = "reading", _("Lecture en cours")
    READY = "ready", _("À confirmer")
    RUNNING = "running", _("Import en cours")
    DONE = "done", _("Terminé")
    REFUSED = "refused", _("Fichier refusé")
    CANCELLED = "cancelled", _("Abandonné")


class ClaimImport(models.Model):
    """A file of claims: read line by line without creating anything, then carried out as its person decided.

    `position` is the last line that is done with, in reading and then in running: a worker that died resumes there.
    """

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="claim_imports")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    state = models.CharField(_("état"), max_length=10, choices=ImportState.choices, default=ImportState.READING)
    by = models.CharField("déposé par", max_length=120)
    at = models.DateTimeField("déposé le")
    ignored = models.JSONField("colonnes laissées", default=list)
    complaint = models.CharField("refus", max_length=300, blank=True)
    position = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    filed = models.PositiveIntegerField(default=0)
    files = models.BooleanField("transmet à l’étude", default=False)
    decided_by = models.CharField("décidé par", max_length=120, null=True)  # noqa: DJ001  paired with decided_at
    decided_at = models.DateTimeField("décidé le", null=True)
    free_at = models.DateTimeField(null=True)  # by the worker that is at it

    class Meta:
        verbose_name = "import de créances"
        verbose_name_plural = "imports de créances"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "creditor"], name="import_of_creditor"),
            one_of("state", ImportState, name="import_state_known"),
            both_or_neither(
                "decided_at", "decided_by", name="import_decision_has_author", message="Une décision a un auteur."
            ),
        ]
        indexes = [models.Index("id", condition=Q(state__in=("reading", "running")), name="imports_at_work")]

    def __str__(self) -> str:
        return f"{self.document.name} {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_at_work(self) -> bool:
        return self.state in (ImportState.READING, ImportState.RUNNING)

    @property
    def lines(self) -> int:
        return self.good + self.bad + self.known


class RowState(models.TextChoices):
    GOOD = "good", _("Bonne")
    BAD = "bad", _("À corriger")
    KNOWN = "known", _("Déjà là")
    CREATED = "created", _("Brouillon créé")
    FILED = "filed", _("Transmise")


class ImportRow(models.Model):
    """One line of the file, as it was written, with its faults by column; emptied of its text after a month."""

    batch = models.ForeignKey(ClaimImport, models.PROTECT, related_name="rows", db_index=False)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+", db_index=False)
    line = models.PositiveIntegerField("ligne")
    reference = models.CharField("référence", max_length=60)
    state = models.CharField("état", max_length=8, choices=RowState.choices)
    cells = models.JSONField("cellules")
    faults = models.JSONField("fautes")
    notes = models.JSONField("remarques")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "ligne d’import"
        verbose_name_plural = "lignes d’import"
        constraints = [
            models.UniqueConstraint("batch", "line", name="import_line_once"),
            one_of("state", RowState, name="import_row_state_known"),
        ]
        indexes = [
            # The good ones, which are most of a file, are read in its order.
            models.Index(
                "batch", "state", "line", condition=~Q(state=RowState.GOOD), name="import_rows_that_are_not_good"
            ),
            models.Index("batch", "reference", name="import_rows_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.reference}"
