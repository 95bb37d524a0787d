import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.constraints import one_of
from documents.models import Document
from tenants.models import Brand


class CodeChannel(models.TextChoices):
    SMS = "sms", _("SMS")
    EMAIL = "email", _("Courriel")


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def open(self, now: datetime) -> "ChallengeQuerySet":
        """Codes that could still sign: not used, not too old."""
        return self.filter(used_at=None, expires_at__gt=now)


class Challenge(models.Model):
    """A one-time code for one document, one person and one session; only its keyed hash is kept.

    The person is a word of whoever asks (such as « user:42 »): this app stands below those that know people. The
    destination is masked; the outbox keeps who was written to.
    """

    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False)
    creditor_id = models.BigIntegerField()
    dossier_id = models.BigIntegerField(null=True)
    document = models.ForeignKey(Document, models.PROTECT)
    person = models.CharField("personne", max_length=60)
    session_hash = models.CharField(max_length=64)
    channel = models.CharField("voie", max_length=5, choices=CodeChannel.choices)
    destination = models.CharField("destination masquée", max_length=80)
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        verbose_name = "code de signature"
        verbose_name_plural = "codes de signature"
        indexes = [models.Index("creditor_id", "person", "created_at", name="challenges_by_person")]
        constraints = [one_of("channel", CodeChannel, name="challenge_channel_known")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.created_at:%Y-%m-%d %H:%M}"


class Sending(models.Model):
    """That a code left, by keyed hashes of the number or address, the person and the brand: only to count."""

    bucket = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "envoi compté"
        verbose_name_plural = "envois comptés"
        indexes = [models.Index("bucket", "at", name="sendings_of_bucket")]

    def __str__(self) -> str:
        return f"{self.bucket[:8]} {self.at:%Y-%m-%d %H:%M}"


class Step(models.TextChoices):
    """What happens between the reading of a paper and its signature; the words that the proof prints."""

    ASKED = "asked", _("Code demandé et envoyé")
    WRONG = "wrong", _("Code incorrect")
    ACCEPTED = "accepted", _("Code exact, consentement donné")


class SigningEvent(models.Model):
    """One step of one ceremony, with where it came from; append-only."""

    creditor_id = models.BigIntegerField()
    dossier_id = models.BigIntegerField(null=True)
    challenge = models.ForeignKey(Challenge, models.PROTECT, related_name="events")
    kind = models.CharField("étape", max_length=10, choices=Step.choices)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = "étape d’une signature"
        verbose_name_plural = "étapes d’une signature"
        ordering = ["at", "pk"]
        constraints = [one_of("kind", Step, name="signing_step_known")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M:%S}"


class Signature(models.Model):
    """A paper signed with a code: what was shown, what was sealed, and the facts that prove it; append-only.

    Each is chained to the one before it, of the same dossier or else of the same creditor, by its hash, which the sealed
    paper repeats.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False)
    creditor_id = models.BigIntegerField()
    dossier_id = models.BigIntegerField(null=True)
    challenge = models.OneToOneField(Challenge, models.PROTECT)
    shown = models.ForeignKey(Document, models.PROTECT, related_name="+")
    sealed = models.ForeignKey(Document, models.PROTECT, related_name="+")
    person = models.CharField("personne", max_length=60)
    evidence = models.JSONField("preuve")
    number = models.PositiveIntegerField("rang")
    previous = models.CharField("empreinte précédente", max_length=64, blank=True)
    hash = models.CharField("empreinte", max_length=64)
    signed_at = models.DateTimeField("signé le")

    class Meta:
        verbose_name = "signature électronique"
        verbose_name_plural = "signatures électroniques"
        constraints = [
            models.UniqueConstraint(
                fields=["creditor_id", "dossier_id", "number"], name="signatures_in_one_chain", nulls_distinct=False
            ),
            models.UniqueConstraint("shown", name="a_paper_is_signed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.evidence['deed']['reference']} {self.signed_at:%Y-%m-%d}"

    @property
    def paper(self) -> Document:
        """The signed paper with all that is known to prove it."""
        proof = Proof.objects.filter(signature=self).select_related("stamped").first()
        return proof.stamped if proof else self.sealed


class Proof(models.Model):
    """What the worker adds once the world outside has answered: time stamp, validation material, proof file."""

    signature = models.OneToOneField(Signature, models.PROTECT)
    creditor_id = models.BigIntegerField()
    dossier_id = models.BigIntegerField(null=True)
    stamped = models.ForeignKey(Document, models.PROTECT, related_name="+")
    file = models.ForeignKey(Document, models.PROTECT, related_name="+")
    bundle = models.ForeignKey(Document, models.PROTECT, related_name="+")
    stamped_at = models.DateTimeField("horodaté le")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = "fichier de preuve"
        verbose_name_plural = "fichiers de preuve"

    def __str__(self) -> str:
        return f"{self.signature_id} {self.stamped_at:%Y-%m-%d %H:%M:%S}"
