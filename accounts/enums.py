from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonKind(models.TextChoices):
    LEGAL = "legal", _("Personne morale")
    NATURAL = "natural", _("Personne physique")


class Civility(models.TextChoices):
    MONSIEUR = "M", _("Monsieur")
    MADAME = "Mme", _("Madame")
