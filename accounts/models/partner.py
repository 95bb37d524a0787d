"""Who brings creditors to a brand: a distributor, its people, and the creditors that came by it (NUM-30)."""

import secrets

from django.db import models
from django.db.models import F, Q

from accounts.models.person import Creditor, User
from core import clock
from core.constraints import both_or_neither
from tenants.models import Brand

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_code() -> str:
    """What a partner hands out; it opens nothing, so it may be short enough to be typed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))


class Partner(models.Model):
    """A distributor of a brand. Support opens and closes it."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="partners", verbose_name="marque")
    name = models.CharField("nom", max_length=120)
    code = models.CharField("code à remettre", max_length=8, default=new_code, unique=True, editable=False)
    is_open = models.BooleanField("apporte de nouveaux créanciers", default=True)
    created_at = models.DateTimeField("créé le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "partenaire"
        constraints = [models.UniqueConstraint("brand", "id", name="partner_in_brand")]

    def __str__(self) -> str:
        return self.name


class PartnerMembership(models.Model):
    """A person who works at a partner."""

    user = models.OneToOneField(User, models.CASCADE, related_name="partner_membership", verbose_name="personne")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="members", verbose_name="partenaire")
    brand = models.ForeignKey(Brand, models.PROTECT)

    class Meta:
        verbose_name = "membre d’un partenaire"
        verbose_name_plural = "membres d’un partenaire"

    def __str__(self) -> str:
        return f"{self.user} ({self.partner})"


class Step(models.TextChoices):
    """How far a creditor has come; each is a date of the introduction, and nothing more is told."""

    COMPLETED = "completed_at", "inscription finalisée"
    MANDATE = "mandate_at", "mandat signé"
    CONVENTION = "convention_at", "convention signée"
    FIRST_DOSSIER = "first_dossier_at", "premier dossier transmis"


class Introduction(models.Model):
    """That a partner brought a creditor, from a day until the creditor ends it.

    It is all that the partner sees: the name and the days of the steps; never the creditor's own rows.
    """

    brand = models.ForeignKey(Brand, models.PROTECT)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="introductions", verbose_name="partenaire")
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="introductions", verbose_name="créancier")
    name = models.CharField("créancier", max_length=170)
    created_at = models.DateTimeField("inscrit le")
    completed_at = models.DateTimeField(Step.COMPLETED.label, null=True)
    mandate_at = models.DateTimeField(Step.MANDATE.label, null=True)
    convention_at = models.DateTimeField(Step.CONVENTION.label, null=True)
    first_dossier_at = models.DateTimeField(Step.FIRST_DOSSIER.label, null=True)
    ended_at = models.DateTimeField("fin", null=True)
    ended_by = models.CharField("mis fin par", max_length=120, null=True)  # noqa: DJ001  paired with ended_at

    class Meta:
        verbose_name = "créancier apporté"
        verbose_name_plural = "créanciers apportés"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint("creditor", condition=Q(ended_at=None), name="one_partner_at_a_time"),
            both_or_neither("ended_at", "ended_by", name="end_has_author", message="Une fin a un auteur."),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("created_at")),
                name="introduction_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.partner})"
