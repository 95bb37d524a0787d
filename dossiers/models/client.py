from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Creditor
from core.constraints import both_or_neither, one_of
from tenants.models import Brand


class Client(models.Model):
    """A customer of a creditor, whether or not she owes anything: what the daily feed tells of her.

    `doubts` holds, by field, what was sent and cannot be right; the field itself is then empty.
    """

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="clients", db_index=False)
    reference = models.CharField("référence", max_length=60)
    name = models.CharField("nom", max_length=160)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    ridet = models.CharField("RIDET", max_length=10, blank=True)
    street = models.CharField("adresse", max_length=120, blank=True)
    complement = models.CharField("complément", max_length=120, blank=True)
    postcode = models.CharField("code postal", max_length=10, blank=True)
    town = models.CharField("ville", max_length=80, blank=True)
    postal_address = models.CharField("adresse de correspondance", max_length=300, blank=True)
    email = models.CharField("courriel", max_length=254, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    watched = models.BooleanField("surveillé", default=False)
    doubts = models.JSONField("à vérifier", default=dict)
    changed_at = models.DateTimeField("changé le")

    class Meta:
        verbose_name = "client du créancier"
        verbose_name_plural = "clients du créancier"
        constraints = [models.UniqueConstraint("creditor", "reference", name="client_reference_once")]
        indexes = [
            models.Index("siren", condition=Q(watched=True) & ~Q(siren=""), name="clients_watched_by_siren"),
            models.Index("creditor", "name", name="clients_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class FeedToken(models.Model):
    """What a creditor's software shows to send its clients; only its fingerprint is kept."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="feed_tokens")
    label = models.CharField("logiciel", max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.CharField("créé par", max_length=120)
    created_at = models.DateTimeField("créé le")
    used_at = models.DateTimeField("dernier envoi", null=True)
    revoked_by = models.CharField("révoqué par", max_length=120, null=True)  # noqa: DJ001  paired with revoked_at
    revoked_at = models.DateTimeField("révoqué le", null=True)

    class Meta:
        verbose_name = "jeton de flux"
        verbose_name_plural = "jetons de flux"
        ordering = ["-created_at", "-pk"]
        constraints = [
            both_or_neither(
                "revoked_at", "revoked_by", name="feed_revocation_has_author", message="Une révocation a un auteur."
            )
        ]

    def __str__(self) -> str:
        return self.label


class FeedWay(models.TextChoices):
    API = "api", _("Interface")
    DROP = "drop", _("Dépôt de fichier")


class FeedDelivery(models.Model):
    """One sending of the feed and what became of it; its key makes a second one of the same answer the same."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="feed_deliveries", db_index=False)
    key = models.CharField("clé", max_length=80)
    sha256 = models.CharField(max_length=64)
    way = models.CharField("voie", max_length=4, choices=FeedWay.choices)
    at = models.DateTimeField("reçu le")
    received = models.PositiveIntegerField("lignes")
    created = models.PositiveIntegerField("nouveaux")
    changed = models.PositiveIntegerField("changés")
    doubtful = models.PositiveIntegerField("à vérifier")
    refused = models.JSONField("refusées", default=list)

    class Meta:
        verbose_name = "envoi du flux"
        verbose_name_plural = "envois du flux"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint("creditor", "key", name="feed_delivery_once"),
            one_of("way", FeedWay, name="feed_way_known"),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.at:%Y-%m-%d %H:%M}"
