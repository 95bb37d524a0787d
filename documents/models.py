import hashlib
import uuid

from django.core.files.base import ContentFile
from django.db import models

from core import clock
from tenants.models import Brand, Office


class Document(models.Model):
    """A stored file with its proof: its bytes never change, and its row neither.

    The keys of its owners are plain numbers: this app stands below those that know creditors and dossiers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    brand = models.ForeignKey(Brand, models.PROTECT)
    creditor_id = models.BigIntegerField(null=True, db_index=True)
    office = models.ForeignKey(Office, models.PROTECT, null=True)
    dossier_id = models.BigIntegerField(null=True, db_index=True)
    for_debtor = models.BooleanField(default=False)
    secret_pages = models.PositiveSmallIntegerField(default=0)  # at its end, kept from whoever is not its recipient
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(max_length=200)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "document"
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name

    def read(self) -> bytes:
        """The bytes, checked against the hash that was taken when they came in; Tampered otherwise."""
        with self.file.storage.open(str(self.file.name), "rb") as file:
            content: bytes = file.read()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise Tampered(f"Le fichier « {self.name} » ne correspond plus à son empreinte.")
        return content

    def keep(self, content: bytes) -> None:
        """Write the bytes under a random key; no name given by a person ever reaches the storage."""
        self.size, self.sha256 = len(content), hashlib.sha256(content).hexdigest()
        self.file.save(f"{self.brand_id}/{uuid.uuid4().hex}", ContentFile(content), save=False)
        self.save(force_insert=True)


class Tampered(Exception):
    """The stored bytes are not those that were stored."""
