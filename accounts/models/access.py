"""How somebody else comes in: invited to a role, or shown a dossier for a while."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.models.person import Creditor, User
from accounts.roles import Role
from core.constraints import both_or_neither, in_order
from tenants.models import Brand, Office

LIVING = Q(accepted_at=None, withdrawn_at=None)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def living(self, now: datetime) -> "InvitationQuerySet":
        """Neither accepted, withdrawn nor too old."""
        return self.filter(LIVING, expires_at__gt=now)


class Invitation(models.Model):
    """A role offered to an address, at a creditor or at an office; its code was mailed and only its fingerprint is kept."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, null=True, related_name="invitations")
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="invitations")
    email = models.EmailField("adresse électronique")
    role = models.CharField("rôle", max_length=12, choices=Role.choices, blank=True)
    code_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.CharField("invité par", max_length=120)
    created_at = models.DateTimeField("invité le")
    expires_at = models.DateTimeField("valable jusqu’au")
    accepted_at = models.DateTimeField("accepté le", null=True)
    withdrawn_at = models.DateTimeField("annulé le", null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation à un rôle"
        verbose_name_plural = "invitations à un rôle"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(creditor__isnull=False, office__isnull=True)
                | Q(creditor__isnull=True, office__isnull=False),
                name="invited_to_one_house",
                violation_error_message="Une invitation mène chez un créancier ou dans une étude.",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[*Role.values, ""]) & (Q(creditor__isnull=True) | ~Q(role="")),
                name="invitation_role_known",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True), name="invitation_ends_once"
            ),
            models.UniqueConstraint("creditor", "email", condition=LIVING, name="one_invitation_per_address"),
            models.UniqueConstraint("office", "email", condition=LIVING, name="one_office_invitation_per_address"),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.house})"

    @property
    def house(self) -> str:
        """Where it leads."""
        return str(self.creditor or self.office)


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def living(self, now: datetime) -> "ShareLinkQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=now)


class ShareLink(models.Model):
    """A look at a creditor's dossiers, or at one, for whoever holds the link: an accountant, a lawyer. Nothing can be changed by it.

    `dossier_id` is a plain number: dossiers stand above this app.
    """

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="share_links")
    dossier_id = models.BigIntegerField(null=True)
    recipient = models.CharField("destinataire", max_length=120)
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.CharField("créé par", max_length=120)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # links of a former release have none
    created_at = models.DateTimeField("créé le")
    expires_at = models.DateTimeField("valable jusqu’au")
    revoked_by = models.CharField("révoqué par", max_length=120, null=True)  # noqa: DJ001  paired with revoked_at
    revoked_at = models.DateTimeField("révoqué le", null=True)
    opened_count = models.PositiveIntegerField("ouvertures", default=0)
    opened_at = models.DateTimeField("ouvert le", null=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "lien de partage"
        verbose_name_plural = "liens de partage"
        ordering = ["-created_at", "-pk"]
        constraints = [
            both_or_neither(
                "revoked_at", "revoked_by", name="revocation_has_author", message="Une révocation a un auteur."
            ),
            in_order("created_at", "expires_at", name="share_ends_after_start", message="La fin précède le début."),
        ]

    def __str__(self) -> str:
        return f"{self.recipient} ({self.creditor})"
