from django.db import models


class AuditEntry(models.Model):
    """Who looked at or changed what, for the operator; append-only, and never read by a feature.

    No foreign key, so that the log of what happened never stands in the way of live data.
    """

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=120)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, db_index=True)
    reason = models.CharField(max_length=500, blank=True)
    ip = models.GenericIPAddressField(null=True)

    class Meta:
        verbose_name = "trace d’accès"
        verbose_name_plural = "traces d’accès"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.action} {self.subject}"


class Submission(models.Model):
    """A form that was sent, by the random token it carried, and where it led; forgotten after a day."""

    token = models.UUIDField(primary_key=True)
    answer = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "envoi de formulaire"
        verbose_name_plural = "envois de formulaire"

    def __str__(self) -> str:
        return str(self.token)


class Reading(models.Model):
    """A page that showed dossiers to somebody; by key, so that it holds no debtor's name. Removed after a year."""

    at = models.DateTimeField("le")
    reader = models.CharField("qui", max_length=60)
    name = models.CharField("nom", max_length=160)
    page = models.CharField("page", max_length=200)
    dossiers = models.JSONField("dossiers")
    ip = models.GenericIPAddressField("adresse IP", null=True)

    class Meta:
        verbose_name = "lecture"
        indexes = [
            models.Index("reader", "at", name="readings_of_somebody"),
            models.Index("at", name="readings_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.name} {self.page}"


class Erasure(models.Model):
    """Something was erased for good: by its key, never by what it held; append-only, and kept outside the base too."""

    id = models.UUIDField(primary_key=True)
    subject = models.CharField("quoi", max_length=120)
    at = models.DateTimeField("le")
    by = models.CharField("par", max_length=120)
    reason = models.CharField("motif", max_length=60)

    class Meta:
        verbose_name = "effacement"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.subject}"
