import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import both_or_neither, one_of
from documents.models import Document
from tenants.models import Brand, Office

PENDING = Q(outcome="")
LEASE = timedelta(minutes=5)
LAST_ATTEMPT = 8


class Channel(models.TextChoices):
    EMAIL = "email", _("Courriel")
    SMS = "sms", _("SMS")
    LETTER = "letter", _("Lettre simple")
    REGISTERED = "registered", _("Lettre recommandée AR")
    FILE = "file", _("Classé au dossier")


BY_POST = (Channel.LETTER, Channel.REGISTERED)


class Outcome(models.TextChoices):
    PENDING = "", _("En attente")
    SENT = "sent", _("Parti")
    REJECTED = "rejected", _("Refusé par le destinataire")
    CANCELLED = "cancelled", _("Annulé avant l’envoi")
    DEAD = "dead", _("Abandonné après plusieurs essais")


class SuspensionQuerySet(models.QuerySet["Suspension"]):
    def living(self) -> "SuspensionQuerySet":
        return self.filter(resumed_at=None)


class Suspension(models.Model):
    """A channel stopped for maintenance by support, until somebody resumes it: the expected end only informs."""

    channel = models.CharField("voie", max_length=12, choices=Channel.choices)
    reason = models.CharField("motif, tel que les écrans le montrent", max_length=200)
    expected_end_at = models.DateTimeField("fin prévue", null=True, blank=True)
    suspended_at = models.DateTimeField("suspendue le")
    suspended_by = models.CharField("suspendue par", max_length=120)
    resumed_at = models.DateTimeField("reprise le", null=True)
    resumed_by = models.CharField("reprise par", max_length=120, null=True)  # noqa: DJ001  paired with resumed_at

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        verbose_name = "suspension d’une voie"
        verbose_name_plural = "suspensions de voies"
        ordering = ["-suspended_at", "-pk"]
        constraints = [
            one_of("channel", Channel, name="suspended_channel_known"),
            both_or_neither(
                "resumed_at", "resumed_by", name="resumption_has_author", message="Une reprise a un auteur."
            ),
            models.UniqueConstraint(
                "channel",
                condition=Q(resumed_at=None),
                name="one_suspension_per_channel",
                violation_error_message="Cette voie est déjà suspendue.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} : {self.reason}"


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: datetime) -> "MessageQuerySet":
        """What may leave now, the oldest first: nothing of a channel that is suspended."""
        stopped = Suspension.objects.living().values("channel")
        return self.filter(PENDING, try_at__lte=now).exclude(channel__in=stopped).order_by("try_at", "pk")

    def to_post(self) -> "MessageQuerySet":
        """Printed letters whose posting nobody has recorded yet: no term runs from them."""
        return self.filter(channel__in=BY_POST, outcome=Outcome.SENT, posted_on=None).order_by("created_at")

    def about(self, dossier_id: int) -> "MessageQuerySet":
        return self.filter(dossier_id=dossier_id).order_by("created_at", "pk")


class Message(models.Model):
    """Something that must reach somebody, written in the transaction of its cause (the outbox).

    `recipient` is who and where, as decided then: name, lines, email, phone. The owners' keys are plain
    numbers where this app stands below those that know them. The key is unique: one cause never sends twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False)
    creditor_id = models.BigIntegerField(null=True)
    office = models.ForeignKey(Office, models.PROTECT, null=True, db_index=False)
    dossier_id = models.BigIntegerField(null=True)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    channel = models.CharField("voie", max_length=12, choices=Channel.choices)
    recipient = models.JSONField("destinataire")
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    outcome = models.CharField("état", max_length=12, choices=Outcome.choices, blank=True, default="")
    settled_at = models.DateTimeField(null=True)
    detail = models.CharField(max_length=500, blank=True)
    subject = models.CharField("objet", max_length=200, blank=True)
    text = models.TextField(blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, db_index=False)
    posted_on = models.DateField("posté le", null=True)
    posting_number = models.CharField("numéro d’envoi", max_length=40, blank=True)
    posted_by = models.CharField(max_length=120, null=True)  # noqa: DJ001  paired with posted_on

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "envoi"
        indexes = [
            models.Index("try_at", "id", condition=PENDING, name="pending_messages"),
            models.Index("dossier_id", "created_at", name="messages_of_dossier"),
            models.Index("office", condition=Q(channel__in=BY_POST, posted_on=None), name="letters_of_office"),
        ]
        constraints = [
            models.UniqueConstraint("brand", "key", name="one_message_per_cause"),
            one_of("channel", Channel, name="message_channel_known"),
            one_of("outcome", Outcome, name="message_outcome_known"),
            both_or_neither(
                "posted_on",
                "posted_by",
                name="posting_has_author",
                message="Un envoi posté a une date et un auteur.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.kind}"

    @property
    def is_pending(self) -> bool:
        return self.outcome == ""

    @property
    def written_on(self) -> date:
        """The civil day on which it was decided, at the office or the brand: not the machine's."""
        zone = self.office.zone if self.office else self.brand.zone
        return self.created_at.astimezone(zone).date()

    def take(self, now: datetime) -> None:
        """Lease before the call: a worker that dies afterwards only delays the message."""
        self.attempts += 1
        self.lease = uuid.uuid4()
        self.try_at = now + LEASE * 2 ** (self.attempts - 1)
        self.save(update_fields=["attempts", "lease", "try_at"])

    def settle(self, outcome: str, *, now: datetime, **fields: Any) -> bool:
        """Record how it ended, if our lease still holds (another worker may have taken over)."""
        mine = Message.objects.filter(PENDING, pk=self.pk, lease=self.lease)
        values = {"outcome": outcome, "settled_at": now, "payload": {}} | fields
        for name, value in values.items():
            setattr(self, name, value)
        return bool(mine.update(**values))
