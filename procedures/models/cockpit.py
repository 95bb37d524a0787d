from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.constraints import both_or_neither, one_of
from dossiers.enums import Phase
from tenants.models import Office

CALLED_IN = (
    Phase.AMIABLE, Phase.PSRPC, Phase.TITLE, Phase.INJONCTION_OFFERED, Phase.INJONCTION_REQUESTED, Phase.IP_SERVED,
    Phase.ENFORCEABLE,
)  # fmt: skip


class PhoneScriptQuerySet(models.QuerySet["PhoneScript"]):
    def in_force(self, office: Office, phase: str, *, on: date) -> "PhoneScript | None":
        """What this office says in this phase on that day; None when it wrote nothing."""
        return self.filter(office=office, phase=phase, valid_from__lte=on).order_by("-valid_from", "-pk").first()


class PhoneScript(models.Model):
    """What an office says on the telephone in a phase, from a day on; a new wording is a new row."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    phase = models.CharField(_("phase"), max_length=24, choices=Phase.choices)
    valid_from = models.DateField(_("à partir du"))
    text = models.TextField(_("script"), max_length=4000)
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()

    objects = PhoneScriptQuerySet.as_manager()

    class Meta:
        verbose_name = "script téléphonique"
        verbose_name_plural = "scripts téléphoniques"
        ordering = ["phase", "-valid_from", "-pk"]
        constraints = [one_of("phase", Phase, name="script_phase_known")]

    def __str__(self) -> str:
        return f"{self.get_phase_display()} ({self.valid_from:%d/%m/%Y})"


class BreakerQuerySet(models.QuerySet["Breaker"]):
    def stopped(self) -> "BreakerQuerySet":
        return self.filter(stopped_at__isnull=False)


class Breaker(models.Model):
    """How often in a row the sweep failed at one move for one office; stopped, it makes that move no more.

    A person resumes it, once the cause is known: what waited is then taken in the order of its terms.
    """

    office = models.ForeignKey(Office, models.PROTECT, related_name="breakers", verbose_name="étude")
    transition = models.CharField("étape", max_length=40)
    failures = models.PositiveSmallIntegerField("échecs de suite", default=0)
    last_error = models.CharField("dernière erreur", max_length=200, blank=True)
    failed_at = models.DateTimeField("dernier échec")
    stopped_at = models.DateTimeField("arrêtée le", null=True)
    resumed_at = models.DateTimeField("reprise le", null=True)
    resumed_by = models.CharField("reprise par", max_length=120, null=True)  # noqa: DJ001  paired with resumed_at

    objects = BreakerQuerySet.as_manager()

    class Meta:
        verbose_name = "arrêt de l’échéancier"
        verbose_name_plural = "arrêts de l’échéancier"
        ordering = ["-failed_at", "-pk"]
        constraints = [
            models.UniqueConstraint("office", "transition", name="one_breaker_per_move"),
            both_or_neither(
                "resumed_at", "resumed_by", name="breaker_resumption_has_author", message="Une reprise a un auteur."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.transition} ({self.failures})"
