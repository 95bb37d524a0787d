from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Creditor
from core.constraints import both_or_neither, one_of
from documents.models import Document
from dossiers.models.dossier import Dossier
from tenants.models import Office


class Voice(models.TextChoices):
    """Which side of a thread speaks."""

    CREDITOR = "creditor", _("Créancier")
    OFFICE = "office", _("Étude")


class ThreadMessage(models.Model):
    """A word from one side of a dossier to the other: its creditor and the office that handled it then.

    It is never changed nor taken back; `read_at` says when somebody of the other side read it.
    """

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="thread", db_index=False)
    # The walls tie it to the dossier's own creditor by one composite key.
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", db_index=False)
    voice = models.CharField(max_length=8, choices=Voice.choices)
    author = models.CharField(max_length=120)
    text = models.TextField(max_length=5000)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.CharField(max_length=120, null=True)  # noqa: DJ001  paired with read_at

    class Meta:
        verbose_name = "message"
        ordering = ["created_at", "pk"]
        indexes = [
            # What the bell counts: nothing to read where nothing waits.
            models.Index("creditor", condition=Q(voice="office", read_at=None), name="unread_of_creditor"),
            models.Index("office", condition=Q(voice="creditor", read_at=None), name="unread_of_office"),
            models.Index("dossier", "created_at", name="messages_of_thread"),
            models.Index("creditor", F("created_at").desc(), F("id").desc(), name="thread_of_creditor"),
            models.Index("office", F("created_at").desc(), F("id").desc(), name="thread_of_office"),
        ]
        constraints = [
            one_of("voice", Voice, name="thread_voice_known"),
            both_or_neither("read_at", "read_by", name="reading_has_author", message="Une lecture a un auteur."),
        ]

    def __str__(self) -> str:
        return f"{self.author}, {self.created_at:%d/%m/%Y}"


class ThreadFile(models.Model):
    """A file sent with a message."""

    message = models.ForeignKey(ThreadMessage, models.PROTECT, related_name="files")
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "fichier d’un message"
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.document)
