from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Creditor, User
from core import clock
from tenants.models import Office


class SavedSearch(models.Model):
    """A search that one person keeps under a name, at the creditor or at the office where she made it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_searches")
    creditor = models.ForeignKey(Creditor, models.CASCADE, null=True, related_name="saved_searches", db_index=False)
    office = models.ForeignKey(Office, models.CASCADE, null=True, related_name="saved_searches", db_index=False)
    name = models.CharField(_("nom"), max_length=60)
    query = models.CharField(_("adresse"), max_length=2000)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "recherche enregistrée"
        verbose_name_plural = "recherches enregistrées"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(creditor__isnull=True, office__isnull=False)
                | Q(creditor__isnull=False, office__isnull=True),
                name="saved_search_has_one_house",
            ),
            models.UniqueConstraint(
                "user", "creditor", "office", "name", name="saved_search_named_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.name
