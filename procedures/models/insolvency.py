from datetime import date

from django.db import models

from accounts.models import Creditor
from core.constraints import both_or_neither, one_of
from dossiers.models import Dossier
from procedures.enums import MatchState, NoticeKind


class InsolvencyNotice(models.Model):
    """A published notice of collective proceedings, kept as it was received; nobody's data but the public's."""

    source = models.CharField(max_length=12)
    source_id = models.CharField("numéro de l’annonce", max_length=40)
    siren = models.CharField("SIREN ou RIDET", max_length=10)
    kind = models.CharField("nature", max_length=12, choices=NoticeKind.choices)
    nature = models.CharField("jugement", max_length=300, blank=True)
    published_on = models.DateField("parue le")
    judgment_on = models.DateField("jugement du", null=True)
    court = models.CharField("tribunal", max_length=200, blank=True)
    raw = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = "annonce de procédure collective"
        verbose_name_plural = "annonces de procédures collectives"
        ordering = ["-published_on", "-pk"]
        indexes = [models.Index("siren", name="notices_of_siren")]
        constraints = [
            one_of("kind", NoticeKind, name="notice_kind_known"),
            models.UniqueConstraint("source", "source_id", "siren", name="one_notice_per_company"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"


class InsolvencyQuerySet(models.QuerySet["Insolvency"]):
    def undeclared(self) -> "InsolvencyQuerySet":
        return self.filter(declared_on=None).exclude(state=MatchState.DISMISSED)


class Insolvency(models.Model):
    """The collective proceedings of a dossier's debtor: who confirmed them, and the declaration of the claim.

    `act_by_on` is the last safe day to send the declaration, `due_on` the law's own (C. com. R622-24).
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="insolvencies")
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    notice = models.ForeignKey(InsolvencyNotice, models.PROTECT, related_name="matches")
    state = models.CharField(max_length=12, choices=MatchState.choices, default=MatchState.TO_CONFIRM)
    found_at = models.DateTimeField()
    due_on = models.DateField("déclaration avant le")
    act_by_on = models.DateField("agir au plus tard le")
    derivation = models.CharField(max_length=500)
    relief_due_on = models.DateField("relevé de forclusion avant le")
    relief_derivation = models.CharField(max_length=500)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, null=True)  # noqa: DJ001  paired with decided_at
    reason = models.CharField(max_length=2000, blank=True)
    power_at = models.DateTimeField(null=True)
    power_by = models.CharField(max_length=120, null=True)  # noqa: DJ001  paired with power_at
    declared_on = models.DateField("déclarée le", null=True)
    declared_by = models.CharField(max_length=120, null=True)  # noqa: DJ001  paired with declared_on
    declared_number = models.CharField("numéro d’envoi", max_length=40, blank=True)

    objects = InsolvencyQuerySet.as_manager()

    class Meta:
        verbose_name = "procédure collective d’un débiteur"
        verbose_name_plural = "procédures collectives des débiteurs"
        ordering = ["-found_at", "-pk"]
        constraints = [
            one_of("state", MatchState, name="match_state_known"),
            models.UniqueConstraint("dossier", "notice", name="one_match_per_notice"),
            both_or_neither("decided_at", "decided_by", name="match_decision_has_author", message="Une décision a un auteur."),
            both_or_neither("power_at", "power_by", name="power_has_author", message="Un pouvoir a un auteur."),
            both_or_neither("declared_on", "declared_by", name="declaration_has_author", message="Une déclaration a un auteur."),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.notice}"

    def is_foreclosed(self, today: date) -> bool:
        """The time to declare has gone by without a declaration: relief alone remains (C. com. L622-26)."""
        return self.declared_on is None and today > self.due_on
