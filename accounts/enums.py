from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonKind(models.TextChoices):
    LEGAL = "legal", _("Personne morale")
    NATURAL = "natural", _("Personne physique")


class ClientCategory(models.TextChoices):
    """In what quality a client comes (IDE-02); nothing of the law depends on it."""

    OTHER = "", _("Autre")
    TENANT = "tenant", _("Locataire")
    LANDLORD = "landlord", _("Propriétaire")
    CO_OWNER = "co_owner", _("Copropriétaire ou syndicat de copropriétaires")
    SUPPLIER = "supplier", _("Fournisseur")


class Civility(models.TextChoices):
    MONSIEUR = "M", _("Monsieur")
    MADAME = "Mme", _("Madame")
