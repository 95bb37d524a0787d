from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Creditor
from core.constraints import both_or_neither, one_of
from documents.models import Document
from dossiers.models import Dossier, Item
from procedures.effects import Stop, kinds_that_stop, stopped_by
from procedures.enums import DisputeReason, HoldKind, HoldState

STANDING = Q(state__in=[HoldState.TO_VERIFY, HoldState.CONFIRMED])


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self) -> "HoldQuerySet":
        """Those that stop something now: to be verified, or confirmed."""
        return self.filter(STANDING)

    def stopping(self, what: Stop) -> "HoldQuerySet":
        """Standing holds on whole dossiers that stop this; one on a single item stops that item only."""
        return self.standing().filter(item=None, kind__in=kinds_that_stop(what))

    def stops(self, dossier: Dossier, what: Stop) -> list[HoldKind]:
        """Which standing holds stop this on that dossier now; empty when nothing does."""
        standing = self.standing().filter(dossier=dossier, item=None)
        return stopped_by(standing.values_list("kind", flat=True), what)

    def disputed_items(self, dossier: Dossier) -> "HoldQuerySet":
        """The disputes of single items: each stays in the figures and leaves reminders and procedures."""
        return self.standing().filter(dossier=dossier, item__isnull=False)

    def interest_stops_on(self, dossier: Dossier) -> date | None:
        """The day from which no interest runs, at 0:00: of the judgment, of the admissibility (C. com. R621-4, L622-28)."""
        confirmed = self.stopping(Stop.INTEREST).filter(dossier=dossier, state=HoldState.CONFIRMED)
        return min((day for day in confirmed.values_list("effective_on", flat=True) if day), default=None)


class Hold(models.Model):
    """A reason not to go on: who set it and when, on what proof, and how it ended.

    What it stops stands in procedures.effects; it is written by procedures.holds only. `effective_on` is the day of
    the fact (judgment, decision of admissibility, death), from which interest may stop.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="holds")
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="holds")
    kind = models.CharField(_("motif"), max_length=20, choices=HoldKind.choices)
    state = models.CharField(_("état"), max_length=10, choices=HoldState.choices, default=HoldState.TO_VERIFY)
    code = models.CharField(_("nature de la contestation"), max_length=16, choices=DisputeReason.choices, blank=True)
    text = models.CharField(_("précisions"), max_length=2000, blank=True)
    effective_on = models.DateField(_("date du fait"), null=True, blank=True)
    proof = models.CharField(_("référence de la preuve"), max_length=200, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=120)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, null=True)  # noqa: DJ001  paired with decided_at
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, null=True)  # noqa: DJ001  paired with ended_at
    end_reason = models.CharField(max_length=2000, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = "suspension du dossier"
        verbose_name_plural = "suspensions du dossier"
        ordering = ["-set_at", "-pk"]
        constraints = [
            one_of("kind", HoldKind, name="hold_kind_known"),
            one_of("state", HoldState, name="hold_state_known"),
            models.CheckConstraint(
                condition=Q(code__in=["", *DisputeReason.values]) & (Q(code="") | Q(kind=HoldKind.DISPUTE)),
                name="only_a_dispute_has_a_code",
            ),
            models.CheckConstraint(condition=Q(item=None) | Q(kind=HoldKind.DISPUTE), name="only_items_are_disputed"),
            models.CheckConstraint(
                condition=~Q(state=HoldState.CONFIRMED) | ~Q(proof="") | Q(document__isnull=False),
                name="confirmed_hold_has_proof",
                violation_error_message=_("Indiquez la preuve : une référence ou un document."),
            ),
            models.CheckConstraint(condition=STANDING ^ Q(ended_at__isnull=False), name="ended_hold_has_its_day"),
            both_or_neither("decided_at", "decided_by", name="decision_has_author", message="Une décision a un auteur."),
            both_or_neither("ended_at", "ended_by", name="lifting_has_author", message="Une levée a un auteur."),
            models.UniqueConstraint(
                "dossier", "kind", "item", condition=STANDING, nulls_distinct=False, name="one_standing_hold_of_a_kind"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_standing(self) -> bool:
        return self.state in (HoldState.TO_VERIFY, HoldState.CONFIRMED)
