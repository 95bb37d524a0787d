from django.db import models


class Commune(models.Model):
    """A commune with its courts, as the State's own lists gave them in one edition; loaded whole by a command."""

    insee = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("commune", max_length=80)
    key = models.CharField(max_length=80, db_index=True)
    court_of_appeal = models.CharField("cour d’appel", max_length=60)
    tribunal = models.CharField("tribunal judiciaire", max_length=80, blank=True)
    proximity = models.CharField("tribunal de proximité", max_length=80, blank=True)
    commercial = models.CharField("greffe du tribunal de commerce", max_length=80, blank=True)
    edition_on = models.DateField("édition")
    source = models.CharField("source", max_length=200)

    class Meta:
        verbose_name = "commune et ses juridictions"
        verbose_name_plural = "communes et leurs juridictions"
        ordering = ["insee"]

    def __str__(self) -> str:
        return f"{self.name} ({self.insee})"
