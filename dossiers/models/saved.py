from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Creditor, User
from core import clock
from core.statements import ask
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


class Kept(NamedTuple):
    """A kept search as a list shows it."""

    pk: int
    name: str
    query: str


# Asked by every list: constant text, prepared once a connection.
KEPT = """
SELECT id, name, query FROM dossiers_savedsearch WHERE user_id = %s
AND creditor_id IS NOT DISTINCT FROM %s::bigint AND office_id IS NOT DISTINCT FROM %s::bigint ORDER BY name, id
"""


def kept_by(user: int, *, creditor: int | None = None, office: int | None = None) -> list[Kept]:
    """The searches that the person keeps at that creditor or at that office, by name."""
    return [Kept(*row) for row in ask(KEPT, [user, creditor, office])]
