from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.models import Creditor
from core.calendar import lapses_at
from core.constraints import in_order
from dossiers.models import Dossier
from procedures.terms import Term

PENDING = Q(settled_at=None)


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def overdue(self, now: datetime) -> "DeadlineQuerySet":
        return self.filter(PENDING, lapses_at__lte=now).order_by("lapses_at", "pk")

    def pending(self) -> "DeadlineQuerySet":
        return self.filter(PENDING)


class Deadline(models.Model):
    """The instant at which a silence becomes a transition, with the text that explains it.

    `strict_on` is the day without the carry-over of CPC 642 where the law is not settled: what favours the
    platform's side is done by it, what goes against the debtor only after `due_on`.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="deadlines")
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    kind = models.CharField(max_length=40)
    transition = models.CharField(max_length=40)
    started_on = models.DateField()
    strict_on = models.DateField()
    due_on = models.DateField()
    lapses_at = models.DateTimeField()
    derivation = models.CharField(max_length=500)
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)  # moved, refused, cancelled

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = "échéance"
        indexes = [models.Index("lapses_at", "id", condition=PENDING, name="pending_deadlines")]
        constraints = [models.UniqueConstraint("dossier", condition=PENDING, name="one_pending_deadline")]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"

    @classmethod
    def open(cls, dossier: Dossier, transition: str, term: Term) -> "Deadline":
        """Start a term; the whole of its last day belongs to the debtor, on the office's own clock."""
        return cls.objects.create(
            dossier=dossier,
            creditor_id=dossier.creditor_id,
            kind=term.kind,
            transition=transition,
            started_on=term.start_on,
            strict_on=term.raw_on,
            due_on=term.due_on,
            lapses_at=lapses_at(term.due_on, dossier.zone),
            derivation=term.derivation,
        )


class LegalText(models.Model):
    """The wording of an article between two days, entered by an operator from the official source.

    A specimen stands in for it in the demo only and is printed as such.
    """

    article = models.CharField("article", max_length=40)
    valid_from = models.DateField("en vigueur du")
    valid_to = models.DateField("au", null=True, blank=True)
    text = models.TextField("texte")
    source = models.CharField("source", max_length=200)
    is_specimen = models.BooleanField("spécimen de démonstration", default=False)

    class Meta:
        verbose_name = "texte officiel"
        verbose_name_plural = "textes officiels"
        ordering = ["article", "-valid_from"]
        constraints = [
            models.UniqueConstraint("article", "valid_from", name="one_wording_per_day"),
            in_order("valid_from", "valid_to", name="text_valid_in_order", message="La fin précède le début."),
        ]

    def __str__(self) -> str:
        return f"{self.article} ({self.valid_from:%d/%m/%Y})"
